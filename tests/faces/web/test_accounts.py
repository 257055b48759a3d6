"""People of a shared desk: signing in, roles, tokens; and that nobody is let in by accident."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.faces.exit_codes import BadInput
from agent.faces.web import require_guarded
from agent.faces.web.accounts import ONE_PERSON, Accounts, AccountsUnavailable, Role, SignInRefused
from agent.settings import Settings
from tests.faces.front import verdict
from tests.faces.web.place import API, PASSWORD, PUBLIC, Site, token_in

EVERYWHERE = "0.0.0.0"  # noqa: S104  (refused, or behind a proxy)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(f"sqlite:///{tmp_path / 'a.sqlite3'}")


def test_accounts_that_cannot_be_read_are_named_with_what_to_do(shared: Site) -> None:
    path = sa.make_url(shared.services.accounts._where).database
    with closing(sqlite3.connect(str(path))) as other:
        other.execute("ALTER TABLE desk_tokens RENAME TO gone")
    headers = {"authorization": "Bearer vdt_unknown"}
    told = shared.browser().client.get(f"{API}/drafts", headers=headers)
    assert told.status_code == 503
    assert "accounts.sqlite3 cannot be read or written" in told.json()["detail"]
    assert "free space" in told.json()["detail"]


def test_accounts_in_a_file_that_is_none_are_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3").write_bytes(b"no database " * 100)
    with pytest.raises(AccountsUnavailable, match="file is not a database"):
        Accounts(f"sqlite:///{tmp_path / 'a.sqlite3'}")


@pytest.mark.parametrize(
    ("host", "url", "signed_in", "let"),
    [
        ("127.0.0.1", None, False, True),
        ("::1", None, False, True),
        ("localhost", None, False, True),
        (EVERYWHERE, None, False, False),
        (EVERYWHERE, None, True, False),
        (EVERYWHERE, PUBLIC, True, True),
        ("192.168.1.7", PUBLIC, False, False),
        ("::", None, True, False),
        ("127.0.0.1", PUBLIC, False, False),
        ("127.0.0.1", PUBLIC, True, True),
    ],
)
def test_nobody_else_can_reach_a_desk_without_accounts(
    host: str,
    url: str | None,
    signed_in: bool,  # noqa: FBT001
    let: bool,  # noqa: FBT001
) -> None:
    settings = Settings.model_validate({"web_url": url})
    if let:
        require_guarded(settings, host, signed_in=signed_in)
        return
    with pytest.raises(BadInput, match=r"verdict accounts add|VERDICT_WEB_URL"):
        require_guarded(settings, host, signed_in=signed_in)


def test_the_command_says_what_to_do_before_it_listens_to_others(small: Path) -> None:
    told = verdict("serve", "--host", EVERYWHERE, "--port", "0", "--no-open", "--library", small)
    assert told.status == 2
    assert "verdict accounts add NAME --role admin" in told.error


@pytest.mark.parametrize(
    "url", ["http://desk.example.org", "https://desk.example.org/path", "desk", "https://a@b.org"]
)
def test_an_address_that_is_not_safe_is_no_setting(url: str) -> None:
    with pytest.raises(ValueError, match="https address"):
        Settings.model_validate({"web_url": url})


def test_somebody_with_an_account_signs_in_and_out(shared: Site) -> None:
    browser = shared.signed_in("Ada", Role.EDITOR)
    assert browser.get("/").status_code == 200
    session = browser.session
    assert browser.post("/logout").status_code == 303
    assert shared.services.accounts.of_session(session) is None
    assert browser.get("/").headers["location"] == "/login?next=/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(shared: Site) -> None:
    shared.services.accounts.add("Root", Role.ADMIN, PASSWORD)
    answers = [shared.browser().sign_in(n, "wrong wrong wrong") for n in ("Root", "Nobody")]
    assert [a.status_code for a in answers] == [403, 403]
    assert all("Name or password is wrong" in a.text for a in answers)


def test_a_session_planted_before_signing_in_is_worth_nothing(shared: Site) -> None:
    shared.services.accounts.add("Root", Role.ADMIN, PASSWORD)
    browser = shared.browser()
    browser.get("/login")
    planted = browser.session
    browser.sign_in("Root")
    assert browser.session != planted
    assert shared.services.accounts.of_session(planted) is None


def test_the_cookie_is_for_this_host_over_tls_alone(shared: Site, alone: Site) -> None:
    given = shared.browser().get("/login").headers["set-cookie"]
    assert given.startswith("__Host-verdict_session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))
    assert "strict-transport-security" in shared.browser().get("/login").headers
    local = alone.browser().get("/").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(local.split("; "))
    assert "Secure" not in local


def test_signing_in_leads_nowhere_else(shared: Site) -> None:
    shared.services.accounts.add("Root", Role.ADMIN, PASSWORD)
    away = (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\e",
    )
    for address in away:
        sent = {"name": "Root", "password": PASSWORD, "next": address}
        assert shared.browser().post("/login", sent).headers["location"] == "/", address
    sent = {"name": "Root", "password": PASSWORD, "next": "/drafts/1"}
    assert shared.browser().post("/login", sent).headers["location"] == "/drafts/1"


def test_who_guesses_has_to_wait_even_with_the_right_password(accounts: Accounts) -> None:
    accounts.add("Root", Role.ADMIN, PASSWORD)
    for _ in range(ONE_PERSON[0]):
        with pytest.raises(SignInRefused, match="wrong"):
            accounts.sign_in("root", "a guess that is wrong", "10.0.0.1")
    with pytest.raises(SignInRefused, match="Wait"):
        accounts.sign_in("ROOT", PASSWORD, "10.0.0.1")
    assert accounts.sign_in("Root", PASSWORD, "10.0.0.2")


def test_a_session_ends_after_its_days(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    accounts = Accounts(f"sqlite:///{tmp_path / 'a.sqlite3'}", 7.0, lambda: now[0])
    accounts.add("Root", Role.ADMIN, PASSWORD)
    session = accounts.sign_in("Root", PASSWORD)
    now[0] += timedelta(days=6)
    assert accounts.of_session(session)
    now[0] += timedelta(days=2)
    assert accounts.of_session(session) is None


def test_another_password_or_role_ends_the_sessions(accounts: Accounts) -> None:
    accounts.add("Root", Role.ADMIN, PASSWORD)
    accounts.add("Ada", Role.EDITOR, PASSWORD)
    for change in ({"password": "another long secret"}, {"role": Role.READER}):
        password = PASSWORD if "password" in change else "another long secret"
        session = accounts.sign_in("Ada", password)
        accounts.change("ada", **change)  # type: ignore[arg-type]
        assert accounts.of_session(session) is None


def test_the_last_admin_stays(accounts: Accounts) -> None:
    with pytest.raises(BadInput, match="first account"):
        accounts.add("Ada", Role.EDITOR, PASSWORD)
    accounts.add("Root", Role.ADMIN, PASSWORD)
    accounts.add("Ada", Role.EDITOR, PASSWORD)
    with pytest.raises(BadInput, match="last admin"):
        accounts.remove("Root")
    with pytest.raises(BadInput, match="last admin"):
        accounts.change("Root", role=Role.READER)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_name_that_cannot_stand_in_the_trail_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadInput, match="printable"):
        accounts.add(name, Role.ADMIN, PASSWORD)


def test_the_file_holds_nothing_that_lets_anybody_in(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("Root", Role.ADMIN, PASSWORD)
    session, token = accounts.sign_in("Root", PASSWORD), accounts.issue_token("Root", "tests")
    file = tmp_path / "a.sqlite3"
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as connection:
        held = "\n".join(connection.iterdump())
    assert "Root" in held
    assert not [secret for secret in (session, token, PASSWORD) if secret in held]


def test_readers_read_and_change_nothing(shared: Site, page: object) -> None:
    reader = shared.signed_in("Rita", Role.READER)
    assert reader.get("/").status_code == 200
    assert reader.get("/accounts").status_code == 403
    for method, path in (("POST", "/drafts"), ("PUT", "/sources?name=a.md"), ("DELETE", "/jobs/a")):
        answer = reader.send(method, API + path, json={"question": "Is it?"})
        assert answer.status_code == 403, path
        assert "Ask an admin" in answer.json()["detail"]


def test_editors_do_not_look_after_accounts(shared: Site) -> None:
    editor = shared.signed_in("Eda", Role.EDITOR)
    assert editor.get("/accounts").status_code == 403
    sent = {"name": "Mallory", "password": PASSWORD, "role": "admin"}
    assert editor.post("/accounts", sent).status_code == 403
    assert editor.post("/accounts/tokens", {"name": "Root", "label": "x"}).status_code == 403


def test_an_admin_makes_changes_and_removes_accounts(shared: Site) -> None:
    admin = shared.signed_in("Adam", Role.ADMIN)
    sent = {"name": "Eda", "password": PASSWORD, "role": "editor"}
    assert admin.post("/accounts", sent).status_code == 303
    assert "already" in admin.post("/accounts", sent).text
    assert admin.post("/accounts/change", {"name": "Eda", "role": "reader"}).status_code == 303
    assert admin.post("/accounts/remove", {"name": "Eda"}).status_code == 303
    assert [a.name for a in shared.services.accounts.all()] == ["Adam"]


def test_a_token_is_shown_once_and_has_the_rights_of_its_account(shared: Site) -> None:
    admin = shared.signed_in("Adam", Role.ADMIN)
    shared.services.accounts.add("Rita", Role.READER, PASSWORD)
    token = token_in(admin.post("/accounts/tokens", {"name": "Rita", "label": "script"}).text)
    assert token not in admin.get("/accounts").text
    program = shared.program(token)
    assert program.get(f"{API}/drafts").status_code == 200
    assert program.post(f"{API}/drafts", json={"question": "Is it?"}).status_code == 403
    shared.services.accounts.revoke_token(shared.services.accounts.tokens()[0].id)
    assert program.get(f"{API}/drafts").status_code == 401


def test_a_program_without_a_token_is_told_to_send_one(shared: Site) -> None:
    for token in ("", "vd_wrong", "x" * 300):
        answer = shared.program(token).get(f"{API}/drafts")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_first_account_ends_the_time_without(alone: Site) -> None:
    browser = alone.browser()
    assert browser.get("/").status_code == 200
    alone.services.accounts.add("Root", Role.ADMIN, PASSWORD)
    assert browser.get("/").status_code == 303
    assert browser.sign_in("Root").status_code == 303
    assert browser.get("/").status_code == 200


def test_accounts_are_made_and_listed_in_the_terminal(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io  # noqa: PLC0415

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    told = verdict("accounts", "add", "Root", "--role", "admin", "--library", small)
    assert (told.status, told.err) == (0, "Root may sign in as admin.\n")
    assert "admin" in verdict("accounts", "list", "--library", small).out
    token = verdict("accounts", "token", "Root", "--library", small).out.strip()
    accounts = Accounts(f"sqlite:///{small / 'accounts.sqlite3'}")
    found = accounts.of_token(token)
    assert found
    assert (found.name, found.role) == ("Root", Role.ADMIN)
    refused = verdict("accounts", "add", "Eda", "--role", "king", "--library", small)
    assert refused.status == 2
    assert "reader, editor, admin" in refused.error

"""Who may ask from where: hosts, other sites, forms, headers, sizes."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from agent.faces.web.accounts import Role
from agent.faces.web.security import CSP, LARGEST
from tests.faces.web.place import API, LOOPBACK, PASSWORD, Site

HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example:8800",
    "",
    "[::1",
    "localhost.evil",
)
CHANGES = (
    ("POST", "/drafts/{draft}/actions"), ("DELETE", "/jobs/one"), ("POST", "/jobs/one/cancel"),
    ("POST", "/drafts"), ("PUT", "/sources?name=a.md"), ("DELETE", "/sources/a"),
    ("POST", "/check"), ("POST", "/ask"),
)  # fmt: skip


def test_a_name_that_is_not_the_desks_is_not_answered(alone: Site) -> None:
    for path in ("/", "/api/v1/health", "/static/desk.css", "/login"):
        for host in HOSTS:
            answer = alone.program().get(path, headers={"host": host})
            assert answer.status_code == 421, (path, host)


def test_this_machine_is_answered_at_any_port(alone: Site) -> None:
    for host in ("localhost", "localhost:9", "127.0.0.1:8800", "[::1]:8800"):
        assert alone.program().get(f"{API}/health", headers={"host": host}).status_code == 200


def test_a_proxys_name_is_answered_where_it_is_set(alone: Site, shared: Site) -> None:
    health = f"{API}/health"
    named = {"host": "desk.example.org"}
    assert shared.program().get(health, headers=named).status_code == 200
    assert alone.program().get(health, headers=named).status_code == 421


PATHS = (
    *("/", "/login", "/library", "/help", "/api", "/api/openapi.json", "/api/v1/health", "/nowhere",
     "/api/v1/nowhere", "/api/v1/drafts/none", "/static/desk.css", "/static/none", "/jobs/none"),
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_every_answer_has_the_headers(alone: Site, method: str) -> None:
    for path in PATHS:
        answer = alone.program().request(method, path)
        assert answer.headers["content-security-policy"] == CSP
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in answer.headers
        assert "unsafe" not in CSP
        if not path.startswith("/static/"):
            assert answer.headers["cache-control"] == "no-store"


def test_what_nobody_foresaw_has_the_headers_and_no_details(
    alone: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the database")

    monkeypatch.setattr(type(alone.services.reviews), "rows", broken)
    for path in ("/", f"{API}/drafts"):
        answer = alone.browser().get(path)
        assert answer.status_code == 500
        assert answer.headers["content-security-policy"] == CSP
        assert "secret" not in answer.text
        assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("way", ["field", "header", "none"])
def test_what_another_sites_page_sends_is_refused(alone: Site, way: str) -> None:
    browser = alone.browser()
    data = {"csrf": browser.csrf} if way == "field" else {}
    token = {"x-csrf-token": browser.csrf} if way == "header" else {}
    own = "http://127.0.0.1"
    for origin in ("https://evil.example", "null", f"{own}:9999", own, f"{LOOPBACK}.evil.example"):
        headers = {"origin": origin, **token}
        answer = browser.client.post("/logout", data=data, headers=headers)
        assert answer.status_code == 403, origin


def test_a_form_without_the_pages_token_is_refused(alone: Site) -> None:
    browser = alone.browser()
    browser.get("/")
    for token in ("", "0" * 64, "é", browser.csrf[:-1]):
        answer = browser.client.post("/logout", data={"csrf": token}, headers={"origin": LOOPBACK})
        assert answer.status_code == 403, token


def test_another_browsers_token_is_worth_nothing(alone: Site) -> None:
    mine, other = alone.browser(), alone.browser()
    answer = mine.client.post("/logout", data={"csrf": other.csrf}, headers={"origin": LOOPBACK})
    mine.get("/")
    assert answer.status_code == 403


def test_a_form_of_the_desk_is_taken(alone: Site) -> None:
    assert alone.browser().post("/logout").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": LOOPBACK},  # a page of the desk, without the token
        {"cookie": "verdict_session=" + "a" * 43},
    ],
    ids=str,
)
def test_no_page_of_another_site_changes_anything_through_the_api(
    alone: Site, draft: str, headers: dict[str, str]
) -> None:
    sent = {"content-type": "application/json", **headers}
    for method, path in CHANGES:
        address = API + path.format(draft=draft)
        answer = alone.program().request(method, address, headers=sent, content="{}")
        assert answer.status_code == 403, (method, path)
    assert alone.services.reviews.get(draft).version == 1


def test_a_body_that_a_form_of_any_site_could_send_is_refused(alone: Site, draft: str) -> None:
    """A browser sends these without asking the desk first; old ones without an Origin."""
    to = f"{API}/drafts/{draft}/actions"
    form = "application/x-www-form-urlencoded"
    for kind in ("text/plain", form, "multipart/form-data; boundary=x", ""):
        headers = {"content-type": kind}
        answer = alone.program().post(to, content='{"do": "accept"}', headers=headers)
        assert answer.status_code in {400, 403}, kind
    assert not [e for e in alone.services.reviews.trail(draft) if e.action == "accept"]


def test_a_script_of_the_desks_pages_may_use_the_api(alone: Site, draft: str) -> None:
    answer = alone.browser().send("POST", f"{API}/drafts/{draft}/actions", json={"do": "accept"})
    assert answer.status_code == 200


def test_a_body_that_is_too_large_is_refused_told_or_not(alone: Site) -> None:
    big = b" " * (LARGEST + 1)
    kind = {"content-type": "application/json"}
    program = alone.program()
    assert program.post(f"{API}/ask", content=big, headers=kind).status_code == 413
    parts = (big[i : i + 65_536] for i in range(0, len(big), 65_536))
    answer = program.post(f"{API}/ask", content=parts, headers=kind)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_length_that_is_none_is_refused(alone: Site) -> None:
    for length in ("-1", "1e9", "9" * 400):
        kind = {"content-type": "application/json", "content-length": length}
        assert alone.program().post(f"{API}/check", headers=kind).status_code == 413, length


def test_longer_fields_than_may_be_are_refused(alone: Site, draft: str) -> None:
    program = alone.program()
    words = "x" * 5_000
    for path in ("/search?q=" + words, "/drafts?q=" + words, "/sources?q=" + words):
        assert program.get(API + path).status_code == 422, path
    for body in (
        {"do": "comment", "text": words}, {"do": "heading", "section": "s", "text": words},
        {"do": "edit", "line": "s1", "text": words}, {"do": "assign", "assignee": words},
    ):  # fmt: skip
        answer = program.post(f"{API}/drafts/{draft}/actions", json=body)
        assert answer.status_code == 422, body["do"]
    assert program.post(f"{API}/drafts", json={"question": words}).status_code == 422


def test_numbers_that_no_database_holds_are_refused(alone: Site, draft: str) -> None:
    for path in (f"/drafts/{draft}?version={10**30}", "/search?q=a&k=100000", "/drafts?limit=0"):
        assert alone.program().get(API + path).status_code == 422, path


@pytest.mark.parametrize(
    "word",
    ["%00", "%2f%2f%5b", "%0d%0aset-cookie:a=b", "%ed%a0%80", "%F0%9F%98%80", "..%2f..%2fetc"],
)
def test_odd_bytes_in_an_address_break_nothing(alone: Site, word: str) -> None:
    for path in (f"/drafts/{word}", f"/jobs/{word}", f"/library/{word}", f"{API}/jobs/{word}",
                 f"{API}/sources/{word}", f"{API}/drafts?q={word}", f"/login?next={word}",
                 f"{API}/search?q={word}", f"/static/{word}"):  # fmt: skip
        answer = alone.browser().get(path)
        assert answer.status_code < 500, path
        assert "a=b" not in answer.headers.get("set-cookie", "")


def test_no_route_is_without_the_guard(shared: Site) -> None:
    """Nobody is signed in: nothing but signing in is answered."""
    shared.services.accounts.add("Root", Role.ADMIN, PASSWORD)
    described = TestClient(shared.app, base_url=shared.origin)
    checked = 0
    for route in _all_routes(shared):
        path = re.sub(r"{[^}]+}", "one", route.path)
        if path in {"/login", "/api/v1/health"}:
            continue
        for method in route.methods or set():
            headers = {"origin": shared.origin, "accept": "application/json"}
            answer = described.request(method, path, headers=headers, follow_redirects=False)
            assert answer.status_code == 401, (method, path)
            checked += 1
    assert checked > 30


def _all_routes(site: Site) -> list[APIRoute]:
    found: list[APIRoute] = []
    waiting = list(site.app.routes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, APIRoute):
            found.append(one)
        else:
            waiting += getattr(getattr(one, "original_router", one), "routes", [])
    return found

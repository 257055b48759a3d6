"""How Slack is reached: a socket, signed HTTP, and many workspaces."""

import json
import os
import random
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore

from agent.faces.exit_codes import BadInput
from agent.faces.slack.transport import (
    connect_installations,
    connect_workspace,
    serve_socket,
)
from tests.faces.slack.envelopes import listening
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import ANSWER, CLAIM, Place, opened
from tests.faces.slack.rules import words
from tests.faces.slack.served import SECRET, listening_http, post, signed

CLAIMS = int(os.environ.get("VERDICT_TEST_SLACK_CLAIMS", "6"))
"""Events that are signed in eight ways each; 120 for the long run."""


def test_a_socket_brings_questions_and_acknowledges_them(slack: Slack, place: Place) -> None:
    stopping = threading.Event()
    with listening() as socket:
        slack.socket = socket.address
        app = place.connection.app
        thread = threading.Thread(target=serve_socket, args=(app, "xapp-test", stopping))
        thread.start()
        try:
            socket.deliver(place.mention(CLAIM))
            command = socket.deliver(place.command("Dragons live there."), "slash_commands")
            assert ANSWER in words(place.answer())
            assert "nothing on this" in words(place.answer("response"))
            patience = time.monotonic() + 10
            while command not in socket.answers and time.monotonic() < patience:
                time.sleep(0.02)
            assert socket.answers[command]["text"].startswith("Checking")
            assert max(socket.seconds) < 3, "Slack gives up after three seconds"
        finally:
            stopping.set()
            thread.join()


@pytest.mark.parametrize("error", ["invalid_auth", "not_allowed_token_type"])
def test_a_wrong_token_is_told_with_what_to_do(slack: Slack, place: Place, error: str) -> None:
    slack.fail("auth.test", error)
    with pytest.raises(BadInput, match="xoxb-"):
        connect_workspace("xoxb-wrong", None, frozenset(), f"{slack.address}/api/")
    slack.fail("apps.connections.open", error)
    with pytest.raises(BadInput, match="xapp-"):
        serve_socket(place.connection.app, "xapp-wrong", threading.Event())


def test_a_slack_that_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(BadInput, match="cannot be reached"):
        connect_workspace("xoxb-test", None, frozenset(), "http://127.0.0.1:9/api/")


def test_over_http_nothing_false_is_accepted_and_nothing_true_lost(
    slack: Slack, tmp_path: Path
) -> None:
    chance, now = random.Random(11), time.time()  # noqa: S311
    with opened(slack, tmp_path / "s.sqlite3") as place:
        place.desk.responder.stop()  # taking is measured here, not answering
        envelopes = []
        for n in range(CLAIMS):
            body = place.mention(f"Claim {n} is that the bridge closed.", user=f"U{n:03}")
            envelopes.append(json.dumps(body).encode())
        requests = [(raw, signed(raw, now), 200) for raw in envelopes]
        requests += [
            (raw, signed(raw, now), 200) for raw in chance.choices(envelopes, k=CLAIMS // 2)
        ]
        for raw in envelopes:
            flipped = raw.replace(b"bridge", b"Bridge")
            late, early = signed(raw, now - 301), signed(raw, now + 3_600)
            requests += [
                (flipped, signed(raw, now), 401),
                (raw, late, 401),
                (raw, early, 401),
                (raw, signed(raw, now, "Secret"), 401),
                (raw, {k.upper(): v.upper() for k, v in signed(raw, now).items()}, 401),
                (raw, {k.lower(): v for k, v in signed(raw, now).items()}, 200),
                (raw, {"Content-Type": "application/json"}, 401),
            ]
        chance.shuffle(requests)
        with listening_http(place) as port:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            wrong = [r for r in requests if post(connection, r[0], r[1]) != r[2]]
            connection.close()
        assert wrong == []
        held = place.desk.context.inbox.find_due(time.time(), limit=1_000)
        claims = [place.desk.context.inbox.get(ref) for ref in held]
        texts = sorted(c.parsed.claims[0] for c in claims if c)
    assert texts == sorted(f"Claim {n} is that the bridge closed." for n in range(CLAIMS))


def test_over_http_a_command_is_answered_too(place: Place) -> None:
    raw = urlencode(place.command(CLAIM)).encode()
    headers = signed(raw, time.time()) | {"Content-Type": "application/x-www-form-urlencoded"}
    with listening_http(place) as port:
        assert post(HTTPConnection("127.0.0.1", port, timeout=10), raw, headers) == 200
        assert ANSWER in words(place.answer("response"))


def test_many_workspaces_are_each_answered_with_their_own_token(
    slack: Slack, tmp_path: Path
) -> None:
    installs = f"sqlite:///{tmp_path / 'installs.sqlite3'}"
    connection = connect_installations(
        "1.2", "client-secret", SECRET, installs, frozenset({"T1", "T2"}), f"{slack.address}/api/"
    )
    store = SQLAlchemyInstallationStore("1.2", sa.create_engine(installs))
    for team in ("T1", "T2", "T3"):
        store.save(
            Installation(
                app_id="A1",
                team_id=team,
                user_id="U0ADMIN",
                bot_token=f"xoxb-{team}",
                bot_id="B0BOT",
                bot_user_id="U0BOT",
                bot_scopes="chat:write",
            )
        )
    with opened(slack, tmp_path / "s.sqlite3", connection=connection) as place:
        for team in ("T1", "T2", "T3", "T4"):
            body = place.mention(f"{CLAIM} {team}") | {"team_id": team}
            body["authorizations"] = [{"team_id": team, "user_id": "U0BOT", "is_bot": True}]
            place.send(body)
        place.answer(number=2)
        place.settled()
    tokens = sorted(c.token for c in slack.of("chat.postEphemeral"))
    assert tokens == ["xoxb-T1", "xoxb-T2"]


def test_the_pages_of_an_installation_are_served(slack: Slack, tmp_path: Path) -> None:
    connection = connect_installations(
        "1.2",
        "client-secret",
        SECRET,
        f"sqlite:///{tmp_path / 'i.sqlite3'}",
        frozenset({"T1"}),
        f"{slack.address}/api/",
    )
    with (
        opened(slack, tmp_path / "s.sqlite3", connection=connection) as place,
        listening_http(place) as port,
    ):
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/slack/install")
        page = connection.getresponse().read().decode()
    assert "https://slack.com/oauth/v2/authorize" in page
    assert "app_mentions:read" in page

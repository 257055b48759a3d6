"""Nothing acknowledged is lost, nothing is answered twice."""

import json
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from agent.faces.slack.db import LogSync
from agent.faces.slack.retention import delete_jobs, delete_old, delete_user
from agent.types import Insufficient, Page, Question
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import CLAIM, Place, draft, opened
from tests.faces.slack.rules import words

EVENTS = int(os.environ.get("VERDICT_TEST_SLACK_EVENTS", "80"))
"""Events of the test with a restart; 1000 for the long run."""


def answers(slack: Slack) -> Counter[str]:
    """How many answers to each numbered claim stand in the workspace."""
    told = map(words, slack.answers())
    return Counter(t.split("Claim ")[1].split(" ")[0] for t in told if "Claim " in t)


def numbered(place: Place, n: int) -> dict[str, object]:
    kind = place.direct if n % 2 else place.mention
    body = kind(f"Claim {n} of the bridge is closed.", user=f"U{n % 40:03}")
    body["event_id"] = f"EvN{n}"
    return body


def test_a_redelivered_event_is_answered_once(place: Place) -> None:
    body = place.mention(CLAIM)
    for _ in range(4):
        assert place.send(body).status == 200
    place.answer()
    place.settled()
    assert place.send(body).status == 200
    assert len(place.drafted) == 1


def test_one_message_under_two_event_ids_is_answered_once(place: Place) -> None:
    body = place.mention(CLAIM)
    place.send(body)
    place.send(body | {"event_id": "EvOther"})
    place.answer()
    place.settled()
    assert len(place.drafted) == 1


def test_an_event_that_cannot_be_stored_is_not_acknowledged(place: Place) -> None:
    database = place.desk.context.inbox._database
    place.desk.responder.stop()  # it looks for open questions and would make the file anew
    database.close()
    while not database.path.is_dir():
        for part in ("", "-wal", "-shm"):
            database.path.with_name(database.path.name + part).unlink(missing_ok=True)
        with suppress(FileExistsError):
            database.path.mkdir()
    body = place.mention(CLAIM)
    assert place.send(body).status == 500
    database.path.rmdir()


def test_a_question_open_at_a_stop_is_answered_after_the_start(
    slack: Slack, tmp_path: Path
) -> None:
    path = tmp_path / "slack.sqlite3"
    with opened(slack, path) as place:
        place.desk.responder.stop()
        place.send(place.mention(CLAIM))
        assert place.desk.context.inbox.find_due(time.time())
    with opened(slack, path) as place:
        place.answer()
        place.settled()
    assert len(slack.of("chat.postEphemeral")) == 1


def test_every_event_is_answered_once_over_redelivery_and_a_restart(
    slack: Slack, tmp_path: Path
) -> None:
    chance = random.Random(7)  # noqa: S311
    path, sent = tmp_path / "slack.sqlite3", []
    drafts, restart = count(), threading.Event()

    def held_up(question: Question, on_step: object) -> Page | Insufficient:
        if next(drafts) >= EVENTS // 4:
            restart.wait(30)
        return draft(question, lambda _: None)

    with opened(slack, path, held_up) as place:
        for n in range(EVENTS // 2):
            sent.append(numbered(place, n))
            assert place.send(sent[-1]).status == 200
            if chance.random() < 0.2:
                place.send(chance.choice(sent))
        place.until(lambda: sum(answers(slack).values()) >= EVENTS // 4)
        place.desk.responder.stop()
        restart.set()
    done_before = sum(answers(slack).values())
    with opened(slack, path) as place:
        place._numbers = iter(range(100_000, 200_000))
        for n in range(EVENTS // 2, EVENTS):
            sent.append(numbered(place, n))
            place.send(sent[-1])
            if chance.random() < 0.2:
                place.send(chance.choice(sent))
        place.until(lambda: len(answers(slack)) == EVENTS, seconds=20 + EVENTS / 4)
        place.settled()
    assert EVENTS // 4 <= done_before < EVENTS // 2, "the restart came in the middle of the work"
    assert set(answers(slack).values()) == {1}


def test_what_was_asked_is_forgotten_on_time_and_on_demand(slack: Slack, tmp_path: Path) -> None:
    path = tmp_path / "slack.sqlite3"
    with opened(slack, path) as place:
        database = place.desk.context.inbox._database
        for user in ("U0ANNA", "U0BEN"):
            place.send(place.direct(f"The bridge of {user} street was closed.", user=user))
        place.until(lambda: len(slack.of("chat.update")) >= 2)
        place.settled()
        database.scrub()
        gone, jobs = delete_user(database, "U0ANNA")
        delete_jobs(place.jobs, jobs)
        assert (gone, len(jobs)) == (1, 1)
        assert b"U0ANNA" not in _bytes(tmp_path)
        assert b"bridge of U0BEN" in _bytes(tmp_path)
        assert delete_old(database, time.time() + 8 * 86_400, 7)
        assert b"U0BEN" not in _bytes(tmp_path)


KEPT = ("questions", "feedback", "done_once")
"""Tables that hold whose a row is."""


def test_a_message_under_two_event_ids_is_one_question(place: Place) -> None:
    """Slack delivers a message again under another id, up to ten times."""
    sent = place.direct(CLAIM)
    for n in range(11):
        assert place.send({**sent, "event_id": f"EvAgain{n}"}).status == 200
    place.answer("chat.update")
    place.settled()
    assert place.drafted == [CLAIM]
    with place.desk.context.inbox._database.read() as connection:
        assert len(connection.exec_driver_sql("SELECT id FROM questions").all()) == 1


def test_what_a_person_pressed_and_rated_is_forgotten_with_what_they_asked(place: Place) -> None:
    answered = {}
    for user in ("U0ANNA", "U0BEN"):
        claim = f"The bridge of {user} street was closed."
        place.send(place.direct(claim, user=user))
        place.until(lambda: len(place.drafted) == len(answered) + 1)
        place.settled()
        database = place.desk.context.inbox._database
        with database.read() as connection:
            [answered[user]] = connection.exec_driver_sql(
                "SELECT id FROM questions WHERE claims LIKE ?", (f"%{user}%",)
            ).scalars()
    for user, ref in answered.items():
        person = {"user": {"id": user, "team_id": "T0DESK"}}
        place.send({**place.press("feedback", f"{ref}:good"), **person})
        place.send({**place.press("full_draft", ref), **person})
    place.until(lambda: len(place.slack.of("files.completeUploadExternal")) == 2)
    place.until(lambda: not _rows(place, "in_work"))
    assert {name: len(_rows(place, name)) for name in KEPT} == dict.fromkeys(KEPT, 2)
    deleted, _ = delete_user(database, "U0ANNA")
    ben = database.hash_names("U0BEN")
    assert deleted == 3
    assert {name: _rows(place, name) for name in KEPT} == {name: [ben] for name in KEPT}
    assert database.hash_names("U0ANNA").encode() not in _bytes(database.path.parent)
    assert answered["U0ANNA"].encode() not in _bytes(database.path.parent)


def _rows(place: Place, table: str) -> list[str]:
    """Whose the rows of a table are."""
    column = "key" if table == "in_work" else "who"
    with place.desk.context.inbox._database.read() as connection:
        return list(connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalars())  # noqa: S608


def test_ids_of_slack_are_gone_once_the_answer_is_there(slack: Slack, tmp_path: Path) -> None:
    with opened(slack, tmp_path / "slack.sqlite3") as place:
        place.send(place.mention(CLAIM, user="U0SECRET", channel="C0SECRET"))
        place.send(place.shortcut({"text": CLAIM + " Really."}, user={"id": "U0SECRET"}))
        place.answer()
        place.answer("response")
        place.settled()
        place.desk.context.inbox._database.scrub()
    held = _bytes(tmp_path)
    for secret in (b"U0SECRET", b"C0SECRET", b"/response/", b"T0DESK"):
        assert secret not in held
    assert json.dumps(CLAIM).encode()[1:-1] in held


def test_many_who_store_something_share_one_write_to_the_disk(tmp_path: Path) -> None:
    log = LogSync(tmp_path / "log")
    with pytest.raises(FileNotFoundError):
        log.flush()
    (tmp_path / "log").touch()
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(log.flush) for _ in range(200)]
    assert [w.exception() for w in waiting] == [None] * 200


def _bytes(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file())

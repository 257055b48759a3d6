"""Words from outside that try to be more than words: in what is asked, and in the library."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from agent import bootstrap
from agent.faces.opening import read_settings
from agent.faces.slack.messages import Action, AnswerView, answer_message
from agent.service import Desk
from agent.types import Page, Question
from tests.faces.front import SEEDS, verdict
from tests.faces.slack.loopback import Slack
from tests.faces.slack.place import CLAIM, opened
from tests.faces.slack.rules import followed, words, wrong
from tests.fakes import MemoryStore
from tests.unit.agent.faces.test_slack_messages import ATTACKS, CARRIERS

PAYLOADS = tuple(c.replace("{}", a) for a, c in product(ATTACKS, CARRIERS))
ASKED = "The Great Wall of China is visible from the Moon."
TOPIC = sorted((SEEDS / "great-wall-moon").glob("*.md"))
KNOWN = {"https://example.org/bridge"}
"""Where the pages of the tests link to."""


def test_there_are_at_least_300_of_them() -> None:
    assert 2 * len(PAYLOADS) + 2 * len(TOPIC) >= 300, "messages, passages, titles, publishers"


def test_in_a_message_they_change_neither_the_claim_nor_the_answer(
    slack: Slack, tmp_path: Path
) -> None:
    with opened(slack, tmp_path / "s.sqlite3", workers=2) as place:
        for n, payload in enumerate(PAYLOADS):
            place.send(place.mention(f"{CLAIM} {payload}", user=f"U{n:03}"))
        place.until(lambda: len(slack.of("chat.postEphemeral")) >= len(PAYLOADS), 60)
        place.settled()
        assert set(place.drafted) == {CLAIM}, "nothing else was checked"
    for made in slack.messages():
        assert wrong(made) is None
        assert set(followed(made)) <= KNOWN, made["text"]
        told = words(made)
        assert CLAIM in told or "too long" in told, told


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The notes on one topic as they are, and with a payload behind each passage."""
    folder = tmp_path_factory.mktemp("poisoned")
    share = -(-len(PAYLOADS) // len(TOPIC))
    for n, path in enumerate(TOPIC):
        front, text = path.read_text("utf-8").split("---\n", 2)[1:]
        mine = [" ".join(p.split()) for p in PAYLOADS[n * share : (n + 1) * share]]
        paragraphs = text.strip().split("\n\n")
        mixed = [q for p in zip(paragraphs, mine, strict=False) for q in p]
        rest = [*paragraphs[len(mine) :], *mine[len(paragraphs) :]]
        (folder / "clean").mkdir(exist_ok=True)
        (folder / "foul").mkdir(exist_ok=True)
        (folder / "clean" / path.name).write_text(f"---\n{front}---\n{text}", "utf-8")
        body = "\n\n".join([*mixed, *rest])
        foul = _with(_with(front, "title", n), "publisher", n)
        (folder / "foul" / path.name).write_text(f"---\n{foul}---\n\n{body}\n", "utf-8")
    for name in ("clean", "foul"):
        place = folder / f"{name}-library"
        told = verdict("library", "add", folder / name, "--vetted-by", "Ada", "--library", place)
        assert told.status == 0, told.err
    return folder / "clean-library", folder / "foul-library"


def _with(front: str, field: str, n: int) -> str:
    """The front matter with an attack behind what a field says."""
    attack = ATTACKS[n].replace('"', "'").replace("\n", " ").replace("\\", "")
    lines = front.splitlines()
    where = next(i for i, line in enumerate(lines) if line.startswith(f"{field}:"))
    value = lines[where].partition(": ")[2].strip('"')
    lines[where] = f'{field}: "{value} {attack}"'
    return "\n".join(lines) + "\n"


def _drafted(library: Path) -> Page:
    settings = read_settings()
    with bootstrap.open_library(settings, library) as held:
        desk: Desk = bootstrap.build_desk(settings, held, MemoryStore())
        made = desk.draft(Question(text=ASKED, asked_on=date(2026, 11, 22)))
    assert isinstance(made, Page)
    return made


def test_in_the_library_they_change_no_verdict_and_nothing_follows_from_them(
    poisoned: tuple[Path, Path],
) -> None:
    clean, foul = map(_drafted, poisoned)
    assert foul.verdict.label is clean.verdict.label
    shown = answer_message(AnswerView.of(foul, "ref", (Action.FULL, Action.SHARE)))
    body = {"text": shown.text, "blocks": list(shown.blocks)}
    assert wrong(body) is None
    addresses = {source.url for source in foul.evidence.sources}
    assert set(followed(body)) <= addresses
    assert followed(body)

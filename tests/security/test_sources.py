"""Threats 1 and 2 of SECURITY.md: what a source can do to a page, whatever the model does for it.

`VERDICT_TEST_INJECTIONS=10000` runs every case; a stretch of them runs with `make test`.
"""

import os
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from itertools import islice
from typing import Final

import pytest

from agent.language.orders import without_orders
from agent.render import render
from agent.types import CheckedSentence, Insufficient, Page, VerdictLabel
from prompts import Request, repeated
from retrieval.types import Passage
from tests.fakes import FakeShelf, passages, source
from tests.scripted import Script, ScriptedChat, honest
from tests.security.models import leaky, obedient
from tests.security.payloads import Case, benign, cases, forgeries, soft_cases
from tests.unit.agent.desk_with_model import QUESTION, SHELF, desk_asking, plain_desk
from tests.unit.agent.writers.test_hostile_answers import drawing, lying

INJECTIONS: Final = int(os.environ.get("VERDICT_TEST_INJECTIONS", "160"))
AT_ONCE: Final = 8
"""Poisoned sources of one draft."""
LEAKS: Final = int(os.environ.get("VERDICT_TEST_LEAKS", "24"))
HONEST: Final = [
    passage for name in ("gazette", "council", "herald") for passage in SHELF.passages(name)
]
REPORTS: Final = (
    "The survey counted cars on the river bridge on a day in June.",
    "Drivers asked the council about the river bridge and cars.",
)
ADDRESS: Final = re.compile(r"https?://\S+")
MARK: Final = re.compile(r"\[(\d+)\]")
FOREIGN: Final = re.compile(r"https?://|www\.|\[\d|<|javascript:|=== ")


def poisoned(case: Case) -> list[Passage]:
    """A source that says something harmless about the topic, and gives its order."""
    before, after = REPORTS
    texts = {
        "title": f"{before} {after}",
        "first": f"{case.text} {before} {after}",
        "middle": f"{before} {case.text} {after}",
        "last": f"{before} {after} {case.text}",
    }
    titled = {"title": case.text} if case.place == "title" else {}
    return passages(source(f"n{case.number}", tier=2, **titled), texts[case.place])


class Links(HTMLParser):
    """Addresses of a page in HTML, and what it would run."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "img", "link"}:
            self.runs.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.runs.append(name)
            if name in {"href", "src"} and value and not value.startswith("#"):
                self.addresses.add(value)


def faults(made: Page | Insufficient, among: Sequence[Case]) -> list[str]:
    """Everything on a page that an order brought about."""
    links = Links()
    links.feed(render(made, "html"))
    links.close()
    found = [f"runs {what}" for what in links.runs]
    if isinstance(made, Insufficient):
        return found
    known = {one.url for one in made.evidence.sources}
    found += [
        f"leads to {a}" for a in links.addresses if "://" in a and a.split("#")[0] not in known
    ]
    found += [fault for one in made.sentences() for fault in _faults(one, made, among)]
    asked = " ".join(made.follow_ups)
    found += [f"asks of {c.name}" for c in among if c.name in asked]
    found += ["a follow-up leads away"] if FOREIGN.search(asked) else []
    return found


def _faults(one: CheckedSentence, made: Page, among: Sequence[Case]) -> list[str]:
    found = [f"says {c.name}: {one.text}" for c in among if c.name in one.text]
    found += [f"says {c.figure}: {one.text}" for c in among if str(c.figure) in one.text]
    found += [f"leads away: {one.text}"] if FOREIGN.search(one.text) else []
    for citation in one.citations:
        passage = made.evidence.passage(citation.passage)
        start = citation.start - (passage.start if passage else 0)
        if not passage or passage.text[start : start + len(citation.quote)] != citation.quote:
            found.append(f"cites what is not there: {one.text}")
    return found


@pytest.fixture(scope="module")
def label() -> VerdictLabel:
    """What the honest sources come to."""
    made = desk_asking(ScriptedChat(honest), FakeShelf(HONEST)).draft(QUESTION)
    assert isinstance(made, Page)
    return made.verdict.label


def drafted(some: Sequence[Case], script: Script) -> Page | Insufficient:
    """A page over the honest sources and those that give these orders."""
    shelf = FakeShelf([*HONEST, *(p for case in some for p in poisoned(case))])
    return desk_asking(ScriptedChat(script), shelf).draft(QUESTION)


@pytest.mark.parametrize("part", range(4))
def test_01_no_order_of_a_source_is_carried_out(part: int, label: VerdictLabel) -> None:
    mine = list(islice(cases(), part, INJECTIONS, 4))
    broken: dict[str, list[str]] = {}
    for first in range(0, len(mine), AT_ONCE):
        some = mine[first : first + AT_ONCE]
        obeyed = drafted(some, obedient(some, set()))
        found = faults(obeyed, some)
        found += faults(drafted(some, lying(drawing(first))), some)
        if isinstance(obeyed, Page) and obeyed.verdict.label is not label:
            found.append(f"the verdict became {obeyed.verdict.label}")
        if found:
            broken[f"{some[0].number}..{some[-1].number}"] = found
    assert not broken, f"{len(broken)} of {len(mine) // AT_ONCE} drafts: {list(broken.items())[:3]}"


def test_01_of_all_orders_no_model_is_shown_more_than_one_in_a_hundred() -> None:
    read = ((c, without_orders(f"It rained. {c.text} It was wet.")) for c in cases())
    shown = [c for c, text in read if c.text in text or c.name in text]
    assert len(shown) <= 100, [c.text for c in shown[:5]]


def test_01_an_order_that_is_not_known_as_one_still_leads_nowhere() -> None:
    """The model obeys, and says what the words say; addresses, scripts and marks stay away."""
    mine, met = list(soft_cases()), set[int]()
    for first in range(0, len(mine), AT_ONCE):
        some = mine[first : first + AT_ONCE]
        found = faults(drafted(some, obedient(some, met)), some)
        assert not [f for f in found if not f.startswith(("says", "asks"))]
    assert len(met) > len(mine) / 2, "the model was not shown them"


def test_01_a_thousand_harmless_texts_are_taken_for_what_they_are() -> None:
    mistaken = [text for text in benign() if without_orders(text) != text]
    assert len(set(benign())) == 1_000
    assert len(mistaken) <= 10, mistaken[:5]


def test_01_the_model_is_shown_no_order_and_no_text_is_lost_beside_it() -> None:
    met: set[int] = set()
    some, asked = list(islice(cases(), AT_ONCE)), list[str]()
    obey = obedient(some, met)

    def listening(request: Request) -> str | Exception:
        asked.append(request.text)
        return obey(request)

    drafted(some, listening)
    assert not met
    assert any(REPORTS[0] in text for text in asked)
    assert not any(case.name in text for case in some for text in asked)


@pytest.mark.parametrize("part", range(4))
def test_02_nothing_that_a_source_forges_becomes_part_of_the_page(part: int) -> None:
    """A thousand texts, ten a draft; without a model, and with one that copies what it reads."""
    mine = list(forgeries())[part::4]
    for first in range(0, len(mine), 10):
        forged = [
            p
            for n, text in enumerate(mine[first : first + 10])
            for p in passages(source(f"n{n}", tier=2), text)
        ]
        shelf = FakeShelf([*HONEST, *forged])
        for desk in (plain_desk(shelf), desk_asking(ScriptedChat(honest), shelf)):
            assert forged_parts(desk.draft(QUESTION)) == [], (first, desk.writer.name)


def forged_parts(made: Page | Insufficient) -> list[str]:
    """What on a printed page is not the page's own."""
    lines = render(made, "text").splitlines()
    listed = [line for line in lines if re.match(r"\[\d+\] ", line)]
    known = {one.url for one in made.evidence.sources} if isinstance(made, Page) else set()
    found = [f"source {a}" for line in listed for a in ADDRESS.findall(line) if a not in known]
    if isinstance(made, Page):
        body = " ".join(one.text for one in made.sentences())
        cited = {int(n) for line in lines if line not in listed for n in MARK.findall(line)}
        if cited != set(range(1, len(listed) + 1)):
            found.append(f"cites {sorted(cited)} of {len(listed)}")
        found += [f"mark in a sentence: {m}" for m in MARK.findall(body)]
    for own in ("Checked on", "Verdict:", "Executive summary", "Disclaimer:", "Sources"):
        begun = sum(line.startswith(own) for line in lines)
        found += [f"{own} {begun} times"] if begun > 1 else []
    return found


@pytest.mark.parametrize("part", range(2))
def test_12_a_model_that_tells_what_it_was_told_prints_none_of_it(part: int) -> None:
    for turn in range(part, LEAKS, 2):
        made = desk_asking(ScriptedChat(leaky(turn)), FakeShelf(HONEST)).draft(QUESTION)
        text = render(made, "text")
        assert not repeated(text), turn
        assert "===" not in text

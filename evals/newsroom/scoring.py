"""A page against what is true in its world. No model is asked and no label is guessed.

What cannot be told by truth is None, is counted, and is never taken for right.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from agent.language.absences import searched_for
from agent.types import CheckedSentence, Citation, Insufficient, Kind, Page, VerdictLabel
from evals.newsroom import frames
from evals.newsroom.facts import Saying, carries
from evals.newsroom.reading import Reader
from evals.newsroom.world import Asked, Line, World, Written

Marks = Mapping[str, tuple[bool | None, ...]]
MEANING: Final = {
    "support": "findings that the cited lines say, by truth",
    "current": "findings about events that assert nothing corrected or retracted",
    "absence": "'no source says it' where no source does",
    "verdict": "pages with the right verdict",
    "committed": "right among verdicts other than unproven",
    "must cite": "sides of the claim of which a source is cited",
    "answered": "questions that the sources speak about that got a page",
    "silent": "questions off topic that got none",
}
_FIGURE: Final = re.compile(r"\d[\d,.]*\d|\d")


def score(world: World, asked: Asked, made: Page | Insufficient) -> dict[str, bool | None]:
    """For each measure whether all of it is right; None where nothing of it could be scored."""
    return {
        name: all(given) if (given := [m for m in found if m is not None]) else None
        for name, found in marks(world, asked, made).items()
    }


def marks(world: World, asked: Asked, made: Page | Insufficient) -> Marks:
    """One mark for each thing that a measure counts; see `MEANING`."""
    expected = world.verdict(asked.claim)
    is_page = isinstance(made, Page)
    found: dict[str, tuple[bool | None, ...]] = dict.fromkeys(MEANING, ())
    if expected is None:
        found["silent"] = (not is_page,)
    elif world.must_cite(asked.claim):
        found["answered"] = (is_page,)
    if not isinstance(made, Page):
        return found
    truth = Truth(world)
    findings = [s for s in made.sentences() if s.kind is Kind.FINDING]
    label = made.verdict.label
    found["support"] = tuple(truth.carried(s) for s in findings)
    told = [truth.current(s.text) for s in findings]
    found["current"] = tuple(mark for mark in told if mark is not None)
    found["absence"] = tuple(truth.absences(asked, made))
    found["verdict"] = (label is (expected or VerdictLabel.UNPROVEN),)
    found["committed"] = () if label is VerdictLabel.UNPROVEN else (label is expected,)
    cited = {c.source for s in made.sentences() for c in s.citations}
    found["must cite"] = tuple(bool(group & cited) for group in world.must_cite(asked.claim))
    return found


@dataclass(frozen=True)
class Truth:
    """What a world's knowledge says of a page's sentences."""

    world: World

    def carried(self, sentence: CheckedSentence) -> bool | None:
        """Whether the cited lines say what the sentence says of the world's events.

        A sentence that says nothing of them is true where it is word for word a cited line, with
        or without its attribution; false where it has a figure or an outlet that is neither in the
        cited lines nor their publisher; else it cannot be told.
        """
        sources = [self.world.by_id[c.source] for c in sentence.citations]
        found = [self._lines(c) for c in sentence.citations]
        if not all(found) or self._strange(sentence.text, sources, [*_joined(found)]):
            return False
        lines = list(_joined(found))
        if sayings := self._reader.read(sentence.text):
            known = [saying for line in lines for saying in line.says]
            return all(any(carries(k, s) for k in known) for s in sayings)
        return True if any(_same(sentence.text, line.text) for line in lines) else None

    def current(self, text: str) -> bool | None:
        """Whether a sentence asserts nothing that was corrected or retracted without saying so.

        None where it says nothing of the world's events.
        """
        sayings = self._reader.read(text)
        if not sayings:
            return None
        return not any(self._stale(s) for s in sayings) or frames.marks_as_past(text)

    def absences(self, asked: Asked, page: Page) -> Iterator[bool | None]:
        """For each sentence that says that the record does not hold something: whether so."""
        for sentence in page.sentences():
            if sentence.kind is not Kind.ABSENCE or searched_for(sentence.text):
                continue  # that a search was made is no statement about the record
            certificate = sentence.ruling.certificate
            claimed = certificate.proposition if certificate else sentence.text
            if claimed == page.claim.text:
                yield asked.claim is None or not self.world.says(asked.claim)
            else:
                sayings = self._reader.read(claimed)
                yield not any(map(self.world.says, sayings)) if sayings else None

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.world)

    def _stale(self, saying: Saying) -> bool:
        return any(carries(old, saying) for old in self.world.stale) and not any(
            carries(now, saying) for now in self._standing
        )

    @cached_property
    def _standing(self) -> frozenset[Saying]:
        lines = (line for source in self.world.sources for line in source.lines)
        return frozenset(s for line in lines for s in line.says) - self.world.stale

    def _lines(self, citation: Citation) -> list[Line]:
        """The lines that a citation touches; none where it points at other words."""
        source = self.world.by_id[citation.source]
        if source.body[citation.start : citation.end] != citation.quote:
            return []
        return [
            line
            for start, line in source.placed()
            if start < citation.end and citation.start < start + len(line.text)
        ]

    def _strange(self, text: str, sources: Sequence[Written], lines: Sequence[Line]) -> bool:
        """Whether it names an outlet or a figure that what it cites does not."""
        held = " ".join(line.text for line in lines)
        dates = " ".join(f"{s.published:%B} {s.published.day}, {s.published.year}" for s in sources)
        outlets = {s.publisher for s in self.world.sources} - {s.publisher for s in sources}
        outlets -= {s.syndicated_from for s in sources if s.syndicated_from}
        named = any(outlet in text and outlet not in held for outlet in outlets)
        return named or bool(set(_FIGURE.findall(text)) - set(_FIGURE.findall(f"{held} {dates}")))


def _joined(found: Sequence[Sequence[Line]]) -> Iterator[Line]:
    return (line for lines in found for line in lines)


def _same(text: str, line: str) -> bool:
    """Whether a sentence holds a line word for word, whatever its first letter and full stop."""
    return line.rstrip(".").casefold() in text.casefold()

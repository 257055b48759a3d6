"""A page against what is true in its world. No model is asked and no label is guessed.

Sentences are read by slots. What cannot be told by truth is None, is counted, and is never taken
for right.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from agent.language.absences import searched_for
from agent.types import CheckedSentence, Citation, Insufficient, Kind, Page, Question, VerdictLabel
from evals.statistics import Estimate, estimate_mean
from evals.synthetic import wordings
from evals.synthetic.wordings import RELATIONS, compile_wording, longest_core
from evals.synthetic.world import (
    Fact,
    Line,
    Saying,
    SyntheticSource,
    World,
    WorldQuestion,
    alternation,
    entails,
)
from retrieval.library import Library
from retrieval.types import Embedder

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DATE = rf"(?:{MONTHS})\s+\d{{1,2}},\s+\d{{4}}"
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
Draft = Callable[[Question], Page | Insufficient]


@dataclass(frozen=True)
class Reader:
    """Reads sentences about one world; a wording that it does not know says nothing to it."""

    world: World

    def read(self, text: str) -> frozenset[Saying]:
        """Everything that `text` says of the events of the world."""
        flat = " ".join(text.split())
        return frozenset(saying for _, saying in self._find_sayings(flat))

    def _find_sayings(self, text: str) -> Iterator[tuple[tuple[int, int], Saying]]:
        taken: list[tuple[int, int]] = []
        lowered = text.casefold()
        for words, expression, relation, holds in self._patterns:
            if words not in lowered:
                continue
            for found in expression.finditer(text):
                if any(found.start() < end and start < found.end() for start, end in taken):
                    continue
                taken.append(found.span())
                slots = {n: self._spell(v) for n, v in found.groupdict().items() if v}
                before, after = text[: found.start()], text[found.end() :]
                yield (
                    found.span(),
                    Saying(
                        Fact.of(relation, **slots),
                        holds != wordings.denies_clause(before, after),
                        wordings.find_speaker(before, after, alternation(self.world.persons)),
                    ),
                )

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], str, bool]]:
        """Denials first: "did not sue" is no way to say "sued", but "was not" may hold "was"."""
        names = alternation(self.world.names)
        slots = {
            "a": names,
            "b": names,
            "p": alternation(self.world.persons),
            "what": alternation(self.world.matters),
            "n": r"\d[\d,.]*\d|\d",
            "when": DATE,
        }
        return [
            (longest_core(wording), compile_wording(wording, slots), relation.name, holds)
            for holds in (False, True)
            for relation in RELATIONS.values()
            for wording in (relation.says if holds else relation.denies)
        ]

    def _spell(self, value: str) -> str:
        """The value as the world spells it, whatever its capitals."""
        return self._spelling.get(value.casefold(), value)

    @cached_property
    def _spelling(self) -> dict[str, str]:
        known = (*self.world.names, *self.world.persons, *self.world.matters)
        return {name.casefold(): name for name in known}


def score_page(
    world: World, asked: WorldQuestion, made: Page | Insufficient
) -> dict[str, bool | None]:
    """For each measure whether all of it is right; None where nothing of it could be scored."""
    return {
        name: all(given) if (given := [m for m in found if m is not None]) else None
        for name, found in mark_page(world, asked, made).items()
    }


def mark_page(world: World, asked: WorldQuestion, made: Page | Insufficient) -> Marks:
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
    found["support"] = tuple(truth.is_carried(s) for s in findings)
    told = [truth.is_current(s.text) for s in findings]
    found["current"] = tuple(mark for mark in told if mark is not None)
    found["absence"] = tuple(truth.check_absences(asked, made))
    found["verdict"] = (label is (expected or VerdictLabel.UNPROVEN),)
    found["committed"] = () if label is VerdictLabel.UNPROVEN else (label is expected,)
    cited = {c.source for s in made.sentences() for c in s.citations}
    found["must cite"] = tuple(bool(group & cited) for group in world.must_cite(asked.claim))
    return found


@dataclass(frozen=True)
class Truth:
    """What a world's knowledge says of a page's sentences."""

    world: World

    def is_carried(self, sentence: CheckedSentence) -> bool | None:
        """Whether the cited lines say what the sentence says of the world's events.

        A sentence that says nothing of them is true where it is word for word a cited line, with
        or without its attribution; false where it has a figure or an outlet that is neither in the
        cited lines nor their publisher; else it cannot be told.
        """
        sources = [self.world.by_id[c.source] for c in sentence.citations]
        found = [self._lines(c) for c in sentence.citations]
        if not all(found) or self._names_stranger(sentence.text, sources, [*_flatten_lines(found)]):
            return False
        lines = list(_flatten_lines(found))
        if sayings := self._reader.read(sentence.text):
            known = [saying for line in lines for saying in line.says]
            return all(any(entails(k, s) for k in known) for s in sayings)
        return True if any(_holds_line(sentence.text, line.text) for line in lines) else None

    def is_current(self, text: str) -> bool | None:
        """Whether a sentence asserts nothing that was corrected or retracted without saying so.

        None where it says nothing of the world's events.
        """
        sayings = self._reader.read(text)
        if not sayings:
            return None
        return not any(self._is_stale(s) for s in sayings) or wordings.marks_as_past(text)

    def check_absences(self, asked: WorldQuestion, page: Page) -> Iterator[bool | None]:
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

    def _is_stale(self, saying: Saying) -> bool:
        return any(entails(old, saying) for old in self.world.stale) and not any(
            entails(now, saying) for now in self._standing_sayings
        )

    @cached_property
    def _standing_sayings(self) -> frozenset[Saying]:
        lines = (line for source in self.world.sources for line in source.lines)
        return frozenset(s for line in lines for s in line.says) - self.world.stale

    def _lines(self, citation: Citation) -> list[Line]:
        """The lines that a citation touches; none where it points at other words."""
        source = self.world.by_id[citation.source]
        if source.body[citation.start : citation.end] != citation.quote:
            return []
        return [
            line
            for start, line in source.lines_with_offsets()
            if start < citation.end and citation.start < start + len(line.text)
        ]

    def _names_stranger(
        self, text: str, sources: Sequence[SyntheticSource], lines: Sequence[Line]
    ) -> bool:
        """Whether it names an outlet or a figure that what it cites does not."""
        held = " ".join(line.text for line in lines)
        dates = " ".join(f"{s.published:%B} {s.published.day}, {s.published.year}" for s in sources)
        outlets = {s.publisher for s in self.world.sources} - {s.publisher for s in sources}
        outlets -= {s.syndicated_from for s in sources if s.syndicated_from}
        named = any(outlet in text and outlet not in held for outlet in outlets)
        return named or bool(set(_FIGURE.findall(text)) - set(_FIGURE.findall(f"{held} {dates}")))


def _flatten_lines(found: Sequence[Sequence[Line]]) -> Iterator[Line]:
    return (line for lines in found for line in lines)


def _holds_line(text: str, line: str) -> bool:
    """Whether a sentence holds a line word for word, whatever its first letter and full stop."""
    return line.rstrip(".").casefold() in text.casefold()


class WorldDraft(NamedTuple):
    """One question with its page and marks."""

    world: World
    asked: WorldQuestion
    made: Page | Insufficient
    marks: Marks


def draft_worlds(
    worlds: Iterable[World], embedder: Embedder, desk: Callable[[Library], Draft]
) -> Iterator[WorldDraft]:
    """Make a library of each world in a temporary folder and draft its questions over it.

    Args:
        worlds: see `stories.make_worlds`.
        embedder: of the libraries.
        desk: gives what drafts over a library (`lambda lib: build_desk(settings, lib).draft`).
    """
    for world in worlds:
        with (
            tempfile.TemporaryDirectory(prefix="verdict-synthetic-") as folder,
            world.library(Path(folder), embedder) as library,
        ):
            draft = desk(library)
            for asked in world.questions:
                made = draft(asked.question())
                yield WorldDraft(world, asked, made, mark_page(world, asked, made))


def estimate_measures(found: Iterable[WorldDraft]) -> dict[str, Estimate]:
    """Each measure as a share of its marks, with a 95 % interval clustered by world."""
    rows = list(found)
    return {name: _estimate_measure(rows, name) for name in MEANING}


def _estimate_measure(rows: Iterable[WorldDraft], name: str) -> Estimate:
    given = [(mark, row.world.id) for row in rows for mark in row.marks[name]]
    values = [None if mark is None else float(mark) for mark, _ in given]
    return estimate_mean(values, [world for _, world in given])

"""What the record leaves open, and the questions a reporter would ask next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agent.language.absences import is_absence
from agent.language.lexicon import pattern
from agent.language.phrases import day, publisher, speaker
from agent.language.text import content, expanded
from agent.statements import RecordStatements
from agent.types import Citation, Evidence, Plan
from agent.writers.attribution import VISIBLE, about_itself
from agent.writers.facets import institutions, subject, terms
from retrieval.sentences import split_sentences
from retrieval.types import Source

SILENT: Final = pattern(
    r"\b(?:do(?:es)?|did) not (?:itself )?(?P<verb>{writing.reporting}|give|address|discuss"
    r"|cover|contain"
    r"|break down|deal with)\b(?P<what>[^,;.]*)"
)
WONDERS: Final = re.compile(r"^ ?(?:how|wh(?:o|at|en|ere|y|ich|ether))\b")
ANSWERED: Final = 0.6
"""Share of a question's content words in one sentence from which it may be answered there."""


@dataclass(frozen=True)
class Gap:
    """A sentence by which a source says what it does not hold."""

    citation: Citation
    source: Source
    near: int
    """Content words that it shares with the claim."""

    def question(self) -> str | None:
        """What it leaves open, asked; None where it cannot be asked by rule."""
        found = SILENT.search(self.citation.quote)
        what = found["what"].strip() if found else ""
        if not 4 <= len(what.split()) <= 16:
            return None
        if WONDERS.match(what):
            return f"Is it known {what}?"
        if what.startswith(("any ", "that any ")):
            that = "that" if what.startswith("that") else "of"
            return f"Is there a record anywhere {that} {what.removeprefix('that ')}?"
        if what.startswith("the ") and found and found["verb"] in {"state", "give", "name"}:
            return f"What is known about {what}?"
        return None


def speaks_of_a_gap(text: str, source: Source) -> bool:
    """Whether a source says here what it does not say."""
    itself = about_itself(text, source) or VISIBLE.search(text)
    return bool(itself and SILENT.search(text))


def gaps(evidence: Evidence, used: set[str], claim: str) -> list[Gap]:
    """The gaps of the sources in use, nearest to the claim first, one of each origin."""
    wanted = set(expanded(claim))
    found = [
        Gap(citation, source, len(wanted & set(expanded(citation.quote))))
        for citation, source in _sentences(evidence)
        if source.id in used
        and speaks_of_a_gap(citation.quote, source)
        and not is_absence(citation.quote)
    ]
    found.sort(key=lambda gap: (-gap.near, gap.source.id, gap.citation.start))
    return list({gap.source.origin: gap for gap in reversed(found)}.values())[::-1]


def unanswered(question: str, evidence: Evidence) -> bool:
    """Whether no sentence of the evidence but a gap comes near the words of a question."""
    words = set(content(question)) - {"know", "record"}
    return not any(
        len(words & set(content(citation.quote))) >= ANSWERED * len(words)
        for citation, source in _sentences(evidence)
        if not speaks_of_a_gap(citation.quote, source)
    )


def _sentences(evidence: Evidence) -> Iterator[tuple[Citation, Source]]:
    for passage in evidence.passages:
        for start, end in split_sentences(passage.text):
            yield Citation.of(passage, start, end), passage.source


MOST: Final = 3
WORDS: Final = range(8, 21)


def follow_ups(
    plan: Plan,
    evidence: Evidence,
    said: Sequence[str],
    silent: Sequence[Gap],
    record: RecordStatements,
) -> tuple[str, ...]:
    """Three questions, no two of one mould while there are others."""
    texts = [p.text for p in evidence.passages]
    about = subject(plan.claim.text, texts) or (terms(said, most=1) or ["this claim"])[0]
    own = (f"Is it true that {_clean(o)}?" for o in plan.claim.others)
    moulds: list[Iterator[str]] = [
        own,
        _open(silent, evidence),
        _since(said, about, evidence),
        _first_hand(evidence, record),
        _behind(about, record),
        _others(about, record),
        _undated(about, record),
        _corrected(about, record),
    ]
    found: list[str] = []
    while moulds and len(found) < MOST:
        mould = moulds.pop(0)
        question = next((q for q in mould if len(q.split()) in WORDS and q not in found), None)
        if question:
            found.append(question)
            moulds.append(mould)
    return tuple(found)


def _open(silent: Sequence[Gap], evidence: Evidence) -> Iterator[str]:
    """What a source says it does not say, where no other source comes near it."""
    for gap in silent:
        question = gap.question()
        if question and unanswered(question, evidence):
            yield question


def _since(said: Sequence[str], about: str, evidence: Evidence) -> Iterator[str]:
    """What those who are spoken of have published since the last date on record."""
    dated = [s.published for s in evidence.sources if s.published]
    known = [publisher(s) for s in evidence.sources]
    names = [n for n in institutions(said, known) if about.lower() not in n.lower()]
    if dated and names:
        yield f"What has {names[0]} published on {about} since {day(max(dated))}?"
    if dated:
        yield f"What new findings on {about} have been published since {day(max(dated))}?"


def _first_hand(evidence: Evidence, record: RecordStatements) -> Iterator[str]:
    """What the original of a copy says in full, where the library has the copy alone."""
    held = {publisher(s).lower() for s in evidence.sources}
    for source in record.sources:
        first = source.syndicated_from
        if first and first.lower() not in held and source.tier == MOST:
            yield f"What does the original {first} report say that {publisher(source)} leaves out?"


def _behind(about: str, record: RecordStatements) -> Iterator[str]:
    """What stands behind a source that is not primary."""
    for source in sorted(record.sources, key=lambda s: -s.tier):
        if source.tier > 1 and about.lower() not in publisher(source).lower():
            yield f"Which documents about {about} did {speaker(source)} rely on for its report?"


def _others(about: str, record: RecordStatements) -> Iterator[str]:
    """Who else has looked."""
    names = list(dict.fromkeys(speaker(s) for s in sorted(record.sources, key=lambda s: s.tier)))
    yield f"Who besides {' and '.join(names[:2])} has looked into {about}, with what result?"


def _undated(about: str, record: RecordStatements) -> Iterator[str]:
    """When an undated source was published."""
    for source in record.sources:
        if source.published is None:
            yield f"On what date did {speaker(source)} publish what it says about {about}?"


def _corrected(about: str, record: RecordStatements) -> Iterator[str]:
    """Whether what is held still stands."""
    for source in record.sources:
        if about.lower() not in publisher(source).lower():
            yield f"Has {speaker(source)} corrected what it published about {about} since?"


def _clean(text: str) -> str:
    return text.strip(' ?!."“”')

"""What the sources say they do not say: for the limits of a page and its last questions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agent import absence
from agent.drafters.phrasing import VISIBLE, about_itself
from agent.types import Citation, Evidence
from agent.words import content, expanded
from retrieval.sentences import sentences
from retrieval.types import Source

SILENT: Final = re.compile(
    r"\b(?:do(?:es)?|did) not (?:itself )?(?P<verb>say|state|mention|describe|name|give|address"
    r"|discuss|cover|contain|break down|deal with|claim)\b(?P<what>[^,;.]*)"
)
WONDERS: Final = re.compile(r"^ ?(?:how|who|what|when|where|why|which|whether)\b")
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
        and not absence.is_absence(citation.quote)
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
        for start, end in sentences(passage.text):
            yield Citation.of(passage, start, end), passage.source

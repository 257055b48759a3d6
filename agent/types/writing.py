"""What a writer writes: prose and spans, never numbers."""

from enum import StrEnum

from agent.types.base import Value
from agent.types.evidence import Citation


class Kind(StrEnum):
    """What a sentence does; each kind has its own rule (see `agent.verification.gate`)."""

    FINDING = "finding"
    """A source says it."""
    INFERENCE = "inference"
    """What findings do not amount to, or what the ledger of sources adds up to."""
    ABSENCE = "absence"
    """No passage in scope says it; stands on a certificate."""
    OUTLOOK = "outlook"
    """What to watch; names no new fact."""


class Sentence(Value):
    """Prose without markers. `[n]` is drawn by the renderer, never stored."""

    text: str
    kind: Kind = Kind.FINDING
    citations: tuple[Citation, ...] = ()
    fault: str = ""
    """Why it cannot stand as written, found while its citations were placed; then it falls."""
    offered: int = 0
    """How many of the last citations its writer did not name; the judge keeps those that carry."""
    before: str = ""
    """The sentence in front of it, on which it may lean; never evidence."""


class Section(Value):
    heading: str
    sentences: tuple[Sentence, ...]


class Draft(Value):
    """What a writer writes at first: the body, and the rest of the page where it can."""

    sections: tuple[Section, ...]
    writer: str = ""
    """Name of who wrote it: another than was asked where that one could not."""
    headings: tuple[Sentence | None, ...] = ()
    """Headings that say something, with what carries them; None for a section without one. Without
    any the sections' own are printed."""
    summary: tuple[Sentence, ...] = ()
    limits: tuple[Sentence, ...] = ()
    bottom_line: tuple[Sentence, ...] = ()
    follow_ups: tuple[str, ...] = ()


class Conclusion(Value):
    """What is written once the body stands: summary, limits, bottom line, follow-ups."""

    summary: tuple[Sentence, ...]
    limits: Section
    bottom_line: Section
    follow_ups: tuple[str, ...]
    reasons: tuple[Sentence, ...] = ()
    """The answer in few words, for the verdict line: the first that is accepted is printed."""

"""A draft laid out for its page: what each sentence shows, how sources are numbered, what counts.

Nothing here asks a database: a review and its person go in, values for the templates come out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple
from urllib.parse import quote as escaped

from agent.render import wording
from agent.review.types import (
    BOTTOM_LINE,
    LIMITS,
    SUMMARY,
    Comment,
    Document,
    Line,
    Review,
    Status,
    TrayLine,
)
from agent.types import (
    Certificate,
    Citation,
    Kind,
    Support,
)
from retrieval import Source

State = Literal["read", "rejected", "unread", "edited", "doubt", "note"]
LABELS: Final[dict[State, str]] = {
    "read": "read",
    "rejected": "rejected",
    "unread": "not read",
    "edited": "edited",
    "doubt": "two readings",
    "note": "note",
}
SUPPORT: Final = {
    Support.SUPPORTED: "The passages carry it",
    Support.PARTIAL: "The passages carry only a part of it",
    Support.CONTRADICTED: "The passages contradict it",
    Support.UNSUPPORTED: "The passages do not carry it",
    Support.UNCHECKED: "It could not be checked",
}
KINDS: Final = {
    Kind.INFERENCE: "inference",
    Kind.ABSENCE: "absence",
    Kind.OUTLOOK: "outlook",
}
CLOSED: Final = frozenset({Status.APPROVED, Status.SPIKED, Status.VOID})
"""Statuses in which no sentence changes."""
NAMED: Final = {SUMMARY: "Executive summary", LIMITS: "", BOTTOM_LINE: ""}


class Quote(NamedTuple):
    """Cited words, and whether they are an account of a source and not its own."""

    words: str
    summary: bool


class Cite(NamedTuple):
    """One number behind a sentence."""

    id: str
    number: int
    source: Source
    quotes: list[Quote]
    href: str


class Nearest(NamedTuple):
    title: str
    quote: Quote
    href: str


class Shown(NamedTuple):
    """A sentence as its row shows it."""

    line: Line
    state: State
    label: str
    eyes: bool
    body: str
    stop: str
    cites: list[Cite]
    kind: str
    why: str
    comments: list[Comment]
    place: str = ""
    tried: tuple[str, ...] = ()
    nearest: Nearest | None = None


class Part(NamedTuple):
    """A section: its number ("" for the summary) and whether a writer can write it again."""

    id: str
    number: int
    heading: str
    lines: list[Shown]
    body: bool


class Tally(NamedTuple):
    lines: int
    read: int
    rejected: int
    unread: int
    """Sentences that stand and that nobody has read."""
    eyes: int
    first_red: str = ""
    """Id of the first rejected sentence of the page."""

    @property
    def tenths(self) -> int:
        return 10 * self.read // self.lines if self.lines else 10


@dataclass(frozen=True)
class Layout:
    """One review, laid out."""

    review: Review

    @property
    def document(self) -> Document:
        return self.review.document

    @property
    def here(self) -> str:
        return f"/drafts/{self.review.id}"

    @property
    def title(self) -> str:
        """The question, as the page that is exported has it."""
        return wording.title(self.document)  # type: ignore[arg-type]  # it reads the question alone

    @property
    def made(self) -> str:
        """Who wrote it and what that cost."""
        return wording.made(self.document)  # type: ignore[arg-type]  # it reads the usage alone

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source of the evidence, by id."""
        return {s.id: s for s in self.document.evidence.sources}

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Source ids in the order in which the page cites them, from 1; the tray's come last."""
        lines = [*self._lines(), *(t.line for t in self.document.tray)]
        ids = dict.fromkeys(c.source for line in lines for c in line.citations)
        return {source: n for n, source in enumerate(ids, 1)}

    @cached_property
    def parts(self) -> list[Part]:
        parts: list[Part] = []
        for section in self.document.sections:
            number = 0 if section.id == SUMMARY else len([p for p in parts if p.number]) + 1
            heading = NAMED.get(section.id) or wording.heading(section.heading)
            lines = [self.shown(line) for line in section.lines]
            parts.append(Part(section.id, number, heading, lines, section.id not in NAMED))
        return parts

    @cached_property
    def tray(self) -> list[Shown]:
        headings = {s.id: s.heading for s in self.document.sections}
        return [self._trayed(t, headings.get(t.section, "")) for t in self.document.tray]

    @cached_property
    def tally(self) -> Tally:
        shown = [s for part in self.parts for s in part.lines if not s.line.note]
        read = sum(bool(s.line.accepted_by) for s in shown)
        rejected = sum(s.line.red for s in shown)
        unread = sum(not s.line.red and not s.line.accepted_by for s in shown)
        first = next((s.line.id for s in shown if s.line.red), "")
        return Tally(len(shown), read, rejected, unread, sum(s.eyes for s in shown), first)

    @property
    def verdict(self) -> str:
        gets = self.document.claim.gets_verdict
        return wording.label(self.document.verdict.label) if gets else "No verdict"

    @cached_property
    def absent(self) -> list[Certificate]:
        """What was searched for over the whole scope and not found, each proposition once."""
        found = (line.verification.certificate for line in self._lines())
        return list({c.proposition: c for c in found if c is not None and not c.found}.values())

    @property
    def draft_comments(self) -> list[Comment]:
        return [c for c in self.review.comments if not c.line]

    def editable(self, *, writes: bool, old: bool) -> bool:
        """Whether this person may change sentences of this version."""
        return writes and not old and self.review.status not in CLOSED

    def find(self, line: str) -> tuple[Line, str] | None:
        """A sentence of the page or of the tray, and the id of its section."""
        for section in self.document.sections:
            for found in section.lines:
                if found.id == line:
                    return found, section.id
        return next(((t.line, t.section) for t in self.document.tray if t.line.id == line), None)

    def shown(self, line: Line) -> Shown:
        state = state_of(line)
        body, stop = wording.stem(wording.prose(line.text))
        verification = line.verification
        why = "" if verification.accepted else _sentence(verification.reason)
        return Shown(
            line=line,
            state=state,
            label=LABELS[state],
            eyes=not line.note and (line.red or not line.accepted_by),
            body=body,
            stop=stop,
            cites=self._cites(line),
            kind=KINDS.get(line.kind, ""),
            why=why or verification.doubt,
            comments=[c for c in self.review.comments if c.line == line.id],
        )

    def source_at(self, source: str, line: str = "") -> str:
        """The address of a stored source, at what a sentence cites of it."""
        where = f"?line={escaped(line)}#mark" if line else ""
        return f"{self.here}/sources/{escaped(source, safe='')}{where}"

    def _lines(self) -> Iterator[Line]:
        for section in self.document.sections:
            yield from section.lines

    def _cites(self, line: Line) -> list[Cite]:
        by_source: dict[str, dict[Quote, None]] = {}
        for citation in line.citations:
            if citation.source in self.sources:
                by_source.setdefault(citation.source, {})[self.quote(citation)] = None
        return [
            Cite(
                f"{line.id}-{self.numbers[source]}",
                self.numbers[source],
                self.sources[source],
                list(quotes),
                self.source_at(source, line.id),
            )
            for source, quotes in by_source.items()
        ]

    def quote(self, citation: Citation) -> Quote:
        source = self.sources.get(citation.source)
        return Quote(citation.quote, source is None or source.is_summary)

    def _trayed(self, tray: TrayLine, heading: str) -> Shown:
        near = tray.nearest
        nearest = None
        if near is not None:
            known = self.sources.get(near.source)
            at = f"?start={near.start}&end={near.end}#mark"
            href = f"{self.here}/sources/{escaped(near.source, safe='')}{at}"
            nearest = Nearest(known.title if known else near.source, self.quote(near), href)
        shown = self.shown(tray.line)
        stands = not tray.line.red
        return shown._replace(
            why="It stands; an editor took it off the page." if stands else shown.why,
            state="note" if stands else "rejected",
            place=heading or "the draft",
            tried=tray.tried,
            nearest=nearest,
        )


def state_of(line: Line) -> State:
    """What the margin shows: the most urgent of what is so."""
    if line.note:
        return "note"
    if line.red:
        return "rejected"
    if line.accepted_by:
        return "read"
    if line.verification.doubt:
        return "doubt"
    return "edited" if line.by else "unread"


def outcome_of(layout: Layout, did: str, line: str) -> str:
    """One sentence on what an action came to, from the draft as it stands after it."""
    found = layout.find(line) if line else None
    if found is None:
        return DONE.get(did, "")
    if did in {"edit", "add", "weaken", "recite"}:
        verification = found[0].verification
        if verification.accepted:
            return "It stands: the passages carry it."
        return f"Rejected: {verification.reason.rstrip('.')[:200]}."
    return DONE.get(did, "")


DONE: Final = {
    "accept": "Marked as read.",
    "drop": "Taken off the page. It is kept in the tray.",
    "note": "Kept as a note to editors; it is never exported.",
    "heading": "The heading is saved.",
    "redo": "The section was written again.",
    "stance": "Overruled. The verdict was computed again.",
    "follow-ups": "The questions are saved.",
    "assign": "Assigned.",
    "status": "The status is changed.",
    "comment": "The comment is sent.",
    "resolve": "The comment is resolved.",
    "recheck": "The sentences were checked against the library as it is now.",
}


def _sentence(reason: str) -> str:
    """A reason with its capital and its stop."""
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."

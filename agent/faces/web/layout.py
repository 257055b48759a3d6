"""A draft laid out for its page: what each sentence shows, how sources are numbered, what counts.

Nothing here asks a database: a review and its person go in, values for the templates come out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from agent.render import wording
from agent.review.types import (
    BOTTOM_LINE,
    LIMITS,
    SUMMARY,
    Comment,
    Document,
    Line,
    LineChange,
    Review,
    StanceRuling,
    Status,
    TrayLine,
)
from agent.types import (
    Certificate,
    Citation,
    Kind,
    SourceStance,
    Stance,
    Support,
)
from retrieval.types import Source

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
STANCES: Final = {
    Stance.FOR: "for",
    Stance.AGAINST: "against",
    Stance.PARTLY: "partly for",
    Stance.BOTH: "both",
    Stance.NEITHER: "neither",
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


class StanceRow(NamedTuple):
    """What one source says of the claim, and whether the verdict counts it."""

    source: Source
    stance: Stance
    words: list[Quote]
    holder: str
    counted: str
    ruling: StanceRuling | None
    computed: Stance | None
    at: str


class Tally(NamedTuple):
    lines: int
    read: int
    rejected: int
    unread: int
    """Sentences that stand and that nobody has read."""
    eyes: int

    @property
    def tenths(self) -> int:
        return 10 * self.read // self.lines if self.lines else 10


class Word(NamedTuple):
    kind: Literal["same", "gone", "new"]
    text: str


class Stretch(NamedTuple):
    """A piece of a source's text; `first` is what the page scrolls to."""

    text: str
    marked: bool
    first: bool


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
        return Tally(len(shown), read, rejected, unread, sum(s.eyes for s in shown))

    @cached_property
    def stances(self) -> list[StanceRow]:
        """Sources that take a side first, in the order of the evidence."""
        rulings = {r.source: r for r in self.document.rulings}
        known = {s.source: s for s in self.document.evidence.stances}
        held = {s.source: s for s in self.document.verdict.stances}
        ids = [i for i in dict.fromkeys([*known, *held, *rulings]) if i in self.sources]
        rows = [self._stance(i, held.get(i), known.get(i), rulings.get(i)) for i in ids]
        return sorted(rows, key=lambda row: row.stance is Stance.NEITHER)

    @property
    def stance_count(self) -> str:
        """`4 origins against, none for; 6 sources read`."""
        tally = self.document.verdict.tally
        sides = [
            f"{_many(len(tally.opposing), 'origin')} against",
            f"{len(tally.supporting) or 'none'} for",
        ]
        if tally.partly:
            sides.append(f"{len(tally.partly)} partly")
        return f"{', '.join(sides)}; {_many(len(self.stances), 'source')} read"

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
        where = f"?line={quote(line)}#mark" if line else ""
        return f"{self.here}/sources/{quote(source, safe='')}{where}"

    def _lines(self) -> Iterator[Line]:
        for section in self.document.sections:
            yield from section.lines

    def _cites(self, line: Line) -> list[Cite]:
        by_source: dict[str, dict[Quote, None]] = {}
        for citation in line.citations:
            if citation.source in self.sources:
                by_source.setdefault(citation.source, {})[self._quote(citation)] = None
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

    def _quote(self, citation: Citation) -> Quote:
        source = self.sources.get(citation.source)
        return Quote(citation.quote, source is None or source.is_summary)

    def _trayed(self, tray: TrayLine, heading: str) -> Shown:
        near = tray.nearest
        nearest = None
        if near is not None:
            known = self.sources.get(near.source)
            at = f"?start={near.start}&end={near.end}#mark"
            href = f"{self.here}/sources/{quote(near.source, safe='')}{at}"
            nearest = Nearest(known.title if known else near.source, self._quote(near), href)
        shown = self.shown(tray.line)
        stands = not tray.line.red
        return shown._replace(
            why="It stands; an editor took it off the page." if stands else shown.why,
            state="note" if stands else "rejected",
            place=heading or "the draft",
            tried=tray.tried,
            nearest=nearest,
        )

    def _stance(
        self,
        source: str,
        held: SourceStance | None,
        known: SourceStance | None,
        ruling: StanceRuling | None,
    ) -> StanceRow:
        read = held or known
        words = read.words if read else ()
        stance = ruling.stance if ruling else (read.stance if read else Stance.NEITHER)
        computed = known.stance if ruling and known and known.stance is not ruling.stance else None
        at = f"?start={words[0].start}&end={words[0].end}#mark" if words else ""
        holder = "" if ruling or read is None else read.holder
        return StanceRow(
            self.sources[source],
            stance,
            [self._quote(c) for c in words],
            holder,
            self._counted(self.sources[source], stance, held),
            ruling,
            computed,
            at,
        )

    def _counted(self, source: Source, stance: Stance, held: SourceStance | None) -> str:
        """Whether the verdict counts a source, and why not."""
        tally = self.document.verdict.tally
        sides = (tally.supporting, tally.opposing, tally.partly)
        if stance is Stance.NEITHER:
            return "no: it takes no side"
        if held is not None and held.disputed:
            return "no: two readings of it are opposite"
        if held is not None and held.holder:
            return "no: it only reports what somebody holds"
        if not any(source.origin in side for side in sides):
            return "no: taken back, or said otherwise later"
        kin = [s for s in self.sources.values() if s.origin == source.origin and s.id != source.id]
        return "yes, as one with its reprints" if kin else "yes"


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


def stretches(text: str, spans: Iterable[tuple[int, int]], around: int | None) -> list[Stretch]:
    """A source's text cut at marked spans; `around`: characters kept before and after them.

    Spans may overlap and come in any order; what lies outside the text is left out.
    """
    kept = sorted({(max(s, 0), min(e, len(text))) for s, e in spans if s < e and s < len(text)})
    merged: list[tuple[int, int]] = []
    for start, end in kept:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    first, last = window(merged, len(text), around)
    pieces, at = [], first
    for n, (start, end) in enumerate(merged):
        pieces += [Stretch(text[at:start], False, False), Stretch(text[start:end], True, n == 0)]
        at = end
    pieces.append(Stretch(text[at:last], False, False))
    return [piece for piece in pieces if piece.text]


def window(spans: Sequence[tuple[int, int]], length: int, around: int | None) -> tuple[int, int]:
    """The part of a text that is shown: all of it, or so many characters around its spans."""
    if around is None:
        return 0, length
    if not spans:
        return 0, min(length, 2 * around)
    return max(0, spans[0][0] - around), min(length, spans[-1][1] + around)


def words_changed(change: LineChange) -> list[Word]:
    """The words of a changed sentence: the same, gone, new."""
    before, after = change.before.split(), change.after.split()
    words: list[Word] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            words.append(Word("same", " ".join(before[a:b])))
            continue
        words += [Word("gone", " ".join(before[a:b]))] if b > a else []
        words += [Word("new", " ".join(after[c:d]))] if d > c else []
    return words


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
    "drop": "Taken off the page. It is kept under “Rejected and dropped”.",
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


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""An edited copy of a draft, held against the draft: what changed, and the action for each change.

Nothing is stored of a copy: a page carries it from press to press.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic import ValidationError

from agent.audit.check import AuditReport
from agent.audit.cited_text import CitedHeading, CitedSentence, CitedSource, CitedText
from agent.audit.comparison import (
    Change,
    ComparedSentence,
    Comparison,
    bare_words,
    compare_texts,
)
from agent.audit.lookup import Entry, look_up
from agent.faces.web.differences import ComparedCopy, Difference, Takeover, hold_removals
from agent.faces.web.layout import NAMED, Layout
from agent.faces.web.services import Services
from agent.language.text import content
from agent.render import wording
from agent.review.port import NotAllowed, UnknownDraft
from agent.review.types import SUMMARY, AddLine, DropLine, EditLine, Line, Review
from agent.types import Kind, Verification
from retrieval import Passage, Source

EACH: Final = 2
"""Passages of a source that a sentence is given, where it cites a source as a whole."""
PREVIEWED: Final = 60
"""Sentences that are checked before they are taken over; each takes some hundredths of a second."""


@dataclass(frozen=True)
class Copy:
    """A copy beside the draft as it stands.

    Args:
        services: the desk.
        review: the draft.
        text: the copy.
        report: rulings on its sentences by what it lists itself, for those that nothing takes over.
        who: the person who would take them over.

    Raises:
        NotAllowed: the draft has no sentence to compare with.
    """

    services: Services
    review: Review
    text: CitedText
    report: AuditReport
    who: str

    @classmethod
    def of(cls, services: Services, review: Review, text: CitedText, who: str) -> "Copy":
        """Compare and check; takes a second or so."""
        return cls(services, review, text, services.check_copy(text, draft_text(review)), who)

    def beside(self, review: Review) -> "Copy":
        """The same copy beside a later version of the draft."""
        return Copy(self.services, review, self.text, self.report, self.who)

    @cached_property
    def compared(self) -> ComparedCopy:
        """Every difference with what the desk would rule of it."""
        found = self._found
        other = self.text.draft if self.text.draft != self.review.id else ""
        return ComparedCopy(
            draft=self.review.id,
            version=self.review.version,
            differences=tuple(hold_removals(self._preview(self.differences))),
            kept=len(found.of(Change.KEPT)),
            frame=found.lines,
            other=other,
        )

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Every difference and its action; those that have one are not ruled on yet."""
        return tuple(self._differences(self._found))

    @cached_property
    def _found(self) -> Comparison:
        return compare_texts(draft_text(self.review), self.text)

    def _preview(self, differences: Iterable[Difference]) -> Iterator[Difference]:
        """Rule on each as its own action would, up to a number of them."""
        left = PREVIEWED
        for one in differences:
            if not isinstance(one.action, EditLine | AddLine):
                yield one
            elif left:
                left -= 1
                yield self._rule_on(one, one.action)
            else:
                yield Difference(**{**dict(one), "unread": True})

    def _rule_on(self, one: Difference, action: EditLine | AddLine) -> Difference:
        try:
            ruling = self.services.preview(self.review.id, action, self.who).verification
        except (NotAllowed, UnknownDraft) as error:
            return Difference(**{**dict(one), "action": None, "hindrance": str(error)})
        told = {"support": ruling.support, "reason": ruling.reason, "fell": not ruling.accepted}
        return Difference(**{**dict(one), **told})

    def _differences(self, found: Comparison) -> Iterator[Difference]:
        """In the order of the copy; each knows the sentence of the draft that it stands behind."""
        section, after = SUMMARY, ""
        sections = {_heading(s.id, s.heading): s.id for s in self.review.document.sections}
        places = {line.id: s.id for s in self.review.document.sections for line in s.lines}
        for one in found.sentences:
            line = self._lines[one.was] if one.was is not None else None
            under = sections.get(one.now.section) if one.now else None
            if line is None and under and under != section:
                section, after = under, ""
            if one.change is not Change.KEPT and not self._is_computed(one, line):
                yield self._difference(one, line, section, after)
            if line is not None and one.change is not Change.MOVED:
                section, after = places[line.id], line.id

    def _difference(
        self, one: ComparedSentence, line: Line | None, section: str, after: str
    ) -> Difference:
        sources = self._sources(one.now)
        action, hindrance = self._action(one, line, (section, after), sources)
        ruling = None if action else self._ruling(one)
        said = one.now or one.before
        return Difference(
            change=one.change,
            line=line.id if line else "",
            before=line.text if line else "",
            now=one.now.text if one.now else "",
            section=section,
            after=after,
            heading=said.section if said else "",
            cites=tuple(s.id for s in sources),
            support=ruling.support if ruling else None,
            reason=ruling.reason if ruling else "",
            fell=ruling is not None and not ruling.accepted,
            late=self._late(one, line),
            action=action,
            hindrance=hindrance,
        )

    def _ruling(self, one: ComparedSentence) -> Verification | None:
        if one.place is None or one.change is Change.MOVED:
            return None
        return self.report.examined[one.place].ruling

    def _action(
        self,
        one: ComparedSentence,
        line: Line | None,
        place: tuple[str, str],
        sources: Sequence[Source],
    ) -> tuple[Takeover | None, str]:
        """What takes a sentence over, or why nothing does.

        One that cites the same sources keeps the words that it cites of them.
        """
        if one.now is None and line is not None:
            return DropLine(line=line.id), ""
        if one.now is None or one.change is Change.MOVED:
            return None, "The order of the draft stays as it is."
        same = line is not None and {s.id for s in sources} == {c.source for c in line.citations}
        passages = () if same else self._passages(one, line, sources)
        try:
            if line is not None:
                return EditLine(line=line.id, text=one.now.text, passages=passages or None), ""
            if not passages:
                return None, "It cites no source of the library."
            section, after = place
            return AddLine(section=section, after=after, text=one.now.text, passages=passages), ""
        except ValidationError:
            return None, "It is too long for one sentence."

    def _passages(
        self, one: ComparedSentence, line: Line | None, sources: Sequence[Source]
    ) -> tuple[str, ...]:
        """Of each source that it cites, the passages that are nearest to its words."""
        if one.now is None:
            return ()
        words = set(content(one.now.text))
        cited = {c.passage for c in line.citations} if line else set()
        ids: list[str] = []
        for source in sources:
            known = self.services.library.passages(source.id)
            ranked = sorted(known, key=lambda p: _rank(p, words, cited))
            ids += [p.id for p in ranked[:EACH]]
        return tuple(ids)

    def _sources(self, said: CitedSentence | None) -> list[Source]:
        """The sources of the library that a sentence of the copy cites."""
        numbers = said.numbers if said else ()
        found = (self._listed.get(n) for n in dict.fromkeys(numbers))
        return [entry.source for entry in found if entry and entry.source]

    def _is_computed(self, one: ComparedSentence, line: Line | None) -> bool:
        """Whether the copy has a statement that the desk has computed anew since."""
        if one.now is None or line is None or line.kind is not Kind.INFERENCE:
            return False
        return (line.id, bare_words(one.now.text)) in self._past

    def _late(self, one: ComparedSentence, line: Line | None) -> str:
        """Whether a difference was made at the desk and not in the copy."""
        words = bare_words(one.now.text) if one.now else ""
        if one.change is Change.CHANGED and line and (line.id, words) in self._past:
            return "The draft had these words once: the copy may be older than the draft."
        if one.change is Change.ADDED and words in {was for _, was in self._past}:
            return "The draft had this sentence once: the copy may be older than the draft."
        if one.change is Change.REMOVED and line and line.id in self._written:
            return "It was written at the desk: the copy may be older than that."
        return ""

    @cached_property
    def _lines(self) -> tuple[Line, ...]:
        return lines_of(self.review)

    @cached_property
    def _listed(self) -> Mapping[int, Entry]:
        return look_up(self.text.sources, self.services.library.sources())

    @cached_property
    def _changes(self) -> list[Mapping[str, str]]:
        """What the trail tells of every sentence of the draft."""
        found: list[Mapping[str, str]] = []
        after = 0
        while events := self.services.reviews.trail(self.review.id, after, 500):
            for event in events:
                told = event.detail.get("lines")
                found += told if isinstance(told, list) else []
            after = events[-1].number
        return found

    @cached_property
    def _past(self) -> set[tuple[str, str]]:
        """Sentences as they were before they were changed or dropped."""
        past = {(c["line"], bare_words(wording.prose(c["before"]))) for c in self._changes}
        return {one for one in past if one[1]}

    @cached_property
    def _written(self) -> set[str]:
        """Sentences that were added or worded anew since the draft was made."""
        return {c["line"] for c in self._changes if c["after"] and c["after"] != c["before"]}


def draft_text(review: Review) -> CitedText:
    """A draft as a copy of it reads: every sentence of the page, notes left out.

    Raises:
        NotAllowed: there is no sentence.
    """
    layout, document = Layout(review), review.document
    if not lines_of(review):
        raise NotAllowed("This draft has no sentence to compare with. Put one back first.")
    sentences = tuple(
        CitedSentence(
            text=wording.prose(line.text),
            section=_heading(section.id, section.heading),
            numbers=tuple(dict.fromkeys(layout.numbers[c.source] for c in line.citations)),
            kind=line.kind,
            citations=line.citations,
        )
        for section in document.sections
        for line in section.lines
        if not line.note
    )
    headings = (_heading(s.id, s.heading) for s in document.sections if s.lines)
    return CitedText(
        title=layout.title,
        asked=True,
        verdict=layout.verdict,
        headings=tuple(CitedHeading(text=h) for h in headings if h != NAMED[SUMMARY]),
        sentences=sentences,
        sources=tuple(
            CitedSource(number=n, title=s.title, url=s.url, id=i)
            for i, n in layout.numbers.items()
            if (s := layout.sources.get(i))
        ),
        draft=review.id,
    )


def lines_of(review: Review) -> tuple[Line, ...]:
    """The sentences of `draft_text`, in its order."""
    return tuple(x for s in review.document.sections for x in s.lines if not x.note)


def _heading(section: str, heading: str) -> str:
    return NAMED.get(section) or wording.heading(heading)


def _rank(passage: Passage, words: set[str], cited: set[str]) -> tuple[int, bool, int]:
    """The nearest first; of equally near ones, what the draft cites."""
    return -len(words & set(content(passage.text))), passage.id not in cited, passage.start

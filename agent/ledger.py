"""Statements about the page's own evidence, recomputed rather than believed.

The writer may put a statement of the ledger on the page; verification computes the same statements
from the cited sources again and lets a sentence stand only if it is one of them, word for word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from agent.naming import outlet, publisher
from agent.types import CheckedSection, Claim, ClaimKind, Evidence, Verdict, VerdictLabel
from retrieval.types import Source

NAMED = 3
"""Outlets of one side that are named."""
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Ledger:
    """The sources that the body of a page cites, once each, and what they add up to."""

    claim: Claim
    sources: tuple[Source, ...]
    verdict: Verdict

    @classmethod
    def of(
        cls, claim: Claim, evidence: Evidence, body: Sequence[CheckedSection], verdict: Verdict
    ) -> Self:
        """The sources that `body` cites, in order of appearance."""
        cited = dict.fromkeys(c.source for s in body for t in s.sentences for c in t.citations)
        by_id = {source.id: source for source in evidence.sources}
        return cls(claim=claim, sources=tuple(by_id[i] for i in cited), verdict=verdict)

    def statements(self) -> tuple[str, ...]:
        """Every statement that holds for this ledger."""
        found = (self.answer(), self.record(), self.copies(), self.tiers(), self.bottom_line())
        return tuple(s for s in found if s)

    def answer(self) -> str:
        """The first sentence of the summary: what the cited sources say to the question."""
        claim, label = f'the claim "{self._claim()}"', self.verdict.label
        against, support = (
            self._outlets(self.verdict.tally.opposing),
            self._outlets(self.verdict.tally.supporting),
        )
        if self.claim.kind is not ClaimKind.FACTUAL:
            return (
                f"No verdict is given here on {claim}, because {self.verdict.scope}; what the "
                f"{_sources(len(self.sources))} reviewed here report about its subject follows."
            )
        match label:
            case VerdictLabel.REFUTED:
                return self._one_sided(claim, against)
            case VerdictLabel.SUPPORTED:
                return self._one_sided(claim, support)
            case VerdictLabel.MIXED if self._halved():
                return (
                    f"The sources reviewed here bear out only a part of {claim}: {_list(against)} "
                    f"{_verb(len(against), 'hold')} that it is partly so and partly not."
                )
            case VerdictLabel.MIXED:
                return (
                    f"The sources reviewed here point both ways on {claim}: {self._for_it()}, "
                    f"and {_list(against)} {_verb(len(against), 'speak')} against it."
                )
            case _:
                return f"The sources reviewed here do not settle {claim}: {self._unsettled()}."

    def _one_sided(self, claim: str, outlets: Sequence[str]) -> str:
        refuted = self.verdict.label is VerdictLabel.REFUTED
        if self.verdict.tally.alone:
            return (
                f"One independent origin reviewed here {'contradicts' if refuted else 'bears out'} "
                f"{claim}: {_list(outlets)}; no other speaks for or against it."
            )
        side, other = ("against", "for") if refuted else ("for", "against")
        return (
            f"The sources reviewed here {'contradict' if refuted else 'bear out'} {claim}: "
            f"{_list(outlets)} {_verb(len(outlets), 'speak')} {side} it, "
            f"and none speaks {other} it."
        )

    def record(self) -> str:
        """How many sources, of how many origins, from when, and what is not covered."""
        dated = sorted(s.published for s in self.sources if s.published)
        undated = len(self.sources) - len(dated)
        head = (
            f"The record reviewed for this page is {_sources(len(self.sources))} of "
            f"{_n(self._origins())} independent {_origin(self._origins())}"
        )
        if not dated:
            return f"{head}, and none of them carries a publication date."
        ends = f"so what happened after {day(dated[-1])} is outside it"
        if not undated:
            return f"{head}, published {_span(dated)}, {ends}."
        if len(dated) == 1:
            return (
                f"{head}; only one of them carries a publication date, {day(dated[0])}, so how "
                "recent the others are is not known."
            )
        return (
            f"{head}; {_n(undated)} {_verb(undated, 'carry')} no publication date, and the others "
            f"were published {_span(dated)}, {ends}."
        )

    def shared(self) -> tuple[Source, ...]:
        """The sources that share an origin with another publisher's."""
        publishers: dict[str, set[str]] = {}
        for source in self.sources:
            publishers.setdefault(source.origin, set()).add(publisher(source))
        return tuple(s for s in self.sources if len(publishers[s.origin]) > 1)

    def copies(self) -> str | None:
        """Sources that count once because they tell the story of one origin."""
        groups: dict[str, list[Source]] = {}
        for source in self.shared():
            groups.setdefault(source.origin, []).append(source)
        if not groups:
            return None
        told = "; ".join(sorted(_copied(group) for group in groups.values()))
        return f"Not all of the record is independent: {told}."

    def tiers(self) -> str:
        """What kind of sources the record is made of."""
        counts = [sum(s.tier == tier for s in self.sources) for tier in (1, 2, 3)]
        names = (
            "primary, official, peer-reviewed or from a signatory fact-checker",
            "established news or reference",
            "advocacy, opinion, aggregation or a copy",
        )
        parts = [f"{_n(c)} {_is(c)} {n}" for c, n in zip(counts, names, strict=True) if c]
        if len(parts) == 1:
            parts = [f"all are {names[counts.index(max(counts))]}"]
        return f"Of the {_sources(len(self.sources))} reviewed here, {_list(parts)}."

    def bottom_line(self) -> str:
        """The verdict once more, with what it rests on."""
        label, claim = self.verdict.label, self._claim()
        if self.claim.kind is not ClaimKind.FACTUAL:
            return f'The bottom line: "{claim}" gets no verdict, because {self.verdict.scope}.'
        return (
            f'The bottom line is that the claim "{claim}" is {label.value} on the evidence '
            f"reviewed here: {self._because()}."
        )

    def _because(self) -> str:
        against, support = len(self.verdict.tally.opposing), len(self.verdict.tally.supporting)
        match self.verdict.label:
            case VerdictLabel.REFUTED:
                return f"{_n(against)} independent {_origin(against)} {_verb(against, 'deny')} it"
            case VerdictLabel.SUPPORTED:
                return f"{_n(support)} independent {_origin(support)} {_verb(support, 'report')} it"
            case VerdictLabel.MIXED:
                return self._mixed()
            case _ if against or support:
                return "what speaks to it comes from too few independent sources"
            case _:
                return "the sources report what lies around it, not whether it is so"

    def _mixed(self) -> str:
        if self.verdict.tally.supporting:
            return "there are independent sources on either side"
        if self._halved():
            n = len(self.verdict.tally.opposing)
            return f"{_n(n)} independent {_origin(n)} {_verb(n, 'hold')} that it is partly so"
        return "against what denies it stands what holds that it may be so, or partly is"

    def _halved(self) -> bool:
        """Whether whoever speaks on it holds that a part is so and a part is not."""
        tally = self.verdict.tally
        return not tally.supporting and set(tally.partly) == set(tally.opposing)

    def _for_it(self) -> str:
        """Who speaks for it, if only in part or with reserve."""
        tally = self.verdict.tally
        names = self._outlets(tally.supporting or tally.partly)
        if tally.supporting:
            return f"{_list(names)} {_verb(len(names), 'speak')} for it"
        return f"{_list(names)} {_verb(len(names), 'hold')} that it may be so, or partly is"

    def _unsettled(self) -> str:
        against = self._outlets(self.verdict.tally.opposing)
        support = self._outlets(self.verdict.tally.supporting)
        if self.verdict.tally.opposing or self.verdict.tally.supporting:
            names = against if self.verdict.tally.opposing else support
            side = "against" if self.verdict.tally.opposing else "for"
            return (
                f"of the {_sources(len(self.sources))}, only {_list(names)} "
                f"{_verb(len(names), 'speak')} {side} it, which is too little for a verdict"
            )
        return (
            f"the {_sources(len(self.sources))} report on its subject, but nothing in them was "
            "read as plainly saying it or denying it"
        )

    def _outlets(self, side: Mapping[str, int]) -> list[str]:
        """The outlets behind the origins of one side, at most three by name."""
        if not side:
            return ["no source"]
        names = {s.origin: outlet(s) for s in reversed(self.sources) if s.origin in side}
        shown = sorted(names.values(), key=str.lower)[:NAMED]
        more = len(side) - len(shown)
        if not more:
            return shown
        return [*shown, f"{_n(more)} {'more' if shown else 'independent'} {_origin(more)}"]

    def _claim(self) -> str:
        """The claim as it stands between quotation marks."""
        return self.claim.text.strip(' "“”.?!').replace('"', "'")

    def _origins(self) -> int:
        return len({s.origin for s in self.sources})


def day(when: date) -> str:
    """January 27, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def _span(dated: Sequence[date]) -> str:
    first, last = dated[0], dated[-1]
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _n(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else str(count)


def _sources(count: int) -> str:
    return f"{_n(count)} cited {'source' if count == 1 else 'sources'}"


def _copied(group: Sequence[Source]) -> str:
    """Which outlets of one origin are on the page, and whose story theirs is."""
    names = sorted({publisher(source) for source in group})
    first = next((s.syndicated_from for s in group if s.syndicated_from), None)
    whose = f"go back to {first}" if first and first not in names else "tell the same story"
    return f"{_list(names)} {whose} and count as one origin"


def _verb(count: int, verb: str) -> str:
    if count != 1:
        return verb
    return f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _origin(count: int) -> str:
    return "origin" if count == 1 else "origins"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

"""Statements about the page's own evidence, recomputed rather than believed.

The writer may put a statement of the ledger on the page; verification computes the same statements
from the cited sources again and lets a sentence stand only if it is one of them, word for word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from agent.types import CheckedSection, Claim, ClaimKind, Evidence, Verdict, VerdictLabel
from retrieval.types import Source

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
        claim, count = f"the claim that {self.claim.text}", self.verdict.tally
        against, support = len(count.opposing), len(count.supporting)
        total = self._origins()
        match self.verdict.label:
            case VerdictLabel.REFUTED:
                return (
                    f"The sources reviewed here speak against {claim}: {_n(against)} of "
                    f"{_n(total)} independent origins {_verb(against, 'contradict')} it and none "
                    "supports it."
                )
            case VerdictLabel.SUPPORTED:
                return (
                    f"The sources reviewed here bear out {claim}: {_n(support)} of "
                    f"{_n(total)} independent origins {_verb(support, 'support')} it and none "
                    "contradicts it."
                )
            case VerdictLabel.MIXED:
                return (
                    f"The sources reviewed here point both ways on {claim}: by origin, "
                    f"{_n(support)} {_verb(support, 'support')} it and {_n(against)} "
                    f"{_verb(against, 'contradict')} it."
                )
            case _:
                return (
                    f"The sources reviewed here leave {claim} unproven: they report on the "
                    f"subject, but what the {_n(total)} independent origins cited say does not "
                    "settle it either way."
                )

    def record(self) -> str:
        """How many sources, of how many origins, from when."""
        dated = sorted(s.published for s in self.sources if s.published)
        undated = len(self.sources) - len(dated)
        head = (
            f"The record reviewed for this page holds {_n(len(self.sources))} cited sources of "
            f"{_n(self._origins())} independent origins"
        )
        if not dated:
            return f"{head}, and none of them carries a publication date."
        span = _span(dated)
        if not undated:
            return f"{head}, published {span}."
        return (
            f"{head}; {_n(undated)} of them {_verb(undated, 'carry')} no publication date, "
            f"and the others were published {span}."
        )

    def shared(self) -> tuple[Source, ...]:
        """The sources that share an origin with another publisher's."""
        publishers: dict[str, set[str]] = {}
        for source in self.sources:
            publishers.setdefault(source.origin, set()).add(publisher(source))
        return tuple(s for s in self.sources if len(publishers[s.origin]) > 1)

    def copies(self) -> str | None:
        """Sources that count once because they tell the story of one origin."""
        groups: dict[str, set[str]] = {}
        for source in self.shared():
            groups.setdefault(source.origin, set()).add(publisher(source))
        if not groups:
            return None
        told = "; ".join(sorted(_list(sorted(names)) for names in groups.values()))
        return f"In this record the following count as one origin, because they share one: {told}."

    def tiers(self) -> str:
        """What kind of sources the record is made of."""
        counts = [sum(s.tier == tier for s in self.sources) for tier in (1, 2, 3)]
        names = (
            "primary, official or peer-reviewed or from a signatory fact-checker",
            "established news or reference",
            "advocacy, opinion, aggregation or a copy",
        )
        parts = [f"{_n(c)} {_is(c)} {n}" for c, n in zip(counts, names, strict=True) if c]
        return f"Of the cited sources in this record, {_list(parts)}."

    def bottom_line(self) -> str:
        """The verdict once more, in the words of the table."""
        label = self.verdict.label.value
        return (
            f"The bottom line on the evidence reviewed here: the claim that {self.claim.text} is "
            f"{label}, because {_because(self.claim, self.verdict)}."
        )

    def _origins(self) -> int:
        return len({s.origin for s in self.sources})


def publisher(source: Source) -> str:
    """The publisher's name without what stands in brackets behind it."""
    return source.publisher.split(" (")[0].strip()


def day(when: date) -> str:
    """January 27, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def _because(claim: Claim, verdict: Verdict) -> str:
    against, support = len(verdict.tally.opposing), len(verdict.tally.supporting)
    match verdict.label:
        case VerdictLabel.REFUTED:
            return f"{_n(against)} independent {_origin(against)} {_verb(against, 'contradict')} it"
        case VerdictLabel.SUPPORTED:
            return f"{_n(support)} independent {_origin(support)} {_verb(support, 'support')} it"
        case VerdictLabel.MIXED:
            return "origins speak for it and against it"
        case _ if claim.kind is not ClaimKind.FACTUAL:
            return verdict.scope
        case _:
            return "too few independent origins speak plainly for it or against it"


def _span(dated: Sequence[date]) -> str:
    first, last = dated[0], dated[-1]
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _n(count: int) -> str:
    return WORDS[count] if count < len(WORDS) else str(count)


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

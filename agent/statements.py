"""Statements about the page's own evidence, recomputed rather than believed.

The writer may put a statement of the ledger on the page; verification computes the same statements
from the cited sources again and lets a sentence stand only if it is one of them, word for word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from agent.language.phrases import (
    day,
    is_or_are,
    listed,
    number,
    origins,
    outlet,
    publisher,
    sources_cited,
    span,
    verb_for,
)
from agent.types import (
    CheckedSection,
    Citation,
    Claim,
    Evidence,
    Stance,
    Verdict,
    VerdictLabel,
)
from retrieval.types import Source

NAMED = 3
"""Outlets of one side that are named."""


@dataclass(frozen=True)
class RecordStatements:
    """The sources that the body of a page cites, once each, and what they add up to."""

    claim: Claim
    sources: tuple[Source, ...]
    verdict: Verdict

    @classmethod
    def of(
        cls, claim: Claim, evidence: Evidence, body: Sequence[CheckedSection], verdict: Verdict
    ) -> Self:
        """The sources that `body` cites, in order of appearance, and those that decided."""
        cited = [c for section in body for s in section.sentences for c in s.citations]
        told = dict.fromkeys(c.source for c in (*cited, *verdict.deciding(evidence.sources)))
        by_id = {source.id: source for source in evidence.sources}
        return cls(claim=claim, sources=tuple(by_id[i] for i in told), verdict=verdict)

    def deciding(self) -> tuple[Citation, ...]:
        """The words that decided, one citation of each origin that counts."""
        return self.verdict.deciding(self.sources)

    def statements(self) -> tuple[str, ...]:
        """Every statement that holds for this ledger."""
        found = (self.answer(), self.record(), self.copies(), self.tiers(), self.bottom_line())
        return tuple(s for s in found if s)

    def answer(self) -> str:
        """The first sentence of the summary: what the cited sources say to the question."""
        if not self.claim.gets_verdict:
            return self._no_verdict()
        claim = f'the claim "{self._claim()}"'
        match self.verdict.label:
            case VerdictLabel.REFUTED | VerdictLabel.SUPPORTED:
                return self._one_sided(claim)
            case VerdictLabel.MIXED:
                return f"The sources reviewed here point both ways on {claim}: {self._both_ways()}."
            case _ if told := self.told():
                return f"{told[0].upper()}{told[1:]}, which is not enough for a verdict on {claim}."
            case _:
                count = sources_cited(len(self.sources))
                return (
                    f"The sources reviewed here do not settle {claim}: the {count} report on its "
                    "subject, but nothing in them was read as plainly saying it or denying it."
                )

    def _no_verdict(self) -> str:
        count = sources_cited(len(self.sources))
        if asks := self.claim.asks:
            return f'The question asks "{asks}"; what the {count} reviewed here say to it follows.'
        return (
            f'No verdict is given here on the claim "{self._claim()}", because '
            f"{self.verdict.scope}; what the {count} reviewed here report on its subject follows."
        )

    def _one_sided(self, claim: str) -> str:
        """On whose word it is, and whether anybody says otherwise."""
        refuted = self.verdict.label is VerdictLabel.REFUTED
        tally = self.verdict.tally
        names = self._outlets(tally.opposing if refuted else tally.supporting)
        verb = "contradict" if refuted else "bear out"
        if tally.alone:
            return (
                f"Only {listed(names)} {third_of(verb)} {claim}; no other source reviewed here "
                "speaks for or against it."
            )
        others = tally.supporting if refuted else tally.opposing
        beside = (
            f"{listed(self._outlets(others))}, a source of tier 3, says otherwise"
            if others
            else "none of the sources reviewed here says otherwise"
        )
        told = verb if len(names) != 1 else third_of(verb)
        return f"{capitalised(listed(names))} {told} {claim}, and {beside}."

    def _both_ways(self) -> str:
        """Who speaks for, who against; who holds that it is partly so and partly not."""
        tally = self.verdict.tally
        both = {o: t for o, t in tally.opposing.items() if o in tally.partly}
        plain = {o: t for o, t in tally.opposing.items() if o not in both}
        reserve = {o: t for o, t in tally.partly.items() if o not in both}
        sides = (
            (tally.supporting, "speak", "for it"),
            (reserve, "hold", "that it may be so, or partly is"),
            (plain, "speak", "against it"),
            (both, "hold", "that it is partly so and partly not"),
        )
        return listed(
            [
                f"{listed(self._outlets(side))} {verb_for(len(side), verb)} {how}"
                for side, verb, how in sides
                if side
            ]
        )

    def told(self) -> str:
        """What too few say, or what is only reported to be said; nothing where nobody does."""
        tally = self.verdict.tally
        for side, what in ((tally.supporting, "so"), (tally.opposing, "that it is not so")):
            if side:
                names = self._outlets(side)
                return f"{listed(names)} {verb_for(len(names), 'say')} {what}"
        if tally.partly:
            names = self._outlets(tally.partly)
            return f"{listed(names)} {verb_for(len(names), 'hold')} that it may be so, or partly is"
        held = [s for s in self.verdict.stances if s.holder and s.stance is not Stance.PARTLY]
        if not held:
            return ""
        first = next((s for s in self.sources if s.id == held[0].source), None)
        if first is None:
            return ""
        what = "so" if held[0].stance is Stance.FOR else "that it is not so"
        return f"{outlet(first)} only reports that somebody says {what}"

    def record(self) -> str:
        """How many sources, of how many origins, from when, and what is not covered."""
        dated = sorted(s.published for s in self.sources if s.published)
        undated = len(self.sources) - len(dated)
        head = (
            f"The record reviewed for this page is {sources_cited(len(self.sources))} of "
            f"{number(self._origins())} independent {origins(self._origins())}"
        )
        if not dated:
            return f"{head}, and none of them carries a publication date."
        if not undated:
            return f"{head}, published {span(dated)}."
        if len(dated) == 1:
            return (
                f"{head}; only one of them carries a publication date, {day(dated[0])}, so how "
                "recent the others are is not known."
            )
        return (
            f"{head}; {number(undated)} {verb_for(undated, 'carry')} no publication date, and the "
            f"others were published {span(dated)}."
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
        parts = [f"{number(c)} {is_or_are(c)} {n}" for c, n in zip(counts, names, strict=True) if c]
        if len(parts) == 1:
            parts = [f"all are {names[counts.index(max(counts))]}"]
        return f"Of the {sources_cited(len(self.sources))} reviewed here, {listed(parts)}."

    def bottom_line(self) -> str:
        """The verdict once more, with what it rests on."""
        label, claim = self.verdict.label, self._claim()
        if self.claim.asks:
            return (
                f'The bottom line is that the question asks "{self.claim.asks}" and gets the '
                "answer of the sources cited here, not a verdict."
            )
        if not self.claim.gets_verdict:
            return f'The bottom line: "{claim}" gets no verdict, because {self.verdict.scope}.'
        return (
            f'The bottom line is that the claim "{claim}" is {label.value} on the evidence '
            f"reviewed here: {self._because()}."
        )

    def _because(self) -> str:
        tally, label = self.verdict.tally, self.verdict.label
        match label:
            case VerdictLabel.REFUTED | VerdictLabel.SUPPORTED:
                refuted = label is VerdictLabel.REFUTED
                names = self._outlets(tally.opposing if refuted else tally.supporting)
                alone = len(names) == 1
                verb = ("denies" if alone else "deny") if refuted else "bears" if alone else "bear"
                return f"{listed(names)} {verb} it" + ("" if refuted else " out")
            case VerdictLabel.MIXED:
                return self._mixed()
            case _ if told := self.told():
                return f"{told}, and no other source speaks to it"
            case _:
                return "the sources report what lies around it, not whether it is so"

    def _mixed(self) -> str:
        tally = self.verdict.tally
        if not tally.supporting and set(tally.partly) == set(tally.opposing):
            count = len(tally.opposing)
            verb = verb_for(count, "hold")
            return f"{number(count)} independent {origins(count)} {verb} that it is partly so"
        if tally.supporting:
            return self._both_ways()
        return "against what denies it stands what holds that it may be so, or partly is"

    def _outlets(self, side: Mapping[str, int]) -> list[str]:
        """The outlets behind the origins of one side, at most three by name."""
        if not side:
            return ["no source"]
        decided = {stance.source for stance in self.verdict.stances}
        ranked = sorted(self.sources, key=lambda s: (s.id not in decided, s.id))  # in any order
        names = {s.origin: outlet(s) for s in reversed(ranked) if s.origin in side}
        shown = sorted(names.values(), key=str.lower)[:NAMED]
        more = len(side) - len(shown)
        if not more:
            return shown
        return [*shown, f"{number(more)} {'more' if shown else 'independent'} {origins(more)}"]

    def _claim(self) -> str:
        """The claim as it stands between quotation marks."""
        return self.claim.text.strip(' "“”.?!').replace('"', "'")

    def _origins(self) -> int:
        return len({s.origin for s in self.sources})


def third_of(verb: str) -> str:
    """The third person of a verb with or without a particle: "bears out"."""
    first, _, rest = verb.partition(" ")
    return f"{verb_for(1, first)} {rest}".rstrip()


def capitalised(text: str) -> str:
    """Text that opens a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def _copied(group: Sequence[Source]) -> str:
    """Which outlets of one origin are on the page, and whose story theirs is."""
    names = sorted({publisher(source) for source in group})
    first = next((s.syndicated_from for s in group if s.syndicated_from), None)
    whose = f"go back to {first}" if first and first not in names else "tell the same story"
    return f"{listed(names)} {whose} and count as one origin"

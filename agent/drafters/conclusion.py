"""Summary, limits, bottom line and follow-ups: written from what stands, bringing nothing new."""

import re
from collections.abc import Sequence
from typing import Final

from agent.ledger import Ledger, day, publisher
from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Conclusion,
    Evidence,
    Kind,
    Plan,
    Section,
    Sentence,
    VerdictLabel,
)
from retrieval.types import Source

LIMITS: Final = "What the record supports and the limits of available reporting"
BOTTOM_LINE: Final = "Bottom line and what to watch next"
OPEN: Final = re.compile(
    r"[^,;:]*\b(?:still open|not (?:yet )?clear|(?:were|is) continuing|no reply"
    r"|not been made public|asked for more|more (?:research|data|studies)"
    r"|under (?:review|investigation)|pending"
    r"|appeal|remains?|unknown|uncertain\w*)\b[^,;:]*",
    re.IGNORECASE,
)
CITED: Final = 4
"""Citations that a statement about the whole record carries: enough to open, not a wall."""


def conclude(
    plan: Plan, evidence: Evidence, body: Sequence[CheckedSection], ledger: Ledger
) -> Conclusion:
    """Write the rest of the page over the body that stands."""
    said = [s for section in body for s in section.sentences]
    lead = _strongest(said, ledger)
    return Conclusion(
        summary=_summary(said, lead, ledger),
        limits=Section(heading=LIMITS, sentences=_limits(plan, evidence, said, ledger)),
        bottom_line=Section(heading=BOTTOM_LINE, sentences=_bottom_line(said, lead, ledger)),
        follow_ups=_follow_ups(plan, ledger),
    )


def _strongest(said: Sequence[CheckedSentence], ledger: Ledger) -> list[CheckedSentence]:
    """Sentences that decided the verdict first, then in order of the page."""
    decisive = set(ledger.verdict.decisive)
    return sorted(said, key=lambda s: s.text not in decisive)


def _summary(
    said: Sequence[CheckedSentence], lead: Sequence[CheckedSentence], ledger: Ledger
) -> tuple[Sentence, ...]:
    """The answer, the strongest finding, and a fact of another source; 40 to 110 words."""
    answer = Sentence(text=ledger.answer(), kind=Kind.INFERENCE, citations=_cites(lead))
    chosen: list[CheckedSentence] = []
    words = len(answer.text.split())
    for sentence in lead:
        length = len(sentence.text.split())
        sources = {c.source for c in sentence.citations}
        known = {c.source for s in chosen for c in s.citations}
        if len(chosen) < 2 and words + length <= 110 and not sources & known and length >= 8:
            chosen.append(sentence)
            words += length
    return (answer, *(_again(s) for s in chosen))


def _limits(
    plan: Plan, evidence: Evidence, said: Sequence[CheckedSentence], ledger: Ledger
) -> tuple[Sentence, ...]:
    cites = _cites(said)
    written = [Sentence(text=ledger.record(), kind=Kind.INFERENCE, citations=cites)]
    if copies := ledger.copies():
        shared = _first_of(said, ledger.shared()[:CITED])
        written.append(Sentence(text=copies, kind=Kind.INFERENCE, citations=shared))
    written.append(Sentence(text=ledger.tiers(), kind=Kind.INFERENCE, citations=cites))
    if ledger.verdict.label in {VerdictLabel.REFUTED, VerdictLabel.UNPROVEN}:
        scope = evidence.scope
        searched = (
            f"A search of all {scope.passages} passages from {scope.sources} sources in the "
            f"library reviewed here found none that says that {plan.claim.text}."
        )
        written.append(Sentence(text=searched, kind=Kind.ABSENCE, citations=cites))
    return tuple(written)


def _bottom_line(
    said: Sequence[CheckedSentence], lead: Sequence[CheckedSentence], ledger: Ledger
) -> tuple[Sentence, ...]:
    return (
        Sentence(text=ledger.bottom_line(), kind=Kind.INFERENCE, citations=_cites(lead)),
        _watch(said, ledger),
    )


def _watch(said: Sequence[CheckedSentence], ledger: Ledger) -> Sentence:
    """What a cited source leaves open, in its own words; else the next word of the best sources."""
    by_id = {s.id: s for s in ledger.sources}
    for sentence in said:
        citation = sentence.citations[0]
        if found := OPEN.search(citation.quote):
            words = found[0].strip(" .\"“”'")
            if 3 <= len(words.split()) <= 25:
                name = publisher(by_id[citation.source])
                text = f'What to watch next is a point that {name} leaves open: "{words}".'
                return Sentence(text=text, kind=Kind.OUTLOOK, citations=(citation,))
    return Sentence(
        text=f"What to watch next is any new publication by {_names(ledger.sources[:3])}.",
        kind=Kind.OUTLOOK,
        citations=_first_of(said, ledger.sources[:3]),
    )


def _follow_ups(plan: Plan, ledger: Ledger) -> tuple[str, ...]:
    """Three questions that the library cannot answer."""
    dated = [s.published for s in ledger.sources if s.published]
    since = f"since {day(max(dated))}" if dated else "since these sources were written"
    first = ledger.sources[0]
    own = [f"Is it true that {_clean(o)}?" for o in plan.claim.others if 4 <= len(o.split()) <= 18]
    asked = (
        *own,
        f"What has been published {since} about whether {_short(plan.claim.text)}?",
        f"Which documents stand behind what {publisher(first)} reported, and do they agree?",
        f"What would be on record if it were so that {_short(plan.claim.text)}?",
    )
    return tuple(asked[:3])


def _clean(text: str) -> str:
    return text.strip(' ?!."“”')


def _short(text: str) -> str:
    return " ".join(text.split()[:14])


def _cites(said: Sequence[CheckedSentence]) -> tuple[Citation, ...]:
    """One citation of each of the first sources of the body."""
    first: dict[str, Citation] = {}
    for sentence in said:
        for citation in sentence.citations:
            first.setdefault(citation.source, citation)
    return tuple(first.values())[:CITED]


def _first_of(said: Sequence[CheckedSentence], sources: Sequence[Source]) -> tuple[Citation, ...]:
    first = {c.source: c for s in reversed(said) for c in reversed(s.citations)}
    return tuple(first[s.id] for s in sources)


def _names(sources: Sequence[Source]) -> str:
    names = list(dict.fromkeys(publisher(s) for s in sources))
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _again(sentence: CheckedSentence) -> Sentence:
    return Sentence(text=sentence.text, kind=sentence.kind, citations=sentence.citations)

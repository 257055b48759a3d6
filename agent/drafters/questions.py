"""Three questions at the end of a page, none of which its library can answer.

What a source says it does not hold is asked; what a text reports at second hand is asked of the
first; what came after the last date is after everything that is held.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from agent.drafters.gaps import Gap, unanswered
from agent.drafters.terms import institutions, subject, terms
from agent.ledger import Ledger
from agent.naming import publisher, speaker
from agent.phrases import day
from agent.types import Evidence, Plan

MOST: Final = 3
WORDS: Final = range(8, 21)


def follow_ups(
    plan: Plan, evidence: Evidence, said: Sequence[str], silent: Sequence[Gap], ledger: Ledger
) -> tuple[str, ...]:
    """Three questions, no two of one mould while there are others."""
    texts = [p.text for p in evidence.passages]
    about = subject(plan.claim.text, texts) or (terms(said, most=1) or ["this claim"])[0]
    own = (f"Is it true that {_clean(o)}?" for o in plan.claim.others)
    moulds: list[Iterator[str]] = [
        own,
        _open(silent, evidence),
        _since(said, about, evidence),
        _first_hand(evidence, ledger),
        _behind(about, ledger),
        _others(about, ledger),
        _undated(about, ledger),
        _corrected(about, ledger),
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


def _first_hand(evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    """What the original of a copy says in full, where the library has the copy alone."""
    held = {publisher(s).lower() for s in evidence.sources}
    for source in ledger.sources:
        first = source.syndicated_from
        if first and first.lower() not in held and source.tier == MOST:
            yield f"What does the original {first} report say that {publisher(source)} leaves out?"


def _behind(about: str, ledger: Ledger) -> Iterator[str]:
    """What stands behind a source that is not primary."""
    for source in sorted(ledger.sources, key=lambda s: -s.tier):
        if source.tier > 1 and about.lower() not in publisher(source).lower():
            yield f"Which documents about {about} did {speaker(source)} rely on for its report?"


def _others(about: str, ledger: Ledger) -> Iterator[str]:
    """Who else has looked."""
    names = list(dict.fromkeys(speaker(s) for s in sorted(ledger.sources, key=lambda s: s.tier)))
    yield f"Who besides {' and '.join(names[:2])} has looked into {about}, with what result?"


def _undated(about: str, ledger: Ledger) -> Iterator[str]:
    """When an undated source was published."""
    for source in ledger.sources:
        if source.published is None:
            yield f"On what date did {speaker(source)} publish what it says about {about}?"


def _corrected(about: str, ledger: Ledger) -> Iterator[str]:
    """Whether what is held still stands."""
    for source in ledger.sources:
        if about.lower() not in publisher(source).lower():
            yield f"Has {speaker(source)} corrected what it published about {about} since?"


def _clean(text: str) -> str:
    return text.strip(' ?!."“”')

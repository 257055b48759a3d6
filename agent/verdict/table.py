"""The verdict: a printed table over independent origins, their tiers and stances."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Final

from agent.language.lexicon import pattern
from agent.language.names import names
from agent.language.phrases import day
from agent.types import (
    Citation,
    Claim,
    ClaimKind,
    Evidence,
    SourceStance,
    Stance,
    Tally,
    Verdict,
    VerdictLabel,
)
from retrieval import find_review
from retrieval.types import Passage, Source

HARM: Final = pattern(r"\b{reporting.harm}\w*", re.IGNORECASE)
"""A policy, not a reading: what is said of somebody in these words needs more than one report."""


def alleges_harm(claim: Claim) -> bool:
    """Whether the claim says such a thing and names somebody."""
    return bool(HARM.search(claim.text)) and bool(names(claim.text))


Row = tuple[str, Callable[[Tally], bool], VerdictLabel]
Side = Mapping[str, int]

TRUSTED: Final = 2
"""The lowest tier of which one origin carries a verdict alone: an established news outlet."""
FINDING: Final = 1
"""The tier of which one origin carries a verdict on what somebody is alleged to have done."""


def _carries(side: Side, least: int = TRUSTED) -> bool:
    """Two independent origins, or one of a tier that is enough."""
    return len(side) >= 2 or any(tier <= least for tier in side.values())


def _outweighed(side: Side, other: Side) -> bool:
    """Whether a side is one origin of tier 3 beside one of tier 1 or 2: shown, not counted."""
    alone = len(side) == 1 and all(tier > TRUSTED for tier in side.values())
    return not side or (alone and any(tier <= TRUSTED for tier in other.values()))


def _mixed(t: Tally) -> bool:
    """Words on both sides; what may be so, or is so in part, keeps a denial from deciding."""
    for_ = {**t.partly, **t.supporting}
    both = not _outweighed(for_, t.opposing) and not _outweighed(t.opposing, for_)
    return bool(t.own) and both


def _refuted(t: Tally) -> bool:
    return (
        _speaks(t, t.opposing)
        and _carries(t.opposing)
        and _outweighed({**t.partly, **t.supporting}, t.opposing)
    )


def _supported(t: Tally) -> bool:
    enough = FINDING if t.grave else TRUSTED
    return (
        _speaks(t, t.supporting)
        and _carries(t.supporting, enough)
        and _outweighed(t.opposing, t.supporting)
    )


def _speaks(t: Tally, side: Side) -> bool:
    """Whether a side has more than published checks: what others found never decides by itself."""
    return bool(t.own & side.keys())


TABLE: Final[tuple[Row, ...]] = (
    (
        "origins speak for it, if only in part or with reserve, and against; neither is outweighed",
        _mixed,
        VerdictLabel.MIXED,
    ),
    (
        "two origins, or one of tier 1 or 2, speak against; none for, or one that is outweighed",
        _refuted,
        VerdictLabel.REFUTED,
    ),
    (
        (
            "two origins, or one of tier 1 or 2, speak for it (of harm or crime: two, or one of "
            "tier 1); none against, or one that is outweighed"
        ),
        _supported,
        VerdictLabel.SUPPORTED,
    ),
    ("anything else", lambda _: True, VerdictLabel.UNPROVEN),
)
"""Read from the top; the first row that holds decides. Silence decides nothing but *unproven*."""
NOT_CHECKABLE: Final = {
    ClaimKind.OPINION: "an opinion gets no verdict",
    ClaimKind.PREDICTION: "a prediction gets no verdict",
    ClaimKind.UNCLEAR: "the claim could not be read as one checkable statement",
}
OPEN: Final = "a question that asks for a missing piece gets an answer, not a verdict"


def count_origins(
    stances: Iterable[SourceStance],
    sources: Mapping[str, Source],
    withdrawn: Iterable[Citation] = (),
    *,
    grave: bool = False,
    checks: Collection[str] = (),
) -> Tally:
    """Count origins by side: a reprint adds nothing, but the best tier of an origin counts.

    Where one publisher has spoken on both sides, what it published last counts. Words that were
    taken back, and what a source only reports somebody to hold, count for nobody.

    Args:
        stances: of the sources.
        sources: by id.
        withdrawn: what was taken back later.
        grave: whether the claim alleges harm or crime of somebody.
        checks: ids of the sources that are published checks of a claim.
    """
    gone = tuple(withdrawn)
    votes = [
        (s.stance, sources[s.source])
        for s in stances
        if s.counts and not any(w.overlaps(g) for w in s.words[:1] for g in gone)
    ]
    kept = [(stance, source) for stance, source in votes if not _overtaken(stance, source, votes)]
    checked = {source.origin for _, source in kept if source.id in checks}
    sides: dict[Stance, dict[str, int]] = {side: {} for side in Stance}
    for origin in dict.fromkeys(source.origin for _, source in kept):
        mine = {stance for stance, source in kept if source.origin == origin}
        tier = min(source.tier for _, source in kept if source.origin == origin)
        for side in _counted(mine):
            sides[side][origin] = tier
    return Tally(
        supporting=sides[Stance.FOR],
        opposing=sides[Stance.AGAINST],
        partly=sides[Stance.PARTLY],
        grave=grave,
        checks=tuple(
            sorted(checked - {source.origin for _, source in kept if source.id not in checks})
        ),
    )


def _counted(stances: set[Stance]) -> set[Stance]:
    """The sides on which one origin counts: never for and against at once."""
    both = Stance.BOTH in stances or {Stance.FOR, Stance.AGAINST} <= stances
    return {Stance.PARTLY, Stance.AGAINST} if both else stances


def _overtaken(stance: Stance, source: Source, votes: Iterable[tuple[Stance, Source]]) -> bool:
    """Whether the same publisher said otherwise later: an outlet's last word counts."""
    return any(
        {other, stance} == {Stance.FOR, Stance.AGAINST}
        and later.publisher == source.publisher
        and source.published is not None
        and later.published is not None
        and later.published > source.published
        for other, later in votes
    )


def verdict_on(claim: Claim, evidence: Evidence, as_of: date | None = None) -> Verdict:
    """The verdict over the stances of the evidence, without what was taken back."""
    count = count_origins(
        evidence.stances,
        {source.id: source for source in evidence.sources},
        evidence.withdrawn,
        grave=alleges_harm(claim),
        checks=_published_checks(evidence),
    )
    return compute_verdict(claim, evidence.stances, count, as_of)


def _published_checks(evidence: Evidence) -> set[str]:
    """Ids of the sources that are published checks, of this claim or another."""
    passages: dict[str, list[Passage]] = {}
    for passage in evidence.passages:
        passages.setdefault(passage.source.id, []).append(passage)
    found = {source for source, its_own in passages.items() if find_review(its_own)}
    return found | {check.source.id for check in evidence.checks}


def compute_verdict(
    claim: Claim,
    stances: Iterable[SourceStance],
    count: Tally,
    as_of: date | None = None,
) -> Verdict:
    """Apply the table to what was counted."""
    reason = NOT_CHECKABLE.get(claim.kind) or (OPEN if claim.asks else None)
    rule, _, label = next(row for row in TABLE if row[1](count))
    return Verdict(
        label=VerdictLabel.UNPROVEN if reason else label,
        scope=(reason or _scope(count)) + (f" (as of {day(as_of)})" if as_of else ""),
        rule=reason or rule,
        tally=count,
        stances=tuple(s for s in stances if s.takes_a_side),
    )


def _scope(count: Tally) -> str:
    against, support, partly = len(count.opposing), len(count.supporting), len(count.partly)
    if not against and not support and not partly:
        return "no passage of the library was read as saying it or denying it"
    told = (
        f"counted by origin, {against} cited here speak{'s' * (against == 1)} against the claim "
        f"and {support} for it"
    )
    if partly:
        return f"{told}, and {partly} for a part of it or with reserve"
    return f"{told}; it is one origin alone" if count.alone else told

"""The verdict table: computed from checked sentences, origins and tiers; see the README."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from agent.types import (
    CheckedSentence,
    Claim,
    ClaimKind,
    Stance,
    Tally,
    Verdict,
    VerdictLabel,
)
from retrieval.types import Source

Row = tuple[str, Callable[[Tally], bool], VerdictLabel]


TRUSTED: Final = 2
"""The lowest tier of which one origin carries a verdict alone: an established news outlet."""


def _carries(side: Mapping[str, int]) -> bool:
    """Two independent origins, or one of tier 1 or 2."""
    return len(side) >= 2 or any(tier <= TRUSTED for tier in side.values())


TABLE: Final[tuple[Row, ...]] = (
    (
        "origins speak against, others for, or hold that it is partly so or may be",
        lambda t: bool((t.supporting or t.partly) and t.opposing),
        VerdictLabel.MIXED,
    ),
    (
        "two origins, or one of tier 1 or 2, speak against; none for",
        lambda t: _carries(t.opposing),
        VerdictLabel.REFUTED,
    ),
    (
        "two origins, or one of tier 1 or 2, speak for; none against",
        lambda t: _carries(t.supporting),
        VerdictLabel.SUPPORTED,
    ),
    ("anything else", lambda _: True, VerdictLabel.UNPROVEN),
)
"""Read from the top; the first row that holds decides. Silence decides nothing but *unproven*."""
COUNTED: Final = {
    Stance.FOR: (Stance.FOR,),
    Stance.AGAINST: (Stance.AGAINST,),
    Stance.PARTLY: (Stance.PARTLY,),
    Stance.HALF: (Stance.PARTLY, Stance.AGAINST),
}
"""The sides on which a stance counts."""
NOT_CHECKABLE: Final = {
    ClaimKind.OPINION: "an opinion gets no verdict",
    ClaimKind.PREDICTION: "a prediction gets no verdict",
    ClaimKind.UNCLEAR: "the claim could not be read as one checkable statement",
}


def tally(
    sentences: Iterable[CheckedSentence],
    stances: Iterable[Sequence[Stance]],
    sources: Mapping[str, Source],
) -> Tally:
    """Count origins by side: a reprint adds nothing, but the best tier of an origin counts.

    Where one publisher has spoken on both sides, what it published last counts.

    `stances` has one for each citation of a finding; other kinds of sentences have none.
    """
    votes = [
        (side, sources[citation.source])
        for sentence, read in zip(sentences, stances, strict=True)
        for citation, stance in zip(sentence.citations, read, strict=bool(read))
        for side in COUNTED.get(stance, ())
    ]
    sides: dict[Stance, dict[str, int]] = {
        Stance.FOR: {},
        Stance.AGAINST: {},
        Stance.PARTLY: {},
    }
    for stance, source in votes:
        if not _overtaken(stance, source, votes):
            side = sides[stance]
            side[source.origin] = min(source.tier, side.get(source.origin, source.tier))
    return Tally(
        supporting=sides[Stance.FOR],
        opposing=sides[Stance.AGAINST],
        partly=sides[Stance.PARTLY],
    )


def _overtaken(stance: Stance, source: Source, votes: Sequence[tuple[Stance, Source]]) -> bool:
    """Whether the same publisher said the opposite later: an outlet's last word counts."""
    return any(
        {other, stance} == {Stance.FOR, Stance.AGAINST}
        and later.publisher == source.publisher
        and source.published is not None
        and later.published is not None
        and later.published > source.published
        for other, later in votes
    )


def reach(
    claim: Claim,
    sentences: Sequence[CheckedSentence],
    stances: Sequence[Sequence[Stance]],
    sources: Mapping[str, Source],
    as_of: date | None = None,
) -> Verdict:
    """Count the origins behind `sentences` and apply the table."""
    read = zip(sentences, stances, strict=True)
    decisive = tuple(s.text for s, sides in read if {*sides} - {Stance.NEITHER})
    return decide(claim, tally(sentences, stances, sources), decisive, as_of)


def decide(
    claim: Claim, count: Tally, decisive: tuple[str, ...] = (), as_of: date | None = None
) -> Verdict:
    """Apply the table."""
    reason = NOT_CHECKABLE.get(claim.kind)
    rule, _, label = next(row for row in TABLE if row[1](count))
    return Verdict(
        label=VerdictLabel.UNPROVEN if reason else label,
        scope=(reason or _scope(count))
        + (f" (as of {as_of:%B} {as_of.day}, {as_of.year})" if as_of else ""),
        rule=reason or rule,
        tally=count,
        decisive=decisive,
    )


def _scope(count: Tally) -> str:
    against, support, partly = len(count.opposing), len(count.supporting), len(count.partly)
    if not against and not support and not partly:
        return "what the cited sources say could not be read as settling it either way"
    told = (
        f"counted by origin, {against} cited here speak{'s' * (against == 1)} against the claim "
        f"and {support} for it"
    )
    if partly:
        return f"{told}, and {partly} for a part of it or with reserve"
    return f"{told}; it is one origin alone" if count.alone else told

"""Who did it to whom: two names may not change places around a verb."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.checks.instead import is_past, named_instead, own_stems
from agent.checks.names import names
from agent.checks.normalise import plain, stem, words
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "roles"
_REACH = 6
"""Words between a verb and the names on either side of it."""
_MUTUAL = frozenset(
    stem(word)
    for word in """met married divorced debated faced joined resembled bordered equalled matched
    encountered contacted played""".split()  # noqa: SIM905
)
"""Verbs that say the same either way round."""
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "got", "gets"})
_TOGETHER = re.compile(r"\b(?:with|and|or)\b", re.IGNORECASE)

Words = Sequence[tuple[str, int, int]]
Sides = tuple[frozenset[str], frozenset[str]]


def check(claim: str, reading: Reading) -> Check:
    """Compare the direction of a verb between two names with that in the evidence.

    It is a violation where the evidence has the same names around the same verb, and only the other
    way round; the passive ("was sued by") turns a direction. So it is where the evidence gives what
    was done, or the office, to another name only (`named_instead`). Nothing is said about other
    sentences.
    """
    judged = False
    for sides, verb, forward, span in _said(claim):
        found = {d for line in reading.lines for d in _directions(line, sides, verb)}
        if found == {not forward}:
            line = next(ln for ln in reading.lines if any(_directions(ln, sides, verb)) != forward)
            return Check(
                name=NAME,
                outcome=Outcome.VIOLATED,
                detail=f'the cited text has "{claim[span[0] : span[1]]}" the other way round',
                span=span,
                evidence=line.text,
            )
        judged = judged or bool(found)
    for name in names(claim):
        if instead := named_instead(claim, name, reading):
            given, told = instead
            return Check(
                name=NAME,
                outcome=Outcome.VIOLATED,
                detail=f'the sentence says "{claim[name.start : name.end]}"; the cited text has'
                f' "{given}"',
                span=(name.start, name.end),
                evidence=told.text,
            )
    return Check(name=NAME, outcome=Outcome.OK if judged else Outcome.NOT_APPLICABLE)


def _said(claim: str) -> Iterator[tuple[Sides, str, bool, tuple[int, int]]]:
    """Yield (names, stem of the verb, first acts on second, characters) for neighbouring names."""
    for first, second in pairwise(names(claim)):
        sides = own_stems(first), own_stems(second)
        between = words(claim[first.end : second.start])
        told = [w for w, _, _ in between]
        verbs = [w for w in told if is_past(w)]
        apart = bool(sides[0] and sides[1]) and not sides[0] & sides[1]
        if len(verbs) != 1 or not apart or len(told) > _REACH:
            continue
        if _TOGETHER.search(" ".join(told)) or stem(verbs[0]) in _MUTUAL or _agentless(told):
            continue
        yield sides, stem(verbs[0]), not _passive(told), (first.start, second.end)


def _passive(between: Sequence[str]) -> bool:
    low = [plain(w) for w in between]
    return bool(_BE & set(low)) and "by" in low


def _agentless(around: Sequence[str]) -> bool:
    """Tell a passive that names nobody who acts ("was ranked the best of")."""
    low = [plain(w) for w in around]
    return "by" not in low and any(a in _BE and is_past(b) for a, b in pairwise(low))


def _directions(line: Line, sides: Sides, verb: str) -> Iterator[bool]:
    """Yield, for each place of the verb between the two names, whether the first acts."""
    if not (verb in line.stems and sides[0] & set(line.stems) and sides[1] & set(line.stems)):
        return
    told: Words = words(line.text)
    for at, (word, _, _) in enumerate(told):
        if stem(word) != verb or not is_past(word):
            continue
        left = _nearest(told[max(0, at - _REACH) : at][::-1], sides)
        right = _nearest(told[at + 1 : at + 1 + _REACH], sides)
        if left is None or right is None or left[0] == right[0]:
            continue
        around = [w for w, _, _ in told[max(0, at - 3) : at + 1 + right[1]]]
        if not _agentless(around):
            yield (left[0] == 0) != _passive(around)


def _nearest(told: Words, sides: Sides) -> tuple[int, int] | None:
    """Give the side that comes first, and how many words stand before it."""
    for at, (word, _, _) in enumerate(told):
        for side, tokens in enumerate(sides):
            if stem(word) in tokens:
                return side, at
    return None

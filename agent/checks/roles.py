"""Who did it to whom: two names may not change places around a verb."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.checks.names import LINKS, TITLES, Name, names
from agent.checks.normalise import STOP, plain, stem, words
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "roles"
_REACH = 6
"""Words between a verb and the names on either side of it."""
_IRREGULAR = frozenset(
    """beat bit bought caught chose drew drove fed fought gave hit hurt led left lent lost paid sent
    shook shot sold struck stole taught threw told took won""".split()  # noqa: SIM905
)
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
    way round; the passive ("was sued by") turns a direction. Nothing is said about other sentences.
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
    return Check(name=NAME, outcome=Outcome.OK if judged else Outcome.NOT_APPLICABLE)


def _said(claim: str) -> Iterator[tuple[Sides, str, bool, tuple[int, int]]]:
    """Yield (names, stem of the verb, first acts on second, characters) for neighbouring names."""
    for first, second in pairwise(names(claim)):
        sides = _stems(first), _stems(second)
        between = words(claim[first.end : second.start])
        told = [w for w, _, _ in between]
        verbs = [w for w in told if _is_verb(w)]
        apart = bool(sides[0] and sides[1]) and not sides[0] & sides[1]
        if len(verbs) != 1 or not apart or len(told) > _REACH:
            continue
        if _TOGETHER.search(" ".join(told)) or stem(verbs[0]) in _MUTUAL or _agentless(told):
            continue
        yield sides, stem(verbs[0]), not _passive(told), (first.start, second.end)


def _stems(name: Name) -> frozenset[str]:
    return frozenset(stem(t) for t in name.tokens if t not in TITLES | LINKS)


def _is_verb(word: str) -> bool:
    """A past form; nouns between two names ("Smith, lawyer of Jones") turn freely."""
    low = plain(word)
    return low not in STOP and ((low.endswith("ed") and len(low) > 3) or low in _IRREGULAR)


def _passive(between: Sequence[str]) -> bool:
    low = [plain(w) for w in between]
    return bool(_BE & set(low)) and "by" in low


def _agentless(around: Sequence[str]) -> bool:
    """Tell a passive that names nobody who acts ("was ranked the best of")."""
    low = [plain(w) for w in around]
    return "by" not in low and any(a in _BE and _is_verb(b) for a, b in pairwise(low))


def _directions(line: Line, sides: Sides, verb: str) -> Iterator[bool]:
    """Yield, for each place of the verb between the two names, whether the first acts."""
    if not (verb in line.stems and sides[0] & set(line.stems) and sides[1] & set(line.stems)):
        return
    told: Words = words(line.text)
    for at, (word, _, _) in enumerate(told):
        if stem(word) != verb or not _is_verb(word):
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

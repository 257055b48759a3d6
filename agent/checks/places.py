"""Whose place is it? A name may not stand where the same words of the evidence have another."""

from collections.abc import Sequence

from agent.checks.names import SAME, Name, known_as, names, same
from agent.checks.normalise import STOP, stem, words
from agent.checks.reading import Line, Reading
from agent.types import Check, Outcome

NAME = "places"
_BESIDE = 2
"""Words on either side of a name that make its place."""
_ALIKE = 3
"""Of these four words, how many must be the same for two places to be one."""

Place = tuple[str | None, ...]


def check(claim: str, reading: Reading) -> Check:
    """Compare the words around each name with those around the names of the evidence.

    It is a violation where a sentence of the evidence has another name between the same words, and
    no sentence has this one beside any of them. Parts of a name, initials and the people of a
    country are the same name.
    """
    found = names(claim)
    judged = False
    for name in found:
        wanted = _place(name, claim)
        if sum(word is not None and word not in STOP for word in wanted) < 1:
            continue
        line = _taken(name, wanted, reading)
        judged = True
        if line is not None and not _stands_there(name, wanted, reading):
            said = claim[name.start : name.end]
            return Check(
                name=NAME,
                outcome=Outcome.VIOLATED,
                detail=f'the cited text says this of somebody or something else than "{said}"',
                span=(name.start, name.end),
                evidence=line.text,
            )
    return Check(name=NAME, outcome=Outcome.OK if judged else Outcome.NOT_APPLICABLE)


def _place(name: Name, text: str) -> Place:
    before = [stem(w) for w, _, end in words(text) if end <= name.start][-_BESIDE:]
    after = [stem(w) for w, start, _ in words(text) if start >= name.end][:_BESIDE]
    left = [None] * (_BESIDE - len(before)) + before
    return (*left, *after, *[None] * (_BESIDE - len(after)))


def _taken(name: Name, wanted: Place, reading: Reading) -> Line | None:
    """The line that has another name in this place."""
    for line in reading.lines:
        for other in names(line.text):
            if _alike(wanted, _place(other, line.text)) and not same(name, other):
                return line
    return None


def _alike(one: Place, other: Place) -> bool:
    same = [a is not None and a == b for a, b in zip(one, other, strict=True)]
    content = any(hit and word not in STOP for hit, word in zip(same, one, strict=True))
    return content and (sum(same) >= _ALIKE or (same[_BESIDE - 1] and same[_BESIDE]))


def _stands_there(name: Name, wanted: Place, reading: Reading) -> bool:
    """Whether the evidence has this name, by a line or its publisher, beside one of the words."""
    own = known_as(name)
    near = {wanted[_BESIDE - 1], wanted[_BESIDE]} - {None} - STOP
    return any(_beside(line, own, near) for line in reading.lines)


def _beside(line: Line, own: set[str], near: Sequence[str] | set[str | None]) -> bool:
    for at, word in enumerate(line.stems):
        if SAME.get(word, word) in own:
            around = line.stems[max(0, at - 3) : at + 4]
            if set(around) & set(near):
                return True
    return False

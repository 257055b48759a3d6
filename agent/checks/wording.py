"""Words in which a near copy differs from the sentence it follows."""

import re
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import product
from typing import Final, NamedTuple

from agent.checks.dates import dates
from agent.checks.names import SAME
from agent.checks.normalise import STOP, fold, plain, stem
from agent.checks.opposites import PAIRS
from agent.checks.reading import LONGEST_LINE, Line, Reading
from agent.types import Check, Outcome

NAME = "wording"
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_DENIAL = re.compile(r"\b(?:not|no|never|without|cannot)\b|n't\b", re.IGNORECASE)
_NEAR: Final = 0.75
"""Share of a sentence's words that must stand in a line in the same order to make it a copy."""
_LIKELY: Final = 0.5
"""Share of its content words in a line from which on the words are lined up at all."""
_LEAST: Final = 5
"""Words below which nothing can be called a copy."""
_MATTERS: Final = frozenset(
    """not no never nor without only all any both before after above below under over more most few
    off out up down again because since until may can will shall must""".split()  # noqa: SIM905
)
"""Function words that change what is said."""
_FREE: Final = frozenset(
    stem(word)
    for word in """say said says tell told state stated report reported note noted write wrote add
    added explain explained describe described according also however meanwhile later then there
    yes yeah oh well actually really just thus still yet one article page piece text source named
    called""".split()  # noqa: SIM905
)
"""Words of attribution and of the flow, which may come and go."""
_TENSES: Final = {"might": "may", "could": "can", "would": "will", "should": "shall"}
"""Forms that reported speech turns into each other."""
_HEDGES: Final = frozenset(
    """apparently allegedly reportedly supposedly possibly probably perhaps likely potentially
    presumably seemingly alleged suspected""".split()  # noqa: SIM905
)
"""Words that may not be left out."""
_EXCHANGE: Final = 3
"""Words on either side of an exchange at most: what is longer is told anew, not exchanged."""
_BE: Final = frozenset("is are was were be been being".split())  # noqa: SIM905
_OPPOSITES: Final = frozenset(
    pair
    for left, right in PAIRS
    for one, other in product(map(stem, left.split()), map(stem, right.split()))
    for pair in ((one, other), (other, one))
)
_STANDS_FOR: Final = frozenset("he she it they his her its their him them this these who".split())  # noqa: SIM905
"""Words in whose place a name may be put."""


class Change(NamedTuple):
    """A word of the claim, what the line has instead, where the word stands, and the line.

    `turned`: the verb is the same, but one text has its passive and both have the same order.
    """

    word: str
    given: str
    span: tuple[int, int]
    line: Line
    turned: bool = False

    @property
    def detail(self) -> str:
        if not self.word:
            return f'the sentence leaves out "{self.given}"'
        instead = f'the cited text says "{self.given}"' if self.given else "the cited text does not"
        return f'the sentence says "{self.word}" where {instead}'


def check(claim: str, reading: Reading) -> Check:
    """Line a sentence up with the one it follows word by word, and look for what was exchanged.

    A difference may be a synonym, so it proves nothing: the outcome is `UNKNOWN`, with the words.
    It is a violation where nothing but figures have changed places, where all that differs is one
    word for its opposite, or where the passive of the same verb turns round who does what.
    """
    every = changes(claim, reading)
    if not every:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    found = next((change for change in every if change.turned), every[0])
    return Check(
        name=NAME,
        outcome=Outcome.VIOLATED if found.turned or _certain(every, claim) else Outcome.UNKNOWN,
        detail=found.detail,
        span=found.span,
        evidence=found.line.text,
    )


def _certain(found: Sequence["Change"], claim: str) -> bool:
    """Whether all that differs is one word for its opposite, or the order of the same figures."""
    if len(found) == 1:
        denials = [len(_DENIAL.findall(fold(t))) for t in (claim, found[0].line.text)]
        said = stem(found[0].word)
        opposed = any((said, stem(word)) in _OPPOSITES for word in found[0].given.split())
        return opposed and denials[0] == denials[1]
    mine, theirs = sorted(c.word for c in found), sorted(c.given for c in found)
    return mine == theirs and len(mine) > 1 and all(word[:1].isdigit() for word in mine)


def changes(claim: str, reading: Reading) -> list[Change]:
    """Give each exchanged or added word, each name in another place, each hedge left out.

    Of several lines that the sentence may follow, the one with the fewest changes counts; without
    any, the list is empty.
    """
    said = _tokens(claim)
    if len(said) < _LEAST:
        return []
    wanted = frozenset(t.stem for t in said if t.word not in STOP)
    best: list[Change] | None = None
    for line in reading.lines:
        if len(line.stems) > LONGEST_LINE or reading.overlap(wanted, line) < _LIKELY:
            continue
        aligned = _Aligned(said, _tokens(line.text), line, reading)
        if aligned.matched >= _NEAR * len(said):
            found = list(aligned.changes())
            best = found if best is None or len(found) < len(best) else best
    return best or []


class _Token(NamedTuple):
    word: str
    stem: str
    start: int
    end: int
    capital: bool

    @property
    def sense(self) -> str:
        """What it is lined up by: "would" as "will", "walked" as "walk"."""
        word = _TENSES.get(self.word, self.word)
        return word if word in _MATTERS else self.stem

    @property
    def free(self) -> bool:
        return (self.word in STOP and self.sense not in _MATTERS) or self.stem in _FREE


class _Aligned:
    """A claim and a line, word by word."""

    def __init__(
        self, said: Sequence[_Token], given: Sequence[_Token], line: Line, reading: Reading
    ) -> None:
        self._said, self._given, self._line, self._reading = said, given, line, reading
        mine, theirs = ([t.sense for t in tokens] for tokens in (said, given))
        matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
        self._blocks = [
            (said[i1:i2], given[j1:j2])
            for kind, i1, i2, j1, j2 in matcher.get_opcodes()
            if kind != "equal"
        ]
        self._same = [
            (block.a + n, block.b + n)
            for block in matcher.get_matching_blocks()
            for n in range(block.size)
        ]
        self.matched = len(self._same)

    def changes(self) -> Iterator[Change]:
        yield from self._turned()
        missing = {t.stem for _, there in self._blocks for t in there}
        for here, there in self._blocks:
            if not here:
                yield from self._left_out(there)
            elif not there:
                yield from (self._change(t, there) for t in here if self._is_added(t, missing))
            elif max(len(here), len(there)) <= _EXCHANGE:
                yield from self._exchanged(here, there)

    def _turned(self) -> Iterator[Change]:
        """A verb in the passive in one of the two, with the same words before and after it."""
        content = [n for n, (at, _) in enumerate(self._same) if not self._said[at].free]
        for n in content[1:-1]:
            at, place = self._same[n]
            passives = _passive(self._said, at), _passive(self._given, place)
            if passives[0] is not None and passives[1] is not None and passives[0] != passives[1]:
                verb = self._said[at]
                given = self._given[max(0, place - 1) : place + 2]
                yield self._change(verb, given)._replace(turned=True)

    def _left_out(self, there: Sequence[_Token]) -> Iterator[Change]:
        told = {t.word for t in self._said}
        for token in there:
            if token.word in _HEDGES - told:
                yield Change("", token.word, (0, 0), self._line)

    def _is_added(self, token: _Token, missing: Container[str]) -> bool:
        """Whether the evidence lacks the word, or has this name in another place of the line."""
        if token.free or token.word[0].isdigit():
            return False
        return token.stem not in self._reading.stems or (token.capital and token.stem in missing)

    def _exchanged(self, here: Sequence[_Token], there: Sequence[_Token]) -> Iterator[Change]:
        alike = {SAME.get(t.word, t.stem) for t in there}
        if not _STANDS_FOR.isdisjoint(t.word for t in there):
            return
        for token in here:
            if not token.free and SAME.get(token.word, token.stem) not in alike:
                yield self._change(token, there)

    def _change(self, token: _Token, there: Sequence[_Token]) -> Change:
        given = " ".join(t.word for t in there)
        return Change(token.word, given, (token.start, token.end), self._line)


def _passive(tokens: Sequence[_Token], at: int) -> bool | None:
    """Whether a verb is in the passive with an agent; None where only half of it is there."""
    by = [t.word for t in tokens[at + 1 : at + 2]] == ["by"]
    be = not _BE.isdisjoint(t.word for t in tokens[max(0, at - 2) : at])
    return by if by == be else None


def _tokens(text: str) -> list[_Token]:
    flat = fold(text)
    days = [(d.start, d.end) for d in dates(flat)]
    return [
        _Token(
            plain(m[0]),
            stem(m[0]),
            m.start(),
            m.end(),
            m[0][0].isupper() and not any(a <= m.start() < b for a, b in days),
        )
        for m in _WORD.finditer(flat)
    ]

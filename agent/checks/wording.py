"""Words in which a near copy differs from the sentence it follows."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from agent.checks.names import SAME
from agent.checks.normalise import STOP, fold, plain, stem
from agent.checks.reading import LONGEST_LINE, Line, Reading
from agent.types import Check, Outcome

NAME = "wording"
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_NEAR: Final = 0.75
"""Share of a sentence's words that must stand in a line in the same order to make it a copy."""
_LIKELY: Final = 0.5
"""Share of its content words in a line from which on the words are lined up at all."""
_LEAST: Final = 5
"""Words below which nothing can be called a copy."""
_MATTERS: Final = frozenset(
    """not no never nor without only all any both before after above below under over more most few
    off out up down again""".split()  # noqa: SIM905
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
_EXCHANGE: Final = 3
"""Words on either side of an exchange at most: what is longer is told anew, not exchanged."""
_STANDS_FOR: Final = frozenset("he she it they his her its their him them this these who".split())  # noqa: SIM905
"""Words in whose place a name may be put."""

Tokens = Sequence[tuple[str, str, int, int]]
"""(word in small letters, stem, start, end)."""


class Change(NamedTuple):
    """A word of the claim, what the line has instead, where the word stands, and the line."""

    word: str
    given: str
    span: tuple[int, int]
    line: Line


def check(claim: str, reading: Reading) -> Check:
    """Line a sentence up with the one it follows word by word, and look for what was exchanged.

    A difference may be a synonym, so it proves nothing: the outcome is `UNKNOWN`, with the words.
    """
    found = next(iter(changes(claim, reading)), None)
    if found is None:
        return Check(name=NAME, outcome=Outcome.NOT_APPLICABLE)
    instead = f'the cited text says "{found.given}"' if found.given else "the cited text does not"
    return Check(
        name=NAME,
        outcome=Outcome.UNKNOWN,
        detail=f'the sentence says "{found.word}" where {instead}',
        span=found.span,
        evidence=found.line.text,
    )


def changes(claim: str, reading: Reading) -> list[Change]:
    """Give each exchanged or added word.

    Of several lines that the sentence may follow, the one with the fewest changes counts; without
    any, the list is empty.
    """
    said = _tokens(claim)
    if len(said) < _LEAST:
        return []
    wanted = frozenset(s for w, s, *_ in said if w not in STOP)
    best: list[Change] | None = None
    for line in reading.lines:
        if len(line.stems) > LONGEST_LINE or reading.overlap(wanted, line) < _LIKELY:
            continue
        given = _tokens(line.text)
        aligned = SequenceMatcher(
            None, [s for _, s, *_ in said], [s for _, s, *_ in given], autojunk=False
        )
        matched = sum(block.size for block in aligned.get_matching_blocks())
        if matched < _NEAR * len(said):
            continue
        found = list(_changed(aligned.get_opcodes(), said, given, line, reading))
        if best is None or len(found) < len(best):
            best = found
    return best or []


def _changed(
    opcodes: Sequence[tuple[str, int, int, int, int]],
    said: Tokens,
    given: Tokens,
    line: Line,
    reading: Reading,
) -> Iterator[Change]:
    for kind, i1, i2, j1, j2 in opcodes:
        if kind not in {"replace", "insert"} or max(i2 - i1, j2 - j1) > _EXCHANGE:
            continue
        there = [w for w, *_ in given[j1:j2]]
        alike = {SAME.get(w, s) for w, s, *_ in given[j1:j2]}
        if _STANDS_FOR.intersection(there):
            continue
        for word, base, start, end in said[i1:i2]:
            free = (word in STOP and word not in _MATTERS) or base in _FREE
            known = kind == "insert" and base in reading.stems
            if not free and not known and SAME.get(word, base) not in alike:
                yield Change(word, " ".join(there), (start, end), line)


def _tokens(text: str) -> Tokens:
    return [(plain(m[0]), stem(m[0]), m.start(), m.end()) for m in _WORD.finditer(fold(text))]

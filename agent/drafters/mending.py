"""What a repair may change: the fault, and little around it."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from agent.types import Ruling, Sentence, Support
from agent.words import content

WORD: Final = re.compile(r"\S+")
AROUND: Final = 3
"""Words outside the fault that may change with it: a conjunction, a comma, a verb's number."""
KEPT: Final = 0.4
"""Share of the meaning words that stay where the whole sentence is at fault."""


def failing(sentence: Sentence, ruling: Ruling) -> list[tuple[int, int]]:
    """The characters of the clauses that are not carried; empty where it is the whole sentence."""
    clauses = ruling.clauses
    spans = [(c.start, c.end) for c in clauses if c.support is not Support.SUPPORTED]
    spans += [c.span for c in ruling.checks if c.span and c.outcome.value == "violated"]
    whole = [s for s in spans if s[1] - s[0] >= len(sentence.text.rstrip(" ."))]
    return [] if whole or len(spans) == 0 else sorted(spans)


def changes_too_much(sentence: Sentence, text: str, faults: Sequence[tuple[int, int]]) -> bool:
    """Whether `text` is another sentence rather than a mended one."""
    if not faults:
        words = set(content(sentence.text))
        return len(words & set(content(text))) < KEPT * len(words)
    before = list(WORD.finditer(sentence.text))
    after = WORD.findall(text)
    compared = SequenceMatcher(None, [_bare(w[0]) for w in before], [_bare(w) for w in after])
    outside = 0
    for tag, a, b, c, d in compared.get_opcodes():
        if tag != "equal" and not _touches(faults, before, a, b):
            outside += max(b - a, d - c)
    return outside > AROUND


def _touches(
    faults: Sequence[tuple[int, int]], words: Sequence[re.Match[str]], first: int, last: int
) -> bool:
    """Whether the words from `first` to `last` lie in a fault, or beside it where none do."""
    if first == last:
        place = words[first].start() if first < len(words) else words[-1].end()
        return any(start - 1 <= place <= end + 1 for start, end in faults)
    inside = [
        any(word.start() < end and start < word.end() for start, end in faults)
        for word in words[first:last]
    ]
    return sum(inside) + AROUND >= len(inside)


def _bare(word: str) -> str:
    return word.strip(".,;:—–\"“”'").lower()

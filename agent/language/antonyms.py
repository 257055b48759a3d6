"""Words that cannot both be said of the same thing."""

from functools import lru_cache
from itertools import pairwise
from typing import Final

from agent.language.lexicon import word_list
from agent.language.text import stem, stems

WORDS: Final = tuple(
    (left.split()[0], right.split()[0])
    for left, right in (row.split(" | ") for row in word_list("core.antonyms").words)
)
"""The first word of each meaning, and of the contrary one."""
PAIRS: Final = tuple(
    tuple(frozenset(map(stem, side.split())) for side in row.split(" | "))
    for row in word_list("core.antonyms").words
)
"""Stems of one meaning against stems of the contrary one."""
_PHRASES: Final = {
    tuple(map(stem, phrase.split("_"))): stem(side.split(" ")[0])
    for row in word_list("core.antonyms").words
    for side in row.split(" | ")
    for phrase in side.split()
    if "_" in phrase
}


@lru_cache(maxsize=8_192)
def two_words(text: str) -> frozenset[str]:
    """Give the stems that the verbs of two words in a text stand for ("went up": rise)."""
    found = (_PHRASES.get(pair) for pair in pairwise(stems(text)))
    return frozenset(verb for verb in found if verb)

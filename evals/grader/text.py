"""Text as the second grader reads it; nothing here is shared with the gate's checkers."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

STEM: Final = 6
"""Letters of a word that are compared: "inspected" meets "inspection", "nation" not "native"."""
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")
_CLAUSE: Final = re.compile(r"\s*(?:[;:—–]|, (?=\w+ )|\b(?:and|but|while|which|who|because)\b)\s*")
LONGEST: Final = 60
"""Tokens after which a stretch without a full stop (a table, a menu) is cut."""
STOP: Final = frozenset(
    """a about after all also an and any are as at be because been before being between both but by
    can could did do does during each for from had has have he her hers him his how i if in into is
    it its itself just may me might more most must my no nor not of off on once only or other our
    out over own s same she should since so some such t than that the their them then there these
    they this those through to too under until up upon us very was we were what when where whether
    which while who whom whose why will with within without would you your""".split()  # noqa: SIM905
)
DENIALS: Final = frozenset(
    """no not never none nobody nothing neither nor without n't cannot fail failed fails deny denied
    denies lack lacks lacked false untrue unable refuse refused hardly rarely barely""".split()  # noqa: SIM905
)
HEDGES: Final = frozenset(
    """may might could possibly perhaps probably likely allegedly alleged reportedly suggest
    suggests suggested appears appear seems seem claim claims claimed believed suspected expected
    plans proposed potential potentially unclear some about nearly almost approximately""".split()  # noqa: SIM905
)
_NUMBERS: Final = {
    word: str(value)
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905
    )
}


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """A word without case, accents and possessive; a number without separators."""
    flat = unicodedata.normalize("NFKD", word).replace("’", "'").casefold()
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    if flat[:1].isdigit():
        return flat.rstrip("%").replace(",", "")
    return _NUMBERS.get(flat, flat.removesuffix("'s"))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The first letters of a plain word, with the endings of short words cut."""
    if not word.isalpha() or len(word) < 4:
        return word
    for ending in ("ing", "ied", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:STEM]


def tokens(text: str) -> list[str]:
    """Words and numbers as written, in order."""
    return _TOKEN.findall(text)


def sentences(text: str) -> list[str]:
    """Sentences and lines; very long ones in pieces."""
    found = []
    for piece in _SENTENCE.split(text):
        words = piece.split()
        found += [" ".join(words[i : i + LONGEST]) for i in range(0, len(words), LONGEST)]
    return found


def clauses(text: str) -> list[str]:
    """Parts of a sentence of three words or more; the whole where there are none."""
    found = [part for part in _CLAUSE.split(text) if len(part.split()) >= 3]
    return found or [text]


def denies(words: set[str]) -> bool:
    return bool(words & DENIALS) or any(word.endswith("n't") for word in words)

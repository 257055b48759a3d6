"""Typos, read as words that the library has: one slip at a time, and always shown."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from agent.ports import Shelf
from agent.words import stem
from retrieval.embedding import MODEL_FOLDER, TOKENIZER_FILE

WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
COMMON: Final = {
    "teh": "the", "hte": "the", "taht": "that", "waht": "what", "adn": "and", "thier": "their",
    "wehn": "when", "wich": "which", "becuase": "because", "becasue": "because", "poeple": "people",
    "cuase": "cause", "casue": "cause", "cuases": "causes", "casues": "causes", "caues": "cause",
    "cuased": "caused", "casued": "caused", "diid": "did", "doess": "does", "untill": "until",
    "truely": "truly", "recieve": "receive", "recieved": "received", "beleive": "believe",
    "occured": "occurred", "hapened": "happened", "happend": "happened", "goverment": "government",
    "presidnet": "president", "definately": "definitely", "seperate": "separate",
    "alot": "a lot", "shoud": "should", "woudl": "would", "coudl": "could",
}  # fmt: skip
"""Slips that are no words, in the small words that a question is built of."""
SHORTEST: Final = 5
"""Letters; in a shorter word one slip makes another word too easily."""
LONG: Final = 9
"""Letters from which two slips are forgiven."""
NEAR: Final = 30
"""Passages nearest to the question whose words a typo is held against."""
HELD: Final = 2
"""Passages that must have a word before a typo is read as it."""
ENDINGS: Final = re.compile(r"(?:ations?|ations|ional|ings?|edly|ed|ers?|or|ors|ly|al|es|e|s)$")


class Spelled(NamedTuple):
    """A text and what was read differently in it: (typed, read as)."""

    text: str
    changed: tuple[tuple[str, str], ...] = ()


class Speller:
    """Reads a word that is neither English nor in the library as the one it is a slip of.

    Only words of the passages nearest to the question are taken; where two are as near, none is.
    A capitalised word inside a sentence is a name and stays as it is.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def corrected(self, text: str) -> Spelled:
        """Correct `text` word by word."""
        words = [m for m in WORD.finditer(text) if not _name(m)]
        read = {m[0]: COMMON[m[0].lower()] for m in words if m[0].lower() in COMMON}
        strange = [m[0] for m in words if m[0] not in read and _strange(m[0].lower())]
        if strange:
            held = self._held(text)
            found = {word: _meant(word.lower(), held) for word in strange}
            read |= {word: meant for word, meant in found.items() if meant}
        mended = WORD.sub(lambda m: m[0] if _name(m) else read.get(m[0], m[0]), text)
        return Spelled(mended, tuple(read.items()))

    def _held(self, text: str) -> Counter[str]:
        """Words of the nearest passages, each with how many of them have it."""
        held: Counter[str] = Counter()
        for hit in self._shelf.search(text, NEAR):
            passage = hit.passage
            held.update(set(WORD.findall(f"{passage.source.title} {passage.text}")))
        return held


@cache
def english_words() -> frozenset[str]:
    """Common English words: those that the embedded model's tokenizer keeps whole."""
    text = (MODEL_FOLDER / TOKENIZER_FILE).read_text("utf-8")
    vocabulary: Iterable[str] = json.loads(text)["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha() and len(word) > 1)


def slips(one: str, other: str) -> int:
    """Letters put in, left out, mistaken or exchanged with the next (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]


def _name(match: re.Match[str]) -> bool:
    return match.start() > 0 and not match[0].islower()


def _strange(word: str) -> bool:
    known = english_words()
    base = word.replace("’", "'").removesuffix("'s")
    forms = {base, stem(base), f"{stem(base)}e", ENDINGS.sub("", base), f"{ENDINGS.sub('', base)}e"}
    return len(base) >= SHORTEST and base.isalpha() and not forms & known


def _meant(word: str, held: Counter[str]) -> str | None:
    """The one word of `held` that `word` is a slip of."""
    if any(word == h.lower() or stem(word) == stem(h.lower()) for h in held):
        return None
    most = 2 if len(word) >= LONG else 1
    often: Counter[str] = Counter()
    for form, count in held.items():
        often[form.lower()] += count
    near = [
        (slips(word, other), other)
        for other, count in often.items()
        if count >= HELD
        and other[0] == word[0]
        and len(other) >= SHORTEST
        and abs(len(other) - len(word)) <= most
        and not _inflected(word, other)
    ]
    ranked = sorted(n for n in near if n[0] <= most)
    if not ranked or (len(ranked) > 1 and ranked[1][0] == ranked[0][0]):
        return None
    return _as_written(ranked[0][1], held)


def _inflected(one: str, other: str) -> bool:
    """Whether two words differ in their endings only: another form is no typo."""
    return ENDINGS.sub("", one) == ENDINGS.sub("", other)


def _as_written(word: str, held: Counter[str]) -> str:
    """In small letters where the library ever writes it so: else it is a name."""
    forms = [form for form in held if form.lower() == word]
    return word if word in forms else max(forms, key=lambda form: (held[form], form))

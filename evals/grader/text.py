"""Text as the second grader reads it; nothing here is shared with the gate's checkers."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
WINDOW: Final = 2
"""Sentences of a window."""
GRAM: Final = 4
"""Letters of a group."""


@lru_cache(maxsize=100_000)
def normalise(word: str) -> str:
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


def tokenise(text: str) -> list[str]:
    """Words and numbers as written, in order."""
    return _TOKEN.findall(text)


def split_sentences(text: str) -> list[str]:
    """Sentences and lines; very long ones in pieces."""
    found = []
    for piece in _SENTENCE.split(text):
        words = piece.split()
        found += [" ".join(words[i : i + LONGEST]) for i in range(0, len(words), LONGEST)]
    return found


def split_clauses(text: str) -> list[str]:
    """Parts of a sentence of three words or more; the whole where there are none."""
    found = [part for part in _CLAUSE.split(text) if len(part.split()) >= 3]
    return found or [text]


def has_denial(words: set[str]) -> bool:
    return bool(words & DENIALS) or any(word.endswith("n't") for word in words)


@dataclass(frozen=True)
class Text:
    """A stretch of text, read once."""

    text: str

    @cached_property
    def written(self) -> list[str]:
        return tokenise(self.text)

    @cached_property
    def plain(self) -> list[str]:
        return [normalise(word) for word in self.written]

    @cached_property
    def stems(self) -> list[str]:
        return [stem(word) for word in self.plain]

    @cached_property
    def content(self) -> list[str]:
        pairs = zip(self.plain, self.stems, strict=True)
        return [s for word, s in pairs if word not in STOP]

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.stems)

    @cached_property
    def bigrams(self) -> frozenset[tuple[str, str]]:
        return frozenset(zip(self.content, self.content[1:], strict=False))

    @cached_property
    def grams(self) -> frozenset[str]:
        flat = " ".join(self.plain)
        return frozenset(flat[i : i + GRAM] for i in range(len(flat) - GRAM + 1))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(word for word in self.plain if word[0].isdigit())

    @cached_property
    def names(self) -> frozenset[str]:
        """Stems of capitalised words, but for the first of a sentence that may be any word."""
        rest = zip(self.written[1:], self.plain[1:], strict=True)
        return frozenset(stem(p) for w, p in rest if w[0].isupper() and p not in STOP)


@lru_cache(maxsize=4_000)
def read_text(text: str) -> Text:
    return Text(text)


@lru_cache(maxsize=1_000)
def read_sentences(evidence: str) -> tuple[Text, ...]:
    return tuple(read_text(text) for text in split_sentences(evidence))


@lru_cache(maxsize=1_000)
def read_windows(evidence: str) -> tuple[Text, ...]:
    """Every run of `WINDOW` sentences; all of them where there are fewer."""
    found = [s.text for s in read_sentences(evidence)]
    starts = range(max(1, len(found) - WINDOW + 1))
    return tuple(read_text(" ".join(found[i : i + WINDOW])) for i in starts)

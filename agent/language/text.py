"""Words as the agent compares them: folded marks, lower case, lemmas, without stop words."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import takewhile
from typing import Final

import simplemma

from agent.language import lexicon
from agent.language.verbs import PAST, PASTS

STOP: Final = lexicon.words("core.stop")
"""Words that carry no content of their own."""
_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_TOKEN: Final = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_INITIALS: Final = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_IRREGULAR: Final = lexicon.spellings("core.irregular_forms")
_SUFFIXES: Final = lexicon.word_list("core.suffixes").words
_SHORTEST: Final = 3  # a stem keeps this many letters, or "news" and "new" would meet
_DEGREES: Final = ("er", "est", "worse", "less")
"""Ends of comparatives, which keep their form: what is lower need not be low."""
ALIASES: Final = {
    "nyc": ("new", "york", "city"),
    "cop": ("police", "officer"),
    "cops": ("police", "officer"),
    "nypd": ("nypd", "new", "york", "police"),
    "covid": ("covid-19",),
    "uk": ("uk", "britain"),
    "us": ("us", "united", "states"),
    "usa": ("us", "united", "states"),
    "vax": ("vaccine",),
    "jab": ("vaccine",),
    "kids": ("child",),
}
"""What people type for what sources write. Only spellings of the same thing, no associations."""


def fold(text: str) -> str:
    """Fold quotes, apostrophes and dashes, one character for one: offsets stay true."""
    return text if text.isascii() and "`" not in text else text.translate(_MARKS)


def squash(text: str) -> str:
    """Fold everything that print varies: marks, width, case, space, dotted initials."""
    flat = _join_initials(fold(unicodedata.normalize("NFKC", text)).replace("\u2026", "..."))
    flat = re.sub(r"\s+([,.;:!?])", r"\1", flat)
    return re.sub(r"\s+", " ", flat).strip().casefold()


@lru_cache(maxsize=65_536)
def plain(word: str) -> str:
    """Casefold a word and drop its accents, dots and possessive."""
    flat = fold(word)
    if not flat.isascii():
        flat = unicodedata.normalize("NFKD", flat)
        flat = "".join(c for c in flat if not unicodedata.combining(c))
    flat = flat.casefold()
    return flat.removesuffix("'s").removesuffix("'").replace(".", "")


@lru_cache(maxsize=65_536)
def lemma(word: str) -> str:
    """The dictionary form of an English word, in plain form; of what is no word, the plain form."""
    base = plain(word)
    if not base.isalpha() or base.endswith(_DEGREES):
        return base.replace(",", "")
    return PASTS.get(base) or simplemma.lemmatize(base, "en").lower()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Cut an English word to a stem, as the exact checks compare them.

    A light suffix stripper in the manner of Lovins (1968): the longest suffix that leaves
    `_SHORTEST` letters goes, then a doubled consonant and a final e or y. It brings more together
    than `lemma` does (payment, pay), which the checks need.
    """
    base = plain(word)
    if not base.isalpha() or len(base) <= _SHORTEST:
        return base.replace(",", "")
    if base in _IRREGULAR:
        base = _IRREGULAR[base]
    elif not base.endswith(("ss", "us", "is")):
        base = _strip(base)
    if len(base) > _SHORTEST and base[-1] == base[-2] and base[-1] not in "aeiouls":
        base = base[:-1]
    if len(base) > _SHORTEST and base[-1] in "eyi":
        base = base[:-1]
    return base


def _strip(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            if len(rest) >= _SHORTEST and any(c in "aeiouy" for c in rest):
                return rest + "y" if suffix in {"ies", "ied"} else rest
    return word


def beginning(lemma: str) -> str:
    """The letters that the forms of a lemma share: "tr" of "try", "r" of "rise"."""
    pairs = zip(lemma.rstrip("ey"), PAST.get(lemma, lemma), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def tokens(text: str) -> list[str]:
    """Lower-cased words in order; dots inside abbreviations go ("I.C.E." is "ice")."""
    flat = _join_initials(text)
    return [t.lower().replace("’", "'").removesuffix("'s") for t in _TOKEN.findall(flat)]


def words(text: str) -> list[tuple[str, int, int]]:
    """Give the words and numbers of `text` with their character offsets."""
    return [(m[0], m.start(), m.end()) for m in _WORD.finditer(fold(text))]


def stems(text: str) -> list[str]:
    """Give the stems of all words of `text`, in order."""
    return [stem(m) for m in _WORD.findall(fold(text))]


def content_stems(text: str) -> list[str]:
    """Give the stems of the words that carry content, in order."""
    return list(_content_stems(text))


@lru_cache(maxsize=2_048)
def _content_stems(text: str) -> tuple[str, ...]:
    return tuple(stem(m) for m in _WORD.findall(fold(text)) if m.casefold() not in STOP)


def content(text: str) -> list[str]:
    """Give the lemmas of the words that carry content, in order."""
    return list(_content(text))


@lru_cache(maxsize=2_048)
def _content(text: str) -> tuple[str, ...]:
    return tuple(lemma(m) for m in _WORD.findall(fold(text)) if m.casefold() not in STOP)


def shared(words: AbstractSet[str], text: str) -> float:
    """Give the share, in [0, 1], of lemmas that a text has too; 0 where there are none."""
    return len(words & set(content(text))) / len(words) if words else 0.0


def expanded(text: str) -> list[str]:
    """Lemmas of the tokens that carry content; for an everyday name, what sources write."""
    found: list[str] = []
    for token in tokens(text):
        if token in ALIASES:
            found += [lemma(a) for a in ALIASES[token]]
        elif token not in STOP:
            found.append(lemma(token))
    return found


def _join_initials(text: str) -> str:
    return _INITIALS.sub(lambda m: m[0].replace(".", ""), text)

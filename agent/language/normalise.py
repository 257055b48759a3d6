"""Text as the checkers compare it: folded marks, words, stems."""

import re
import unicodedata
from functools import lru_cache

_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")

STOP = frozenset(
    """a about above after again also although am an and any are as at be because been before being
    both but by can could did do does doing down during each else for from further had has have
    having he her here hers herself him himself his how i if in into is it its itself just may me
    might more most must my no nor not now of off on once only or other our out over own per same
    she should so some such than that the their theirs them themselves then there these they this
    those though through to too under until up upon us very via was we were what when where whether
    which while who whom whose why will with within without would you your""".split()  # noqa: SIM905
)
"""Words that carry no content of their own."""

_IRREGULAR = {
    form: base
    for base, forms in {
        "say": "said says",
        "tell": "told",
        "fall": "fell fallen",
        "rise": "rose risen",
        "find": "found",
        "give": "gave given",
        "take": "took taken",
        "make": "made making",
        "go": "went gone",
        "come": "came",
        "become": "became",
        "see": "saw seen",
        "know": "knew known",
        "think": "thought",
        "hold": "held",
        "keep": "kept",
        "lead": "led",
        "leave": "left",
        "lose": "lost losing",
        "pay": "paid",
        "win": "won",
        "write": "wrote written",
        "begin": "began begun",
        "bring": "brought",
        "buy": "bought",
        "build": "built",
        "send": "sent",
        "spend": "spent",
        "speak": "spoke spoken",
        "show": "shown",
        "draw": "drew drawn",
        "grow": "grew grown",
        "run": "ran",
        "shoot": "shot",
        "child": "children",
        "man": "men",
        "woman": "women",
        "person": "people persons",
        "percent": "percentage",
        "die": "dying death deaths dead",
        "use": "using used usage",
    }.items()
    for form in forms.split()
}
_SUFFIXES = (
    "izations", "isations", "ization", "isation", "ations", "ation", "ators", "ator", "ments",
    "ment", "nesses", "ness", "ities", "ity", "ings", "ing", "ions", "ion", "edly", "ied", "ies",
    "ers", "ors", "ed", "er", "or", "es", "ly", "s",
)  # fmt: skip
_SHORTEST = 3  # a stem keeps this many letters, or "news" and "new" would meet


def fold(text: str) -> str:
    """Fold quotes, apostrophes and dashes, one character for one: offsets stay true."""
    return text.translate(_MARKS)


def squash(text: str) -> str:
    """Fold everything that print varies: marks, width, case, space, dotted initials."""
    flat = fold(unicodedata.normalize("NFKC", text)).replace("\u2026", "...")
    flat = _INITIALS.sub(lambda m: m[0].replace(".", ""), flat)
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
def stem(word: str) -> str:
    """Cut an English word to a comparable stem.

    A light suffix stripper in the manner of Lovins (1968): the longest suffix that leaves
    `_SHORTEST` letters goes, then a doubled consonant and a final e or y. It errs towards keeping
    words apart.
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


def words(text: str) -> list[tuple[str, int, int]]:
    """Give the words and numbers of `text` with their character offsets."""
    return [(m[0], m.start(), m.end()) for m in _WORD.finditer(fold(text))]


def stems(text: str) -> list[str]:
    """Give the stems of all words of `text`, in order."""
    return [stem(m) for m in _WORD.findall(fold(text))]


def content(text: str) -> list[str]:
    """Give the stems of the words that carry content, in order."""
    return [stem(m) for m in _WORD.findall(fold(text)) if m.casefold() not in STOP]

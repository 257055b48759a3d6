"""Words as the agent compares them: lower-cased, unpunctuated, stemmed, without stop words."""

import re
from functools import lru_cache
from typing import Final

TOKEN: Final = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*", re.UNICODE)
STOP: Final = frozenset(
    """a about above after again all also am an and any are as at be because been before being both
    but by can could did do does doing down during each few for from further get got had has have
    having he her here hers him his how i if in into is it its itself just like may me might more
    most must my no nor not now of off on once only or other our out over own really right said same
    say says she should so some such than that the their them then there these they this those
    through to too true under until up us very was we were what when where which while who whom why
    will with would you your""".split()  # noqa: SIM905  (a word list reads better as prose)
)
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


def tokens(text: str) -> list[str]:
    """Lower-cased words in order; dots inside abbreviations go ("I.C.E." is "ice")."""
    flat = re.sub(r"\b(?:[A-Za-z]\.){2,}", lambda m: m[0].replace(".", ""), text)
    return [t.lower().replace("’", "'").removesuffix("'s") for t in TOKEN.findall(flat)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut English inflection (plural, past, progressive); a light form of Porter's first step."""
    for suffix, keep in (("ies", "y"), ("sses", "ss"), ("ied", "y")):
        if word.endswith(suffix) and len(word) > len(suffix) + 1:
            return word[: -len(suffix)] + keep
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word[: -len(suffix)]
        if word.endswith(suffix) and len(base) > 2 and re.search(r"[aeiouy]", base):
            return base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base.rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order."""
    return [stem(t) for t in tokens(text) if t not in STOP]


def expanded(text: str) -> list[str]:
    """Like `content`, each everyday name followed by the spellings that sources use."""
    found: list[str] = []
    for token in tokens(text):
        if token in ALIASES:
            found += [stem(a) for a in ALIASES[token]]
        elif token not in STOP:
            found.append(stem(token))
    return found

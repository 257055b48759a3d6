"""English verbs: which words can be one, and their forms.

A verb that is not listed as irregular is inflected by rule; the lists only help to find it among
other words.
"""

import re
from typing import Final

import simplemma

from agent.language.lexicon import pattern, word_list

_ROWS: Final = [row.split() for row in word_list("core.verbs").words]
PAST: Final = {row[0]: row[1] for row in _ROWS if len(row) == 3}
"""Base form and past where the past is not regular."""
_PARTICIPLES: Final = frozenset(
    {"been", "got", "born"} | {row[2] for row in _ROWS if len(row) == 3}
)
BASES: Final = frozenset(row[0] for row in _ROWS)
_BUILT: Final = re.compile(r".{2,}(?:ify|ize|ise)$|(?:re|un|dis|over|out|mis)(?P<base>[a-z]{3,})$")
_SHORT: Final = re.compile(r".*[^aeiou][aeiou][bdgklmnprt]$")
_HISSING: Final = re.compile(r"(?:s|x|z|ch|sh|o)$")
PASTS: Final = {past: base for base, past in PAST.items() if past != base}
"""Past forms that are not base forms too, with their base."""
_AUXILIARY: Final = pattern(r"(?:{core.be}|{core.have}|{core.do}|{core.modals}|cannot|\w+n't)\b")


def is_base(word: str) -> bool:
    """Whether a lower-cased word can be the base form of a verb."""
    if word in BASES:
        return True
    built = _BUILT.fullmatch(word)
    return built is not None and (built["base"] is None or built["base"] in BASES)


def is_participle(word: str) -> bool:
    """Whether a lower-cased word can be a past participle."""
    if word in _PARTICIPLES or not word.endswith("ed"):
        return word in _PARTICIPLES
    known = simplemma.is_known(word, "en") and simplemma.lemmatize(word, "en") == word
    return len(word) > 3 and not known  # "hundred", "indeed"


def base_of(word: str) -> tuple[str, str] | None:
    """Base form and tense ("past", "third") of a finite form of a known verb, or None.

    A base form itself is none: it may be a plural present, and as often it is a noun.
    """
    if word in PASTS:
        return PASTS[word], "past"
    if word.endswith("s"):
        for base in (word[:-1], word[:-2], f"{word[:-3]}y"):
            if is_base(base) and third(base) == word:
                return base, "third"
    if word.endswith("ed"):
        for base in (word[:-2], word[:-1], f"{word[:-3]}y", word[:-3]):
            if is_base(base) and past(base) == word:
                return base, "past"
    return None


def third(base: str) -> str:
    """The third person: `causes`, `carries`, `reaches`."""
    if base in {"be", "have"}:
        return {"be": "is", "have": "has"}[base]
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ies"
    return f"{base}es" if _HISSING.search(base) else f"{base}s"


def past(base: str) -> str:
    """The past: `rose`, `caused`, `carried`, `banned`."""
    if base in PAST:
        return PAST[base]
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return f"{base[:-1]}ied"
    doubled = f"{base}{base[-1]}ed"
    known = simplemma.lemmatize(doubled, "en") == base
    return doubled if known and _SHORT.fullmatch(base) else f"{base}ed"


def has_verb(text: str) -> bool:
    """Whether a text has a word that is surely a verb in a finite form, or looks like one."""
    return any(
        _AUXILIARY.match(word) or base_of(word) or word.endswith(("ed", "ises", "izes", "ates"))
        for word in re.findall(r"[a-z']+", text.casefold())
    )

"""What type says by its place: figures raised above the line, words broken at its end."""

import re
from functools import lru_cache
from unicodedata import digit

_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|[eè]re|[eè]me|nde)\.?", re.IGNORECASE)
_SHORTENED = re.compile(
    r"(?:^|.*[^\w.])(?:M(?:mes?|lles?|gr)|[DJMS]rs?|[Nn]os?|[IVX][IVXLC]*(?:e|er|re|th)|[nkijm]th)\.?"
)
"""A word of which the last letters stand raised: "Mme", "No", "XXe", "nth"."""
_SIGN = frozenset({"TM", "SM", "™", "℠", "®", "©", "°", "º", "ª", "\u2032", "\u2033", "'", '"'})
_POWER = re.compile(r"[+\-\u2212–]?\d{1,3}|[nkxyi]")
_TEN = re.compile(r"(?:^|[^\w.,])(?:10|2|e)$")
_DIGIT = re.compile(r"(?:^|[^\w.,])\d$")
_SUM = re.compile(r"\s*[=×·*+)]")
"""Behind a power in a sum ("3^2 = 9"), not behind the mark of a note."""
_RAISED = re.compile(r"(?<=\d)[⁺⁻⁰¹²³⁴-⁹]+")
_UNIT = re.compile(
    r"(?:^|[^\w])(?:[kcdmµμn]?m|km|ft|in|yd|mi|miles?|inch(?:es)?|feet|s|sec|h|hr|kg|[a-zA-Z])$"
)
_PLACE = {"2": "²", "3": "³"}
LONGEST = 12
"""Characters in front of a raised one that tell what word it ends."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIRST = frozenset([
    "all", "best", "better", "case", "cross", "decision", "eight", "eighty", "far", "fifty",
    "first", "five", "forty", "four", "full", "half", "hard", "high", "ill", "large", "last",
    "law", "left", "life", "long", "low", "mid", "middle", "most", "near", "new", "nine",
    "ninety", "old", "one", "open", "part", "peer", "policy", "right", "second", "self",
    "seven", "seventy", "short", "single", "six", "sixty", "small", "so", "state", "ten",
    "third", "thirty", "three", "time", "twenty", "two", "user", "well", "whole", "world",
    "year",
])  # fmt: skip
"""Words that open compounds written with a hyphen."""


def write_raised(before: str, mark: str, after: str = "", *, linked: bool = False) -> str:
    """Write what stands raised so that it never becomes part of a number.

    A power stays one ("10^6", "m²"), so do ordinals and signs. The mark of a note is left out.

    Args:
        before: text up to the mark.
        mark: what is raised.
        after: text behind it.
        linked: the mark leads to a note.
    """
    mark = mark.strip()
    if mark in _SIGN or (_ORDINAL.fullmatch(mark) and before[-1:].isdigit()):
        return mark
    if not linked and before[-1:].isalpha() and _SHORTENED.fullmatch(before[-LONGEST:] + mark):
        return mark
    apart = f" {mark}" if before[-1:].isalnum() else mark
    if after[:1] in {"/", "\u2044"} and mark.isdigit():
        return apart
    if not linked and _POWER.fullmatch(mark):
        power = mark.replace("\u2212", "-").replace("–", "-")
        if _TEN.search(before) or (_DIGIT.search(before) and _SUM.match(after)):
            return f"^{power}"
        if _UNIT.search(before) and not mark.isalpha():
            return _PLACE.get(power, f"^{power}")
    return apart if not linked and _WORD.search(mark) else ""


def settle_raised(text: str) -> str:
    """Write the raised figures of a text apart from the numbers before them."""
    return _RAISED.sub(_settle, text)


def _settle(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    mark = found[0].replace("⁺", "").replace("⁻", "-")
    digits = "".join(letter if letter == "-" else str(digit(letter)) for letter in mark)
    return write_raised(text[max(0, start - 24) : start], digits, text[end : end + 4])


def write_lowered(before: str, mark: str, after: str = "", *, linked: bool = False) -> str:
    """Write what stands lowered: part of a formula ("CO2"), apart from a number before it."""
    del after
    mark = mark.strip()
    if not mark or (linked and not before[-1:].isalpha()):
        return ""
    return f"_{mark}" if before[-1:].isdigit() and mark[:1].isdigit() else mark


def join_broken(head: str, tail: str, known: frozenset[str]) -> str:
    """Join a word broken at the end of a line; keep a hyphen that belongs to it.

    Args:
        head: the word before the line's end, without its hyphen.
        tail: the word after it.
        known: words of the same text, in lower case, as they stand inside of lines.
    """
    whole, apart = f"{head}{tail}", f"{head}-{tail}"
    if apart.lower() in known and whole.lower() not in known:
        return apart
    if whole.lower() in known:
        return whole
    if not (head.isalpha() and tail.isalpha()):
        return apart
    if head.lower() in _FIRST and len(tail) > 2 and _is_word(tail):
        return apart
    return whole if _is_word(whole) or not (_is_word(head) and _is_word(tail)) else apart


@lru_cache(maxsize=20_000)
def _is_word(word: str) -> bool:
    from simplemma import is_known  # noqa: PLC0415 - unpacks a dictionary

    return is_known(word.lower(), lang="en")

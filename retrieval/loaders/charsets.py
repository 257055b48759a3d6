"""Encodings: which one a text shows by its bytes or names, and its letters in one of several."""

import codecs
import re
from collections.abc import Iterable

_CHARSETS = re.compile(
    r"utf-8(-sig)?|utf-16.*|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|gb\w+|hz|big5\w*|shift_jis\w*"
    r"|euc_\w+|iso2022_\w+|mac-\w+|tis-620"
)
"""Codecs that write letters; the others are no charsets, and some take a day for a page."""
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252"}
"""Encodings that every browser reads as a wider one."""
_META = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_HEAD = 4_096
"""Bytes at the beginning of a page that name its encoding, if any do."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = {
    "utf-32-le": (False, None, True, True),
    "utf-32-be": (True, True, None, False),
    "utf-16-le": (False, True, False, True),
    "utf-16-be": (True, False, True, False),
}
"""Encodings of several bytes a letter: whether zero bytes are common at each place of four."""
_SAMPLE = 65_536
"""Bytes at the beginning of a text in which zero bytes are counted."""
_COMMON = 0.05
"""Share of zero bytes at a place: any script has spaces, line ends and figures."""
_RARE = 0.02
"""Share of zero bytes at the places that hold what tells letters apart."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b]")


def marked_charset(data: bytes) -> str:
    """The name of the encoding that the first bytes of a text mark, or its zero bytes show.

    Empty where they do not: text in UTF-8, in an encoding of one byte a letter, and what is none.
    """
    marked = (name for mark, name in _MARKS if data.startswith(mark))
    return next(marked, "") or _find_wide(data[:_SAMPLE])


def _find_wide(data: bytes) -> str:
    places = [data[at::4] for at in range(4)]
    shares = [place.count(0) / max(1, len(place)) for place in places]
    for name, common in _WIDE.items():
        known = [(s, c) for s, c in zip(shares, common, strict=True) if c is not None]
        fits = all(share >= _COMMON if zeros else share <= _RARE for share, zeros in known)
        if fits and _is_letters(data, name):
            return name
    return ""


def _is_letters(data: bytes, charset: str) -> bool:
    """Whether bytes, which may end within a letter, are text of an encoding."""
    try:
        text = codecs.getincrementaldecoder(charset)().decode(data)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _CONTROL.search(text)


def named_charset(page: bytes) -> str:
    """The name of the codec that a page's own head names; empty where it names none."""
    found = _META.search(page[:_HEAD])
    return _codec(found[1].decode("ascii", "replace")) if found else ""


def decode_letters(data: bytes, charsets: Iterable[str]) -> str | None:
    """The letters of a text in the first of several encodings that fits; None where none does."""
    for charset in charsets:
        codec = _codec(charset)
        if not _CHARSETS.fullmatch(codec):
            continue
        try:
            text = data.decode(_WIDER.get(codec, codec))
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    return None


def _codec(charset: str) -> str:
    try:
        return codecs.lookup(charset.strip()).name
    except LookupError:
        return ""

"""Bad inputs: valid ones changed in many ways, and others drawn from nothing.

Those that are changed are the same for the same number of the same run.
"""

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from hypothesis import strategies as st

LARGEST: Final = 200_000
"""Bytes of an input; one in `RARE` may have as many."""
USUAL: Final = 5_000
"""Bytes of the others, or of the longest seed."""
RARE: Final = 50
DEEP: Final = (3, 10, 40, 200, 900, 3_000)
NUMBERS: Final = (
    *("0", "-0", "-1", "1e999", "-1e-999", "NaN", "Infinity", "0x10", "1_000", "007", "4.5.6"),
    *("9" * 19, "9" * 400, "9" * 5_000, "1/0", "٣٤", "\uff11\uff12", "²", "½", "Ⅷ", "十"),
)
WORDS: Final = (
    *("", " ", "\t", "\r", "\r\n", "\x00", "\x1b[31m", "\x7f", "\x85", "\xa0", "\ufeff", "\ufffd"),
    *("\u200b", "\u202e", "\u2066", "\u2028", "\U000e0041", "\ufe0f", "\u0301", "\U0001f600"),
    *("ﬁ", "ß", "İ", "\u0131", "ǆ", "ẞ", "K", "\ud7ff", "\uffff", "\U0010ffff", "العربية", "日本"),
    *("[1]", "[1, 2]", "[1-9999999]", "[^1]", "[1][2]", "【1†source】", "[[1]](x)", "¹²", "(1)"),
    *("[a](b)", "![a](b)", "<sup>1</sup>", "https://", "http://[::1", "//x", "javascript:x"),
    *(
        "```",
        "---",
        "***",
        "# ",
        "> ",
        "- ",
        "1. ",
        "|",
        "\\",
        "&amp;",
        "&#x110000;",
        "&#0;",
        "<!--",
    ),
    *("]]>", "<![CDATA[", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "</", "/>", "<a b=c", "${x}", "%s"),
    *('"', "'", "“", "”", "{", "}", "[", "]", "null", "true", '{"a":', "!!python/object:os.system"),
    *("&a [*a]", "<<: *a", "? ", "a.b.c", "U.S.", "not", "%", "$6 million", "May 32, 2025"),
    *("0000-00-00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-02-30"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 1.5, 2**63, 10**30, -(10**400), 1e308, float("nan"), float("inf")),
    *("", " ", "x", "\x00", "\ud800", "9" * 5_000, [], {}, [[]], [None], {"": None}, {"id": {}}),
    *(["x"] * 50, {"text": ["x"]}, "2026-13-45", "https://[", "[1]", [[[[[[]]]]]]),
)
OPENING: Final = ("[", "{", "(", "<div>", "<p>", "[a](", "> ", '{"a":', "<![", "“", "**", "- " * 2)


TOKENS: Final = st.one_of(st.sampled_from((*WORDS, *NUMBERS)), st.text(max_size=20))
"""Pieces of text: hostile ones, and any."""


def text_of(*more: str) -> st.SearchStrategy[bytes]:
    """Texts made of hostile pieces, of any text, and of the pieces of a format."""
    pieces = st.one_of(st.sampled_from(more), TOKENS)
    return st.lists(pieces, max_size=40).map(lambda found: _coded(" ".join(found)))


def json_of(*keys: str) -> st.SearchStrategy[bytes]:
    """JSON in which the keys of a format turn up."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), TOKENS
    )
    names = st.one_of(st.sampled_from(keys), st.text(max_size=5))
    values = st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)
        ),
        max_leaves=20,
    )
    return values.map(lambda value: _coded(json.dumps(value, ensure_ascii=False)))


def _coded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def mutate(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One bad input made of some of the seeds."""
    data = chance.choice(seeds)
    if data.startswith(b"PK") and chance.random() < 0.7:
        return _in_archive(data, chance)
    if data.startswith(b"\x1f\x8b") and chance.random() < 0.7:
        return gzip.compress(_several(_unpacked(data), seeds, chance), 1)
    if chance.random() < 0.5:
        with suppress(ValueError, RecursionError):
            return _in_json(data, chance)
    return _several(data, seeds, chance)


def _several(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    most = max(USUAL, *map(len, seeds)) if chance.randrange(RARE) else LARGEST
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        data = chance.choice(CHANGES)(data, seeds, chance)[:most]
    return data


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data


def _in_archive(data: bytes, chance: random.Random) -> bytes:
    """One member of a ZIP file changed, gone or doubled."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            parts = {name: old.read(name) for name in old.namelist()}
            chosen = chance.choice(sorted(parts))
            if chance.random() < 0.1:
                del parts[chosen]
            else:
                parts[chosen] = _several(parts[chosen], list(parts.values()), chance)
            for name, part in parts.items():
                new.writestr(name, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError):
        return _several(data, [data], chance)
    return out.getvalue()


def _in_json(data: bytes, chance: random.Random) -> bytes:
    """One place of a JSON value, or of one line of several, replaced, doubled or gone."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines)) if len(lines) > 1 else 0
    several = len(lines) > 1 and lines[at].startswith(b"{")
    value = json.loads(lines[at] if several else data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        value = _replaced(value, chance)
    made = json.dumps(value, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.05:
        depth = chance.choice(DEEP)
        made = "[" * depth + made + "]" * depth
    coded = _coded(made)
    return b"\n".join([*lines[:at], coded, *lines[at + 1 :]]) if several else coded


def _replaced(value: Any, chance: random.Random) -> Any:  # noqa: ANN401  (any JSON value)
    """The value with something else in one place of it."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.15:
        if isinstance(value, str) and value and chance.random() < 0.7:
            return _several(value.encode("utf-8", "replace"), [b""], chance).decode(
                "utf-8", "replace"
            )
        return chance.choice(VALUES)
    places = sorted(value, key=str) if isinstance(value, dict) else range(len(value))
    place = chance.choice(list(places))
    made: Any = dict(value) if isinstance(value, dict) else list(value)
    way = chance.random()
    if way < 0.1:
        del made[place]
    elif way < 0.15 and isinstance(made, list):
        made += [made[place]] * chance.choice((1, 50))
    elif way < 0.15:
        made[chance.choice(WORDS)] = chance.choice(VALUES)
    elif way < 0.2:
        for _ in range(chance.choice(DEEP[:3])):
            made[place] = [made[place]] if chance.random() < 0.5 else {"a": made[place]}
    else:
        made[place] = _replaced(made[place], chance)
    return made


Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def _span(data: bytes, chance: random.Random, most: int = 1_000) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.randrange(1, most))


def _flip(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    if not data:
        return bytes([chance.randrange(256)])
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _truncate(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _repeat(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _span(data, chance, 60)
    return data[:end] + data[start:end] * chance.choice((1, 3, 100, 3_000)) + data[end:]


def _splice(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(seeds)
    start, end = _span(other, chance)
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[start:end] + data[at:]


def _insert(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    word = _coded(chance.choice((*WORDS, *NUMBERS)))
    at = chance.randrange(len(data) + 1)
    return data[:at] + word * chance.choice((1, 1, 1, 2, 300)) + data[at:]


def _nest(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(OPENING).encode() * chance.choice(DEEP) + data[at:]


def _renumber(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    places = [n for n, byte in enumerate(data[:20_000]) if 48 <= byte <= 57]
    if not places:
        return _insert(data, seeds, chance)
    at = chance.choice(places)
    return data[:at] + chance.choice(NUMBERS).encode() + data[at + 1 :]


def _shuffle(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    lines = data.split(chance.choice((b"\n", b" ", b">", b",")))[:5_000]
    chance.shuffle(lines)
    return chance.choice((b"\n", b" ", b"\r\n", b"")).join(lines)


def _recase(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    return chance.choice((data.upper, data.lower, data.swapcase))()


def _recode(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "utf-7")))


CHANGES: Final[tuple[Change, ...]] = (
    *(_flip, _flip, _cut, _cut, _truncate, _repeat, _splice, _splice, _insert, _insert, _insert),
    *(_nest, _renumber, _renumber, _shuffle, _recase, _recode),
)

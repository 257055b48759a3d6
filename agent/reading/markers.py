"""Which sentence a `[n]` belongs to: by grammar, not by where a splitter cuts."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple

from agent.render.wording import clean
from retrieval.sentences import sentences

_NUMBERS = r"\s*\^?[0-9]{1,6}(?:\s*[,;\u2013-]\s*\^?[0-9]{1,6})*\s*"
_MARK = rf"(?<!\\)(?:\[\[{_NUMBERS}\]\]|\[{_NUMBERS}\])(?:\((?:https?:|[#/])[^()\s]*\))?"
MARKER = re.compile(_MARK)
_GROUP = re.compile(rf"(?<!\s)\s*{_MARK}(?:\s*,?\s*{_MARK})*")
_BRACKETED = re.compile(rf"\[({_NUMBERS})\]")
_RANGE = re.compile(r"([0-9]+)\s*[\u2013-]\s*\^?([0-9]+)")
LONGEST_RANGE = 100
"""A wider range is a pair of years or a slip: its two ends are kept as given."""

_HELD = "\ue000"
"""Holds the place of a group while Markdown is taken off; a character of private use."""
_AFTER_HELD = re.compile(r"([.?!]?)([\"'\u201d\u2019)]*)(?=\s|$)")

_LINK = re.compile(r"!?(?<!\\)\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_MARKUP = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<entity>&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|\w{2,31});)"
    r"|<(?P<address>https?://[^<>\s]+)>|</?[A-Za-z][^<>]*>"
    r"|`+|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)"
)


class Cited(NamedTuple):
    """A sentence, the numbers it cites, and where in the file it stands."""

    text: str
    numbers: tuple[int, ...]
    start: int
    end: int


class _Text(NamedTuple):
    """Characters and where in the file each of them stands."""

    chars: str
    at: list[int]

    def edit(self, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> "_Text":
        chars: list[str] = []
        at: list[int] = []
        done = 0
        for match in pattern.finditer(self.chars):
            new = change(match)
            chars += [self.chars[done : match.start()], new]
            at += self.at[done : match.start()] + [self.at[match.start()]] * len(new)
            done = match.end()
        return _Text("".join(chars) + self.chars[done:], at + self.at[done:])


def cited(chars: str, at: list[int], *, markdown: bool) -> tuple[list[Cited], tuple[int, ...]]:
    """Split one paragraph into sentences with their numbers.

    A group before the stop (`claim [1] [2].`) or behind it (`claim. [1] Next`) belongs to the
    sentence it follows; at the start of the paragraph, to the first.

    Args:
        chars: the paragraph on one line.
        at: offset in the file of each character.
        markdown: whether to take off escapes, emphasis, links and tags.

    Returns:
        The sentences, and the numbers of a paragraph that holds nothing but markers.
    """
    chars = chars.replace(_HELD, "\ufffd")
    groups = [numbers(match[0]) for match in _GROUP.finditer(chars)]
    held = _Text(chars, at).edit(_GROUP, lambda _: _HELD)
    if markdown:
        held = held.edit(_LINK, lambda m: m[1]).edit(_MARKUP, _plain)
    text, places, ends = _release(held)
    spans = [
        (start + s, start + e)
        for start, end in zip([0, *ends], [*ends, len(text.chars)], strict=True)
        for s, e in sentences(text.chars[start:end])
        if any(c.isalnum() for c in clean(text.chars[start + s : start + e]))
    ]
    starts = [start for start, _ in spans]
    owned: list[tuple[int, ...]] = [()] * len(spans)
    for place, group in zip(places, groups, strict=True):
        if spans:
            owned[max(bisect_left(starts, place) - 1, 0)] += group
    found = [
        Cited(clean(text.chars[s:e]), own, text.at[s], text.at[e - 1] + 1)
        for (s, e), own in zip(spans, owned, strict=True)
    ]
    return found, () if spans else tuple(n for group in groups for n in group)


def numbers(group: str) -> tuple[int, ...]:
    """The numbers of a group of markers as given; `[1-3]` is 1, 2, 3 and `[3-1]` is 3, 1."""
    return tuple(_expanded(group))


def _expanded(group: str) -> Iterator[int]:
    for inner in _BRACKETED.findall(group):
        for part in re.split("[,;]", inner):
            ends = _RANGE.search(part)
            if ends and int(ends[1]) < int(ends[2]) <= int(ends[1]) + LONGEST_RANGE:
                yield from range(int(ends[1]), int(ends[2]) + 1)
            else:
                yield from map(int, re.findall("[0-9]+", part))


def _plain(match: re.Match[str]) -> str:
    if match["entity"]:
        return unescape(match["entity"])
    return match["escaped"] or match["address"] or ""


def _release(held: _Text) -> tuple[_Text, list[int], list[int]]:
    """Take the placeholders out.

    Returns:
        The text, the place of each group in it, and the places where a group and its stop end a
        sentence for certain, whatever the next word looks like (`... [1]. amNewYork said`).
    """
    chars: list[str] = []
    at: list[int] = []
    places: list[int] = []
    ends: list[int] = []
    i = 0
    while i < len(held.chars):
        character, offset = held.chars[i], held.at[i]
        i += 1
        if character != _HELD:
            chars.append(character)
            at.append(offset)
            continue
        places.append(len(chars))
        stop = _AFTER_HELD.match(held.chars, i)
        if stop and stop[1]:
            doubled = stop[1] == "." and chars[-1:] == ["."]  # "the U.S. [1]."
            chars += stop[0][doubled:]
            at += held.at[i : stop.end()][doubled:]
            i = stop.end()
            ends.append(len(chars))
        elif held.chars[i : i + 1].isalnum() and chars:
            chars.append(" ")
            at.append(offset)
    return _Text("".join(chars), at), places, ends

"""Citations in a paragraph: bracketed, raised and linked; and the sentences that they belong to."""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from html import unescape
from typing import Final, NamedTuple

from agent.render.wording import PLACE, TWO_READINGS, clean
from retrieval.sentences import split_sentences

_NUMBER = rf"\^?[0-9]{{1,6}}(?:{PLACE})?"
_NUMBERS = rf"\s*{_NUMBER}(?:\s*[,;\u2013-]\s*{_NUMBER})*\s*"
_URL = r"(?>https?://[^\s<>()\[\]]+(?:\([^\s()]*\)[^\s<>()\[\]]*)*)"
_LED = rf"(?:\((?:<https?:[^<>\s]*>|{_URL}|[#/][^()\s]*)\))?"
_LENTICULAR = "\u3010[0-9]{1,6}(?:\u2020[^\u3010\u3011]*)?\u3011"
_MARK = rf"(?<!\\)(?:\[\[{_NUMBERS}\]\]|\[{_NUMBERS}\]|{_LENTICULAR}){_LED}"
MARKER: Final = re.compile(_MARK)
_MARKS = rf"{_MARK}(?:\s*,?\s*{_MARK})*"
_GROUP = re.compile(rf"(?<!\s)(?: \({TWO_READINGS}\))?\s*(?:\((?:see\s+)?{_MARKS}\)|{_MARKS})")
_ONE = re.compile(
    rf"\[?\[({_NUMBERS})\]\]?|\u3010([0-9]{{1,6}})"
    rf"|(?<=[\]\u3011])\(<?(https?:[^<>\s]*?)>?\)(?=[\s,\[\u3010(]|$)"
)
_PLACED = re.compile(rf"(?<=[0-9]){PLACE}")
_RANGE = re.compile(r"([0-9]+)\s*[\u2013-]\s*\^?([0-9]+)")
LONGEST_RANGE: Final = 100
"""A wider range is a pair of years or a slip: its two ends are kept as given."""

RAISED: Final = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
"""The digits 0 to 9 as raised characters."""
_LOWERED = str.maketrans(f"{RAISED}\u207b", "0123456789-")
_LIST = r"[0-9]{1,3}(?:\s*[,\u2013-]\s*[0-9]{1,3})*"
_TAG = rf"<sup[^<>]*>\s*(?:<a\b[^<>]*>\s*)?(?P<tag>{_LIST})\s*(?:</a>\s*)?</sup>"
_RAISED = re.compile(
    r"(?P<before>(?:[^\W\d_]{3}|[.!?,;:\"'\u201d\u2019)%]|(?<!\d)[12][0-9]{3})\s?)"
    rf"(?:{_TAG}|\^(?P<caret>{_LIST})\^"
    rf"|(?P<small>[{RAISED}]{{1,3}}(?:[,\u207b\u2013-][{RAISED}]{{1,3}})*))"
)
"""A raised number behind a word, a stop or a year; behind anything else it is an exponent."""
_EXPONENT = re.compile(rf"(?P<power>(?<=[0-9]))?{_TAG}")
_UNIT = re.compile(r"\d\s?[^\W\d_]+$")
"""A unit behind its number: what is raised behind it may be a power of it."""

_LINKED = rf"(?<!!)(?<!\\)\[[^\[\]]*\]\((?:<https?:[^<>\s]*>|{_URL})(?:\s+\"[^\"]*\")?\)"
_TITLED = re.compile(rf"\[([^\[\]]*)\]\((?:<(https?:[^<>\s]*)>|({_URL}))|({_URL})")
_LEAD = r"(?:(?i:sources?|via|see|per)\s*:?\s+)?"
_SEVERAL = r"(?:\s*(?:[,;&]|and\b)?\s*{one})*+"


def _links(one: str) -> re.Pattern[str]:
    """Citations that are links: in brackets, behind the stop, in the words, or bare."""
    several = one + _SEVERAL.format(one=one)
    return re.compile(
        rf"!\[(?P<picture>[^\[\]]*)\]\([^()\s]*\)"
        rf"|(?<!\s)\s*\(\s*{_LEAD}{several}(?:,[^()\[\]]{{1,40}})?\s*\)"
        rf"|(?:(?<=[.!?\"'\u201d\u2019)])\s+|(?<!\s)\s+[\u2013\u2014-]+\s*){several}\s*$"
        rf"|(?P<words>{_LINKED})|(?<!\s)\s*(?:,\s*{_LEAD})?<?{_URL}>?"
    )


_BARE = rf"<?{_URL}>?"
_LINKS = {True: _links(rf"(?:{_LINKED}|{_BARE})"), False: _links(_BARE)}
"""Of Markdown, and of plain text."""
_LINK = re.compile(r"!?(?<!\\)\[([^\[\]]*)\]\((?:<[^<>\s]*>|[^()\s]*)(?:\s+\"[^\"]*\")?\)")

_HELD = "\ue000"
"""Holds the place of a group while Markdown is taken off; a character of private use."""
_AFTER_HELD = re.compile(r"([.?!]?)([\"'\u201d\u2019)]*)(?=\s|$)")
_NEXT = re.compile(r"\s+[\"'\u201c\u2018(]*[A-Z]")
_STOPPED = re.compile(r"[.!?][\"'\u201d\u2019)]*$")
_OF_NAMES = re.compile(
    r"(?:^|[\s(])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Gov|Sen|Rep|Gen|Col|Lt|Sgt|Capt|Rev|Hon|St|No|vs)\.$"
)
"""Short for what stands before a name: no sentence ends there."""
_TAIL = 12

_MARKUP = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<entity>&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|\w{2,31});)"
    r"|<(?P<address>https?://[^<>\s]+)>|</?[A-Za-z][^<>]*>"
    r"|`+|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)"
)


class Link(NamedTuple):
    """An address that cites: by itself, or behind a number."""

    url: str
    title: str = ""
    number: int | None = None


class Cited(NamedTuple):
    """A sentence, what it cites, and where in the file it stands."""

    text: str
    numbers: tuple[int, ...]
    start: int
    end: int
    links: tuple[Link, ...] = ()


class _Group(NamedTuple):
    numbers: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()


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


def cited(
    chars: str,
    at: list[int],
    *,
    markdown: bool,
    raised: Collection[int] = (),
    bracketed: bool = False,
) -> tuple[list[Cited], tuple[int, ...]]:
    """Split one paragraph into sentences with their citations.

    A group before the stop (`claim [1] [2].`) or behind it (`claim. [1] Next`) belongs to the
    sentence it follows; at the start of the paragraph, to the first. Links and addresses cite
    where the paragraph has no numbers.

    Args:
        chars: the paragraph on one line.
        at: offset in the file of each character.
        markdown: whether to take off escapes, emphasis, links and tags.
        raised: numbers that a raised figure may stand for.
        bracketed: whether the text cites by brackets too: a raised figure behind a unit is its
            power then, and one beside a bracket a note of somebody else.

    Returns:
        The sentences, and the numbers of a paragraph that holds nothing but markers.
    """
    whole = _Text(chars.replace(_HELD, "\ufffd"), at)
    if raised:
        whole = whole.edit(_RAISED, lambda m: _lower(m, raised, bracketed=bracketed))
    groups: list[_Group] = []

    def hold(match: re.Match[str]) -> str:
        if not numbered and match["picture"] is not None:
            return match["picture"]
        group, left = _read_group(match[0]) if numbered else _read_links(match)
        groups.append(group)
        return left

    numbered = MARKER.search(whole.chars) is not None
    held = whole.edit(_GROUP if numbered else _LINKS[markdown], hold)
    if markdown:
        held = held.edit(_LINK, _with_groups(lambda m: m[1]))
        held = held.edit(_EXPONENT, _keep_raised).edit(_MARKUP, _with_groups(_plain))
    return _assign(*_release(held), groups)


def _assign(
    text: _Text, places: list[int], ends: list[int], groups: list[_Group]
) -> tuple[list[Cited], tuple[int, ...]]:
    """Give each group to the sentence that it follows."""
    spans = [
        (start + s, start + e)
        for start, end in zip([0, *ends], [*ends, len(text.chars)], strict=True)
        for s, e in split_sentences(text.chars[start:end])
        if any(c.isalnum() for c in clean(text.chars[start + s : start + e]))
    ]
    starts = [start for start, _ in spans]
    owned = [_Group()] * len(spans)
    for place, group in zip(places, groups, strict=True):
        if spans:
            owner = max(bisect_left(starts, place) - 1, 0)
            own = owned[owner]
            owned[owner] = _Group(own.numbers + group.numbers, own.links + group.links)
    found = [
        Cited(clean(text.chars[s:e]), own.numbers, text.at[s], text.at[e - 1] + 1, own.links)
        for (s, e), own in zip(spans, owned, strict=True)
    ]
    return found, () if spans else tuple(n for group in groups for n in group.numbers)


def numbers(group: str) -> tuple[int, ...]:
    """The numbers of a group of markers as given; `[1-3]` is 1, 2, 3 and `[3-1]` is 3, 1."""
    return _read_group(group)[0].numbers


def lowered(raised: str) -> int:
    """The number that raised digits stand for."""
    return int(raised.translate(_LOWERED))


def _lower(match: re.Match[str], raised: Collection[int], *, bracketed: bool) -> str:
    """A raised number as a bracketed one, where it is one of the list."""
    before = match.string[max(0, match.start() - _TAIL) : match.end("before")]
    beside = MARKER.match(match.string, match.end() + match.string[match.end() :].startswith(" "))
    if bracketed and (beside or _UNIT.search(before)):
        return match[0]
    inner = match["tag"] or match["caret"] or match["small"].translate(_LOWERED)
    if set(_expand(inner)) <= set(raised):
        return f"{match['before']}[{inner}]"
    return match[0]


def _keep_raised(match: re.Match[str]) -> str:
    """A raised number that cites nothing: a power, or raised still, so that it joins no figure."""
    if match["power"] is not None:
        return f"^{match['tag']}"
    return match["tag"].translate(str.maketrans("0123456789", RAISED))


def _read_group(text: str) -> tuple[_Group, str]:
    found: list[int] = []
    links: list[Link] = []
    for one in _ONE.finditer(text):
        if one[3] and found:
            links.append(Link(one[3], number=found[-1]))
        elif one[1] or one[2]:
            found += _expand(one[1] or one[2])
    return _Group(tuple(found), tuple(links)), _HELD


def _expand(inner: str) -> Iterator[int]:
    for part in re.split("[,;]", _PLACED.sub("", inner)):
        ends = _RANGE.search(part)
        if ends and int(ends[1]) < int(ends[2]) <= int(ends[1]) + LONGEST_RANGE:
            yield from range(int(ends[1]), int(ends[2]) + 1)
        else:
            yield from map(int, re.findall("[0-9]+", part))


def _read_links(match: re.Match[str]) -> tuple[_Group, str]:
    """The addresses of a citation by links, and what stays of it: words in the sentence do."""
    found = list(_TITLED.finditer(match[0]))
    links = tuple(Link(_address(m[2] or m[3] or m[4]), m[1] or "") for m in found)
    if match["words"]:
        return _Group(links=links), found[0][1] + _HELD
    return _Group(links=links), _HELD + match[0][len(_address(match[0])) :]


def _address(text: str) -> str:
    """Without the sentence's punctuation behind it."""
    return text.rstrip(".,;:!?\"'\u201d\u2019")


def _with_groups(new: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    """What stands for a match, and behind it the citations that stood in what goes."""

    def edited(match: re.Match[str]) -> str:
        text = new(match)
        return text + _HELD * (match[0].count(_HELD) - text.count(_HELD))

    return edited


def _plain(match: re.Match[str]) -> str:
    if match["entity"]:
        return unescape(match["entity"])
    return match["escaped"] or match["address"] or ""


def _closes(words: str) -> bool:
    """Whether a sentence may end with these words."""
    return _STOPPED.search(words) is not None and not _OF_NAMES.search(words)


def _release(held: _Text) -> tuple[_Text, list[int], list[int]]:
    """Take the placeholders out.

    Returns:
        The text, the place of each group in it, and the places where a group ends a sentence for
        certain: by its stop, whatever the next word looks like (`... [1]. amNewYork said`), or
        behind a stop, before a capital (`in the U.S. [1] Ann said`).
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
        before = "".join(chars[-_TAIL:])
        if stop and stop[1]:
            doubled = stop[1] == "." and before.endswith(".")  # "the U.S. [1]."
            chars += stop[0][doubled:]
            at += held.at[i : stop.end()][doubled:]
            i = stop.end()
            ends.append(len(chars))
        elif held.chars[i : i + 1].isalnum() and chars:
            chars.append(" ")
            at.append(offset)
        elif (
            _NEXT.match(held.chars, i) and _STOPPED.search(before) and not _OF_NAMES.search(before)
        ):
            ends.append(len(chars))
    return _Text("".join(chars), at), places, ends

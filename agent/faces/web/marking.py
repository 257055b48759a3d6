"""Text with marks: the cited stretches of a source, the words that an edit changed."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from agent.review.types import LineChange


class Word(NamedTuple):
    kind: Literal["same", "gone", "new"]
    text: str


class Stretch(NamedTuple):
    """A piece of a source's text; `first` is what the page scrolls to."""

    text: str
    marked: bool
    first: bool


def stretches(text: str, spans: Iterable[tuple[int, int]], around: int | None) -> list[Stretch]:
    """A source's text cut at marked spans; `around`: characters kept before and after them.

    Spans may overlap and come in any order; what lies outside the text is left out.
    """
    kept = sorted({(max(s, 0), min(e, len(text))) for s, e in spans if s < e and s < len(text)})
    merged: list[tuple[int, int]] = []
    for start, end in kept:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    first, last = window(merged, len(text), around)
    pieces, at = [], first
    for n, (start, end) in enumerate(merged):
        pieces += [Stretch(text[at:start], False, False), Stretch(text[start:end], True, n == 0)]
        at = end
    pieces.append(Stretch(text[at:last], False, False))
    return [piece for piece in pieces if piece.text]


def window(spans: Sequence[tuple[int, int]], length: int, around: int | None) -> tuple[int, int]:
    """The part of a text that is shown: all of it, or so many characters around its spans."""
    if around is None:
        return 0, length
    if not spans:
        return 0, min(length, 2 * around)
    return max(0, spans[0][0] - around), min(length, spans[-1][1] + around)


def words_changed(change: LineChange) -> list[Word]:
    """The words of a changed sentence: the same, gone, new."""
    before, after = change.before.split(), change.after.split()
    words: list[Word] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            words.append(Word("same", " ".join(before[a:b])))
            continue
        words += [Word("gone", " ".join(before[a:b]))] if b > a else []
        words += [Word("new", " ".join(after[c:d]))] if d > c else []
    return words

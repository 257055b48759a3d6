"""Stretches of evidence that the judge reads beside a sentence: whole sentences, short enough."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.checks.normalise import content
from retrieval.sentences import sentences

ROOM = 190
"""Tokens of a window, so that a sentence of some sixty still fits beside it into 256."""
_TOKENS_A_WORD = 1.35
"""Of the BERT vocabulary in English news, with names and figures."""
_NEAREST = 4
"""Windows of long evidence that are read, by content words in common."""
_STITCHED = 8
"""Sentences at most, from wherever, that are read together."""


def windows(said: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Cut evidence into what fits beside a sentence; short evidence is read in one piece.

    Of longer evidence the nearest windows are read, each of whole sentences of one text, then the
    nearest sentence and two in a row, as a draft cites them, and last one that joins the nearest
    sentences of all texts: a sentence may rest on two sources.

    Args:
        said: the sentence.
        texts: the cited texts, in citation order.

    Returns:
        One to seven windows, the one that joins the nearest sentences last; none without text.
    """
    lines = [_lines(text) for text in texts]
    every = [line for text in lines for line in text]
    if not every:
        return ()
    if sum(map(_tokens, every)) <= ROOM:
        return (" ".join(every),)
    wanted = set(content(said))
    cut = dict.fromkeys(window for text in lines for window in _cut(text))
    nearest = sorted(cut, key=lambda window: -len(wanted & set(content(window))))[:_NEAREST]
    joined = _stitched(wanted, every)
    single = max(every, key=lambda line: len(wanted & set(content(line))))
    found = [*(window for window in nearest if window != joined), single, _two(wanted, lines)]
    return (*dict.fromkeys(window for window in found if window != joined), joined)


def _two(wanted: set[str], texts: Sequence[Sequence[str]]) -> str:
    """The two sentences in a row with most of the wanted words; one where each text is one."""
    runs = [" ".join(two) for text in texts for two in pairwise(text)]
    runs = runs or [line for text in texts for line in text]
    return max(runs, key=lambda run: len(wanted & set(content(run))))


def _lines(text: str) -> list[str]:
    return [line for start, end in sentences(text) if (line := text[start:end].strip())]


def _tokens(line: str) -> int:
    return int(len(line.split()) * _TOKENS_A_WORD) + 1


def _cut(lines: Sequence[str]) -> Iterator[str]:
    """Windows of one text that begin at each of its sentences, up to the one that ends it."""
    for first in range(len(lines)):
        window = list(_fitting(lines[first:]))
        yield " ".join(window)
        if first + len(window) == len(lines):
            return


def _fitting(lines: Sequence[str]) -> Iterator[str]:
    room = ROOM
    for line in lines:
        room -= _tokens(line)
        if room < 0 and line is not lines[0]:
            return
        yield line


def _stitched(wanted: set[str], lines: Sequence[str]) -> str:
    """The lines with most of the wanted words, rare ones counting more, in their order."""
    shared = [wanted & set(content(line)) for line in lines]
    often = Counter(word for words in shared for word in words)
    weights = [sum(1 / often[word] for word in words) for words in shared]
    room, chosen = ROOM, list[int]()
    for at in sorted(range(len(lines)), key=lambda at: -weights[at]):
        if len(chosen) < _STITCHED and (not chosen or _tokens(lines[at]) <= room):
            chosen.append(at)
            room -= _tokens(lines[at])
    return " ".join(lines[at] for at in sorted(chosen))

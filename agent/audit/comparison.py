"""What changed between two cited texts: sentences kept, changed, added, removed, moved."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from agent.audit.cited_text import CitedSentence, CitedSource, CitedText, comparable
from agent.types import Value, VerdictLabel

ALIKE: Final = 0.5
"""Share of words in common from which one sentence is another one changed."""
_SAME: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-"),
        "\u2026": "...",
        "\u00a0": " ",
    }
)
"""What a word processor changes by itself."""
_END = re.compile(r"[.\"'\s]+$")


class Change(StrEnum):
    """What became of a sentence."""

    KEPT = "kept"
    CHANGED = "changed"
    """Its words, or the sources that it cites."""
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    """The same words of the same sources at another place."""


class ComparedSentence(Value):
    """One sentence before and now."""

    change: Change
    before: CitedSentence | None = None
    now: CitedSentence | None = None
    place: int | None = None
    """Position of `now` among the sentences of the new text, from 0; None where it is removed."""
    was: int | None = None
    """Position of `before` among the sentences of the old text, from 0; None where it is added."""


class ComparedLine(Value):
    """A title, verdict or heading that is another one; empty where there was or is none."""

    what: str
    before: str = ""
    now: str = ""


class Comparison(Value):
    """Every sentence of both texts, in the order of the new one; removed ones where they stood."""

    sentences: tuple[ComparedSentence, ...]
    lines: tuple[ComparedLine, ...] = ()
    draft: str = ""
    """Id of the draft that was compared with, where it is known."""

    def of(self, *changes: Change) -> tuple[ComparedSentence, ...]:
        return tuple(s for s in self.sentences if s.change in changes)

    @property
    def untouched(self) -> bool:
        return not self.lines and all(s.change is Change.KEPT for s in self.sentences)


def compare_texts(old: CitedText, new: CitedText) -> Comparison:
    """Compare sentence by sentence.

    Typographic quotes, dashes and spaces make no difference, nor do numbers: a citation is the same
    where it leads to the same source.
    """
    pairs = _same_words(old.sentences, new.sentences)
    stay = _in_order(pairs, (old, new))
    pairs |= _alike(
        [i for i in range(len(old.sentences)) if i not in pairs.values()],
        [i for i in range(len(new.sentences)) if i not in pairs],
        (old, new),
    )
    compared = [
        _compared(n, pairs.get(n), (old, new), moved=n in pairs and n not in stay)
        for n in range(len(new.sentences))
    ]
    gone = [i for i in range(len(old.sentences)) if i not in pairs.values()]
    for i in reversed(gone):
        at = next((n for n in sorted(pairs) if pairs[n] > i and n in stay), len(new.sentences))
        removed = ComparedSentence(change=Change.REMOVED, before=old.sentences[i], was=i)
        compared.insert(_index(compared, at), removed)
    return Comparison(
        sentences=tuple(compared), lines=tuple(_lines(old, new)), draft=old.draft or new.draft
    )


def with_known_spans(new: CitedText, comparison: Comparison) -> CitedText:
    """The new text, in which a sentence that did not change has the kind and spans of the draft."""
    same = {
        c.place: c.before
        for c in comparison.of(Change.KEPT, Change.MOVED)
        if c.before and c.before.citations
    }
    sentences = tuple(
        CitedSentence(**{**dict(s), "kind": known.kind, "citations": known.citations})
        if (known := same.get(n))
        else s
        for n, s in enumerate(new.sentences)
    )
    return CitedText(**{**dict(new), "sentences": sentences})


def bare_words(text: str) -> str:
    """The words of a sentence without what a word processor, or printing, changes by itself."""
    return _END.sub("", " ".join(text.translate(_SAME).split()))


def _key(sentence: CitedSentence) -> str:
    return bare_words(sentence.text)


def _same_words(old: Sequence[CitedSentence], new: Sequence[CitedSentence]) -> dict[int, int]:
    """New position -> old position of the same words; first those under the same heading."""
    pairs: dict[int, int] = {}
    for under in (True, False):
        free: dict[tuple[str, str], list[int]] = {}
        for i, sentence in enumerate(old):
            if i not in pairs.values():
                free.setdefault((sentence.section * under, _key(sentence)), []).append(i)
        for n, sentence in enumerate(new):
            known = free.get((sentence.section * under, _key(sentence)))
            if n not in pairs and known:
                pairs[n] = known.pop(0)
    return pairs


def _in_order(pairs: dict[int, int], texts: tuple[CitedText, CitedText]) -> set[int]:
    """New positions of the longest run whose order is the old one; the others moved.

    Of runs that are equally long, the one with most sentences under their old headings.
    """
    old, new = texts
    best: dict[int, tuple[int, int]] = {}
    back: dict[int, int | None] = {}
    for n in sorted(pairs):
        under = old.sentences[pairs[n]].section == new.sentences[n].section
        before = max((k for k in best if pairs[k] < pairs[n]), key=best.__getitem__, default=None)
        length, headed = (0, 0) if before is None else best[before]
        best[n], back[n] = (length + 1, headed + under), before
    stay: set[int] = set()
    last = max(best, key=best.__getitem__, default=None)
    while last is not None:
        stay.add(last)
        last = back[last]
    return stay


def _alike(
    old: Sequence[int], new: Sequence[int], texts: tuple[CitedText, CitedText]
) -> dict[int, int]:
    """New position -> old position of words that are alike, the most alike first."""
    rated = sorted(
        (
            (-_likeness(texts[0].sentences[i], texts[1].sentences[n]), abs(i - n), n, i)
            for n in new
            for i in old
        ),
    )
    pairs: dict[int, int] = {}
    for rate, _, n, i in rated:
        if -rate >= ALIKE and n not in pairs and i not in pairs.values():
            pairs[n] = i
    return pairs


def _likeness(one: CitedSentence, other: CitedSentence) -> float:
    matcher = SequenceMatcher(None, _key(one).split(), _key(other).split(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def _compared(
    n: int, i: int | None, texts: tuple[CitedText, CitedText], *, moved: bool
) -> ComparedSentence:
    old, new = texts
    now = new.sentences[n]
    if i is None:
        return ComparedSentence(change=Change.ADDED, now=now, place=n)
    before = old.sentences[i]
    same = _key(before) == _key(now) and _cite_the_same(before, now, texts)
    unchanged = Change.MOVED if moved else Change.KEPT
    change = unchanged if same else Change.CHANGED
    return ComparedSentence(change=change, before=before, now=now, place=n, was=i)


def _cite_the_same(
    before: CitedSentence, now: CitedSentence, texts: tuple[CitedText, CitedText]
) -> bool:
    cited = [[t.source(n) for n in s.numbers] for t, s in zip(texts, (before, now), strict=True)]
    return all(
        any(_is_same(source, other) for other in others)
        for sources, others in (cited, reversed(cited))
        for source in sources
    )


def _is_same(one: CitedSource | None, other: CitedSource | None) -> bool:
    if one is None or other is None:
        return False
    if one.url and other.url:
        return comparable(one.url) == comparable(other.url)
    titles = (one.title.casefold().strip(), other.title.casefold().strip())
    return bool(titles[0]) and (titles[0].startswith(titles[1]) or titles[1].startswith(titles[0]))


def _index(compared: Sequence[ComparedSentence], place: int) -> int:
    """Where in the list the sentence at a place of the new text stands."""
    found = (k for k, c in enumerate(compared) if c.place == place)
    return next(found, len(compared))


def _lines(old: CitedText, new: CitedText) -> Iterable[ComparedLine]:
    if _plain(old.title) != _plain(new.title):
        yield ComparedLine(what="title", before=old.title, now=new.title)
    verdicts = [
        v if v in set(VerdictLabel) else "" for v in map(_plain, (old.verdict, new.verdict))
    ]
    if verdicts[0] != verdicts[1]:
        yield ComparedLine(what="verdict", before=verdicts[0], now=verdicts[1])
    were, are = ([h.text for h in text.headings] for text in (old, new))
    matcher = SequenceMatcher(None, [*map(_plain, were)], [*map(_plain, are)], autojunk=False)
    for how, a, b, c, d in matcher.get_opcodes():
        if how != "equal":
            for k in range(max(b - a, d - c)):
                yield ComparedLine(
                    what="heading",
                    before=were[a + k] if a + k < b else "",
                    now=are[c + k] if c + k < d else "",
                )


def _plain(line: str) -> str:
    return _END.sub("", " ".join(line.translate(_SAME).split())).casefold()

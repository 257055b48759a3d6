"""What the verifier learns from: rows, windows of evidence, and near misses of true sentences."""

import gzip
import heapq
import json
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from agent.audit.corruptions import Edit, edits

SUPPORTED, CONTRADICTED, NEITHER = range(3)
LABELS = {
    "supported": SUPPORTED,
    "contradicted": CONTRADICTED,
    "unsupported": NEITHER,
    "partial": NEITHER,
}
WINDOW = 115
"""Words of evidence, about 160 tokens."""

Row = dict[str, Any]
_WORD = re.compile(r"[a-z0-9]+")
_RARE = 1500
"""Words in more passages than this do not lead from a claim to a passage."""
FRAMES = (
    *("{}",) * 14,
    *("According to the report, {}", "According to the article, {}", "The report says that {}"),
    *("The article says that {}", "As the report puts it, {}", "The source states that {}"),
)
_ASIDE = re.compile(r"(?<=\w), (?:a|an|the|who|which|where|also)\b[^,;()]{8,90}, (?=[a-z])")
_BRACKET = re.compile(r" \([^()]{3,90}\)")
_SECOND_HALF = re.compile(
    r"(?:; |, (?:and|but|while|which|where|who|with|including|after) ).{15,}$"
)
_COMMON = frozenset({"name", "roles", "negation", "opposite", "detail", "number", "date"})
"""Kinds of edit that most sentences allow."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row to train on.

    Attributes:
        evidence: window of text.
        claim: sentence.
        label: `SUPPORTED`, `CONTRADICTED` or `NEITHER`.
        kind: where it comes from, such as "vitaminc" or "copies/number".
        original: what `claim` is an edit of: the words that differ are those at fault.
    """

    evidence: str
    claim: str
    label: int
    kind: str
    original: str | None = None


Group = tuple[Example, ...]


def read_rows(path: Path) -> list[Row]:
    """Rows of gzipped JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def find_words(text: str) -> list[str]:
    """Lower-case words and figures, in order."""
    return _WORD.findall(text.casefold())


class Neighbours:
    """Passages that look as if they could bear on a claim, by the rare words in common."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._passages = list(dict.fromkeys(passages))
        self._postings: dict[str, list[int]] = defaultdict(list)
        for at, passage in enumerate(self._passages):
            for word in dict.fromkeys(find_words(passage)):
                self._postings[word].append(at)

    def near(self, claim: str, count: int, *, overlap: float = 0.7) -> list[str]:
        """Give up to `count` passages, nearest first.

        Passages with more than `overlap` of the claim's words weighted by rarity are left out:
        they may carry it.
        """
        weights = {
            w: self._rarity(w) for w in dict.fromkeys(find_words(claim)) if w in self._postings
        }
        total = sum(weights.values()) or 1.0
        scores: defaultdict[int, float] = defaultdict(float)
        for word, weight in weights.items():
            if len(self._postings[word]) <= _RARE:
                for at in self._postings[word]:
                    scores[at] += weight
        best = heapq.nlargest(count * 4, scores.items(), key=itemgetter(1))
        close = [at for at, score in best if score / total <= overlap]
        return [self._passages[at] for at in close[:count]]

    def _rarity(self, word: str) -> float:
        return math.log(1 + len(self._passages) / len(self._postings[word]))


def pad_window(
    needed: Sequence[str], others: Sequence[str], longest: int, chance: random.Random
) -> str:
    """Mix needed passages with others, of at most `longest` words; order and place by chance."""
    pieces = list(needed)
    length = sum(len(piece.split()) for piece in pieces)
    for other in others:
        length += len(other.split())
        if length > longest:
            break
        if other not in pieces:
            pieces.append(other)
    chance.shuffle(pieces)
    return " ".join(pieces)


def are_alike(left: str, right: str) -> bool:
    """Whether two passages share more than half the words of the shorter."""
    one, other = set(find_words(left)), set(find_words(right))
    return len(one & other) > 0.5 * min(len(one), len(other))


def shorten_sentence(sentence: str, chance: random.Random) -> str:
    """Leave out a bracket, an aside or a second half, as an extractive draft would."""
    shorter = sentence
    for rule, new in ((_BRACKET, ""), (_ASIDE, " "), (_SECOND_HALF, ".")):
        cut = rule.sub(new, shorter, count=1)
        if cut != shorter and chance.random() < 0.5 and len(cut.split()) > 5:
            shorter = cut
    return shorter


def frame_sentence(sentence: str, frame: str) -> str:
    """Put a sentence behind a frame such as "The report says that {}"."""
    first, _, rest = sentence.partition(" ")
    if frame != "{}" and first in {"The", "A", "An", "In", "It", "He", "She", "They", "This"}:
        first = first.lower()
    return frame.format(f"{first} {rest}")


def edit_claims(rows: Sequence[Row], chance: random.Random) -> Iterator[Group]:
    """A supported claim, and a near miss of it, on the same evidence."""
    for row in rows:
        evidence = " ".join(row["evidence"])
        made = [e for e in edits(row["claim"], evidence, chance) if e.kind != "detail"]
        if made:
            edit = _choose_edits(made, chance)[0]
            right = Example(evidence, row["claim"], SUPPORTED, "cited", row["claim"])
            yield right, _near_miss(evidence, edit, edit.text, row["claim"], "edited")


def make_copies(
    rows: Sequence[Row], pages: Sequence[Row], near: Neighbours, chance: random.Random
) -> Iterator[Group]:
    """A sentence of the window, word for word or shortened, and near misses of it.

    Where the edit works both ways it is put into the window too, so that what is right in one
    window is wrong in the other and the claim alone tells nothing.
    """
    whole = [p for row in rows for p in row["evidence"]]
    news = [s for page in pages for s in _split_page(page)] * 2
    sentences = [p for p in dict.fromkeys(whole + news) if 8 <= len(p.split()) <= 45]
    for sentence in chance.sample(sentences, len(sentences)):
        if not sentence.endswith(".") or ". " in sentence:
            continue
        others = near.near(sentence, chance.choice((0, 1, 2, 4)) + 1, overlap=0.5)
        claim = shorten_sentence(sentence, chance)
        made = list(edits(claim, " ".join(others), chance))
        ordinary = _COMMON.issuperset(edit.kind for edit in made)
        if not made or not others or (ordinary and chance.random() < 0.6):
            continue
        pads = others if chance.random() < 0.6 else []
        yield _make_contrast(sentence, claim, _choose_edits(made, chance), pads, chance)


def _choose_edits(made: Sequence[Edit], chance: random.Random) -> list[Edit]:
    """Take two edits, the rarer kinds first."""
    mixed = chance.sample(made, len(made))
    return sorted(mixed, key=lambda edit: edit.kind in _COMMON)[:2]


def _make_contrast(
    sentence: str,
    claim: str,
    made: Sequence[Edit],
    pads: Sequence[str],
    chance: random.Random,
) -> Group:
    frame = chance.choice(FRAMES)
    window = pad_window((sentence,), pads, WINDOW, chance)
    said = frame_sentence(claim, frame)
    group = [Example(window, said, SUPPORTED, "copies", said)]
    group += [_near_miss(window, e, frame_sentence(e.text, frame), said, "copies") for e in made]
    edit = made[0]
    if edit.mirror or edit.kind == "detail":
        other = pad_window((edit.text,), pads, WINDOW, chance)
        wrong = frame_sentence(edit.text, frame)
        group.append(Example(other, wrong, SUPPORTED, "copies", wrong))
        if edit.mirror:
            group.append(_near_miss(other, edit, said, wrong, "copies"))
        else:
            group.append(Example(other, said, SUPPORTED, "copies", said))
    return tuple(group)


def _near_miss(window: str, edit: Edit, claim: str, original: str, source: str) -> Example:
    label = CONTRADICTED if edit.contradicts else NEITHER
    return Example(window, claim, label, f"{source}/{edit.kind}", original)


def _split_page(row: Row) -> list[str]:
    text = " ".join(" ".join(row["evidence"]).split())
    return [s for s in text.replace(". ", ".\n").split("\n") if "#" not in s and "|" not in s]

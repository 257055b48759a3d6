"""Evidence windows for training: near-by passages, padding, sentences said a little differently."""

import heapq
import math
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter

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


def words(text: str) -> list[str]:
    """Lower-case words and figures, in order."""
    return _WORD.findall(text.casefold())


class Neighbours:
    """Passages that look as if they could bear on a claim, by the rare words in common."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._passages = list(dict.fromkeys(passages))
        self._postings: dict[str, list[int]] = defaultdict(list)
        for at, passage in enumerate(self._passages):
            for word in dict.fromkeys(words(passage)):
                self._postings[word].append(at)

    def near(self, claim: str, count: int, *, overlap: float = 0.7) -> list[str]:
        """Give up to `count` passages, nearest first.

        Passages with more than `overlap` of the claim's words weighted by rarity are left out:
        they may carry it.
        """
        weights = {w: self._rarity(w) for w in dict.fromkeys(words(claim)) if w in self._postings}
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


def padded(
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


def alike(left: str, right: str) -> bool:
    """Whether two passages share more than half the words of the shorter."""
    one, other = set(words(left)), set(words(right))
    return len(one & other) > 0.5 * min(len(one), len(other))


def shortened(sentence: str, chance: random.Random) -> str:
    """Leave out a bracket, an aside or a second half, as an extractive draft would."""
    shorter = sentence
    for rule, new in ((_BRACKET, ""), (_ASIDE, " "), (_SECOND_HALF, ".")):
        cut = rule.sub(new, shorter, count=1)
        if cut != shorter and chance.random() < 0.5 and len(cut.split()) > 5:
            shorter = cut
    return shorter


def framed(sentence: str, frame: str) -> str:
    """Put a sentence behind a frame such as "The report says that {}"."""
    first, _, rest = sentence.partition(" ")
    if frame != "{}" and first in {"The", "A", "An", "In", "It", "He", "She", "They", "This"}:
        first = first.lower()
    return frame.format(f"{first} {rest}")

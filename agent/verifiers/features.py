"""What the support model sees of a claim and its evidence: coverage, closeness, findings."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from agent.checks import DOUBTS, HARD_NAMES
from agent.checks.amounts import share_given
from agent.checks.naming import share_named
from agent.checks.normalise import content, stems, words
from agent.checks.reading import Reading
from agent.ports import Probabilities
from agent.types import Check, Outcome
from retrieval.ports import Vectors

Rarity = Callable[[str], float]
"""Stem to inverse document frequency, in nats."""

FEATURES = (
    "coverage",
    "window",
    "sentence",
    "stitched",
    "bigrams",
    "run",
    "missing_run",
    "cosine",
    "entailed",
    "entailed_near",
    "contradicted",
    "names",
    "figures",
    "claim_length",
    "evidence_length",
    "hard_violations",
    "soft_violations",
    "unknowns",
)
"""In the order of the model's weights."""
LOWER_ONLY = frozenset({"contradicted", "hard_violations", "soft_violations", "unknowns"})
"""Features whose weight may not be positive: a finding can only lower support."""
_SUREST = 6.0
"""Log odds beyond which the cross-encoder's certainty says no more."""

_SPAN = 3
"""Sentences in a window."""
_EMBEDDED = 2
"""Single windows that are embedded for one claim: the best by coverage."""
_LONGEST_PIECE = 60
"""Words after which a sentence without an end, such as a menu, is cut."""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    extract: int
    stems: tuple[str, ...]
    covers: int
    """Bit set over the claim's content stems."""


class Comparison:
    """One claim beside its evidence.

    Args:
        claim: the sentence or clause.
        said: the same without an attribution to the publisher of the evidence.
        reading: its evidence.
        rarity: inverse document frequency of a stem.
    """

    def __init__(self, claim: str, said: str, reading: Reading, rarity: Rarity) -> None:
        self.claim = claim
        self.said = said
        self.reading = reading
        self._stems = tuple(dict.fromkeys(content(said)))
        self._weights = [rarity(stem) for stem in self._stems]
        self._total = sum(self._weights)

    @cached_property
    def windows(self) -> tuple[str, ...]:
        """The stretches of evidence nearest to the claim by coverage, and the stitched one.

        The stitched one joins the sentences that together cover most, from whichever extract: a
        claim may rest on two sources, or on two places, of which neither carries it alone.
        """
        scored = [(self._share(self._union(run)), -at, run) for at, run in enumerate(self._runs())]
        chosen: list[Sequence[_Piece]] = []
        for _, _, run in sorted(scored, key=lambda s: s[:2], reverse=True):
            if not any(set(map(id, run)) & set(map(id, other)) for other in chosen):
                chosen.append(run)
            if len(chosen) == _EMBEDDED:
                break
        chosen.append(self._stitched)
        return tuple(dict.fromkeys(" ".join(piece.text for piece in run) for run in chosen))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the cross-encoder reads: each window with what is said."""
        return [(window, self.said) for window in self.windows]

    def features(
        self,
        claim_vector: Vectors,
        windows: Vectors,
        entailment: Probabilities,
        checks: Sequence[Check],
    ) -> dict[str, float]:
        """Measure everything that `FEATURES` names.

        Args:
            claim_vector: shape (dimension,).
            windows: shape (n, dimension), the vectors of `windows`.
            entailment: shape (n, 3), what the cross-encoder says of `pairs`.
            checks: what the exact checkers found.
        """
        best = max((self._union(run) for run in self._runs()), key=self._share, default=0)
        entailed = _log_odds(max(entailment[:, 0], default=0.0))
        coverage = self._share(self._union(self._pieces))
        unsure = [c for c in checks if c.outcome is Outcome.UNKNOWN and c.name not in DOUBTS]
        violated = [c.name in HARD_NAMES for c in checks if c.outcome is Outcome.VIOLATED]
        return {
            "coverage": coverage,
            "window": self._share(best),
            "sentence": max((self._share(p.covers) for p in self._pieces), default=0.0),
            "stitched": self._share(self._union(self._stitched)),
            "bigrams": self._bigrams(),
            "run": self._longest_run(),
            "missing_run": self._missing_run(best),
            "cosine": float(max(windows @ claim_vector, default=0.0)),
            "entailed": entailed,
            "entailed_near": entailed * coverage,
            "contradicted": _log_odds(max(entailment[:, 1], default=0.0)),
            "names": share_named(self.claim, self.reading),
            "figures": share_given(self.claim, self.reading),
            "claim_length": math.log1p(len(self._stems)),
            "evidence_length": math.log1p(sum(len(p.stems) for p in self._pieces)),
            "hard_violations": float(sum(violated)),
            "soft_violations": float(len(violated) - sum(violated)),
            "unknowns": float(len(unsure)),
        }

    def contribution(self) -> tuple[float, ...]:
        """Give, per extract, the share of the claim that it covers by itself, in [0, 1]."""
        pieces = self._pieces
        return tuple(
            self._share(self._union([p for p in pieces if p.extract == n]))
            for n in range(len(self.reading.extracts))
        )

    @cached_property
    def _pieces(self) -> tuple[_Piece, ...]:
        bit = {stem: 1 << n for n, stem in enumerate(self._stems)}
        return tuple(
            _Piece(text, line.extract, part, sum(bit[s] for s in set(part) & bit.keys()))
            for line in self.reading.lines
            for text, part in _cut(line.text, line.stems)
        )

    def _runs(self) -> Iterator[Sequence[_Piece]]:
        pieces = self._pieces
        for at in range(len(pieces)):
            run = pieces[at : at + _SPAN]
            inside = [p for p in run if p.extract == run[0].extract]
            if len(inside) == _SPAN or at == 0 or pieces[at - 1].extract != run[0].extract:
                yield inside

    @staticmethod
    def _union(pieces: Sequence[_Piece]) -> int:
        covers = 0
        for piece in pieces:
            covers |= piece.covers
        return covers

    def _share(self, covers: int) -> float:
        if not self._total:
            return 0.0
        return sum(w for n, w in enumerate(self._weights) if covers >> n & 1) / self._total

    @cached_property
    def _stitched(self) -> list[_Piece]:
        chosen: list[_Piece] = []
        for _ in range(min(_SPAN, len(self._pieces))):
            covered = self._union(chosen)
            chosen.append(max(self._pieces, key=lambda p: self._share(covered | p.covers)))
        return chosen

    def _bigrams(self) -> float:
        said = _pairs(stems(self.said))
        given = {pair for p in self._pieces for pair in _pairs(p.stems)}
        return len(said & given) / len(said) if said else 0.0

    def _longest_run(self) -> float:
        """Longest run of words of the claim that stands in one sentence, as a share of it."""
        said = stems(self.said)
        if not said:
            return 0.0
        return max((_common_run(said, p.stems) for p in self._pieces), default=0) / len(said)

    def _missing_run(self, covers: int) -> float:
        """Longest run of content words that the best window lacks, as a share of the claim."""
        longest = run = 0
        for n in range(len(self._stems)):
            run = 0 if covers >> n & 1 else run + 1
            longest = max(longest, run)
        return longest / len(self._stems) if self._stems else 0.0


def _log_odds(probability: float) -> float:
    p = min(max(float(probability), 1e-6), 1 - 1e-6)
    return min(max(math.log(p / (1 - p)), -_SUREST), _SUREST)


def _pairs(sequence: Sequence[str]) -> set[tuple[str, str]]:
    return set(pairwise(sequence))


def _common_run(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common run of two sequences (dynamic programming over `right`)."""
    before: dict[int, int] = {}
    longest = 0
    places: dict[str, list[int]] = {}
    for at, stem in enumerate(right):
        places.setdefault(stem, []).append(at)
    for stem in left:
        now = {at: before.get(at - 1, 0) + 1 for at in places.get(stem, ())}
        longest = max(longest, *now.values(), 0) if now else longest
        before = now
    return longest


def _cut(text: str, line_stems: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(line_stems) <= _LONGEST_PIECE:
        yield text, line_stems
        return
    places = words(text)
    for at in range(0, len(places), _LONGEST_PIECE):
        part = places[at : at + _LONGEST_PIECE]
        yield text[part[0][1] : part[-1][2]], line_stems[at : at + _LONGEST_PIECE]

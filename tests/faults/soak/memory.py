"""The memory of processes over time, and how fast it grows."""

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

BLOCKS: Final = 24
"""Parts of the second half; within one, samples are averaged: neighbours are alike."""
ALLOWED: Final = 12.0
"""Megabytes an hour that a process may seem to grow where the growth is not within the noise."""


@dataclass(frozen=True)
class Slope:
    """Megabytes an hour, with the standard error."""

    per_hour: float
    error: float
    blocks: int

    @property
    def flat(self) -> bool:
        return self.per_hour <= max(2 * self.error, ALLOWED)


@dataclass
class Memory:
    """Samples of one process; a restart begins a series of its own."""

    samples: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    """By number of the start: seconds and megabytes."""

    def add(self, start: int, seconds: float, megabytes: float) -> None:
        self.samples[start].append((seconds, megabytes))

    @property
    def last(self) -> float:
        return self.samples[max(self.samples)][-1][1] if self.samples else 0.0

    @property
    def most(self) -> float:
        return max((mb for held in self.samples.values() for _, mb in held), default=0.0)

    def slope(self, begin: float, end: float) -> Slope | None:
        """By least squares over a stretch, one line for all series, each at a height of its own.

        None where there are fewer than four blocks that fit. The first tenth of a stretch after a
        start is left out: there, models are loaded and caches filled.
        """
        width, points = (end - begin) / BLOCKS, []
        for held in self.samples.values():
            warm = held[0][0] + (end - begin) / 10
            blocks = defaultdict(list)
            for seconds, megabytes in held:
                if seconds >= max(begin, warm):
                    blocks[int((seconds - begin) / width)].append((seconds, megabytes))
            means = [tuple(map(statistics.fmean, zip(*b, strict=True))) for b in blocks.values()]
            if len(means) > 1:
                middle = tuple(map(statistics.fmean, zip(*means, strict=True)))
                points.append([(x - middle[0], y - middle[1]) for x, y in means])
        flat = [point for series in points for point in series]
        free = len(flat) - len(points) - 1
        if free < 2:
            return None
        spread = sum(x * x for x, _ in flat)
        steep = sum(x * y for x, y in flat) / spread
        left = sum((y - steep * x) ** 2 for x, y in flat)
        return Slope(steep * 3600, math.sqrt(left / free / spread) * 3600, len(flat))

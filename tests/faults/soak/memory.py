"""The memory of processes over time, and how fast it grows once they are warm."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

BLOCKS: Final = 24
"""Parts of the stretch that is judged, and as long ones before it; within one, samples are
averaged: neighbours are alike."""
ALLOWED: Final = 12.0
"""Megabytes an hour that a process may seem to grow where the growth is not within the noise."""
WARMING: Final = tuple(n / 24 for n in (1, 2, 4, 8, 16))
"""Parts of the stretch in which all but a third of the bounded caches may have filled."""
BETTER: Final = 6.0
"""How much better (F of two coefficients) growth that slows down must fit than a line."""


@dataclass(frozen=True)
class Slope:
    """Megabytes an hour that stay when caches are full, with the standard error."""

    per_hour: float
    error: float
    blocks: int
    warming: float = 0.0
    """Megabytes that a process takes on the way to its plateau; 0 where a line fits as well."""

    @property
    def flat(self) -> bool:
        return self.per_hour <= max(2 * self.error, ALLOWED)


@dataclass(frozen=True)
class _Block:
    """Means of neighbouring samples of one series."""

    series: int
    age: float
    """Seconds since the start."""
    seconds: float
    megabytes: float


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
        """How fast the processes grow that ran between two times, by least squares.

        Each series has a height of its own; all grow by one line. A process that fills its bounded
        caches grows too, ever more slowly: where a term that dies away with its age fits clearly
        better, that part is no growth. What such a process took before `begin` tells how it warms
        up, so its whole life is read, but for the first tenth of a stretch, in which models are
        loaded.

        None where no process ran for a third of that time: it was still warming up.
        """
        blocks = list(self._blocks(begin, end))
        if len(blocks) - len({b.series for b in blocks}) < 3:
            return None
        straight = _fit(blocks, None)
        best = min((_fit(blocks, (end - begin) * part) for part in WARMING), key=lambda f: f.left)
        better = best.warming > 0 and (straight.left - best.left) / 2 > BETTER * best.noise
        fit = best if better and best.free > 1 else straight
        return Slope(fit.per_second * 3600, fit.error * 3600, len(blocks), fit.warming)

    def _blocks(self, begin: float, end: float) -> Iterator[_Block]:
        width = (end - begin) / BLOCKS
        for series, held in self.samples.items():
            first, last = held[0][0], held[-1][0]
            if last - max(first, begin) < (end - begin) / 3:
                continue
            parts = defaultdict(list)
            for seconds, megabytes in held:
                if first + (end - begin) / 10 <= seconds <= end:
                    parts[(seconds - begin) // width].append((seconds, megabytes))
            for part in parts.values():
                seconds, megabytes = map(statistics.fmean, zip(*part, strict=True))
                yield _Block(series, seconds - first, seconds, megabytes)


@dataclass(frozen=True)
class _Fit:
    per_second: float
    error: float
    left: float
    """Sum of the squares that it leaves."""
    free: int
    warming: float = 0.0

    @property
    def noise(self) -> float:
        return self.left / max(self.free, 1)


def _fit(blocks: list[_Block], warming: float | None) -> _Fit:
    """A line over time and a height for each series, with what dies away in `warming` seconds."""
    series = sorted({b.series for b in blocks})
    middle = statistics.fmean(b.seconds for b in blocks)
    columns = [[b.seconds - middle for b in blocks]]
    columns += [[float(b.series == one) for b in blocks] for one in series]
    if warming is not None:
        columns.append([-float(np.exp(-b.age / warming)) for b in blocks])
    table, held = np.array(columns).T, np.array([b.megabytes for b in blocks])
    found = np.linalg.lstsq(table, held, rcond=None)[0]
    left = float(np.sum((held - table @ found) ** 2))
    free = len(blocks) - len(columns) - (warming is not None)
    spread = float(np.linalg.pinv(table.T @ table)[0, 0])
    error = float(np.sqrt(left / max(free, 1) * spread))
    return _Fit(float(found[0]), error, left, free, float(found[-1]) if warming else 0.0)

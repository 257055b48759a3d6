"""How far two judges agree beyond chance."""

from collections import Counter
from collections.abc import Sequence

from agent.types import Value


class Agreement(Value):
    """Two judges on the same items."""

    kappa: float | None
    """None where nothing was paired, or where both gave one and the same label throughout."""
    observed: float | None
    """Share of items with the same label."""
    expected: float | None
    """The same by chance, from each judge's own shares."""
    n: int
    unscored: int
    """Items that one of the two has no label for."""


def cohen_kappa(first: Sequence[str | None], second: Sequence[str | None]) -> Agreement:
    """Kappa = (p_o - p_e) / (1 - p_e), unweighted. Source: Cohen 1960.

    For an interval, pass pairs by cluster to `bootstrap`.
    """
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    n, unscored = len(pairs), len(first) - len(pairs)
    if not n:
        return Agreement(kappa=None, observed=None, expected=None, n=0, unscored=unscored)
    one, two = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs)
    chance = sum(one[label] * two[label] for label in one)
    observed, expected = agreed / n, chance / n**2
    # In whole numbers, so that "all the same label" is told exactly.
    kappa = (n * agreed - chance) / (n**2 - chance) if chance < n**2 else None
    return Agreement(kappa=kappa, observed=observed, expected=expected, n=n, unscored=unscored)

"""Figures and progress on a terminal."""

import sys

from evals.statistics import Estimate


def shown(e: Estimate, sign: str = "") -> str:
    """A figure with its interval where it has one; "none" where nothing was scored."""
    if e.value is None:
        return "none"
    if e.low is None or e.high is None:
        return f"{e.value:{sign}.3f}"
    return f"{e.value:{sign}.3f} [{e.low:{sign}.3f} {e.high:{sign}.3f}]"


def progress(done: int, total: int, what: str) -> None:
    """Tell how far the work is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {what:<40.40}", end="", file=sys.stderr)

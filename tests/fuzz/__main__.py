"""`python -m tests.fuzz --inputs 1000000`: bad inputs over everything that reads others' words."""

# ruff: noqa: T201  (its report is its output)

import argparse
import hashlib
import logging
import sys
import time
from collections.abc import Sequence

from tests.fuzz.running import SEEDS, Report, Target, run_target
from tests.fuzz.targets import TARGETS


def main(typed: Sequence[str]) -> int:
    """Run what was asked for; the exit status is 1 where something was found."""
    asked = _asked(typed)
    chosen = [TARGETS[name] for name in asked.target] or list(TARGETS.values())
    whole = sum(target.weight for target in chosen)
    until = time.monotonic() + 60 * asked.minutes if asked.minutes else 1e12
    logging.disable(logging.CRITICAL)
    found = total = 0
    print(f"{'target':18} {'inputs':>8} {'drawn':>7} {'seconds':>8}  outcomes")
    for target in chosen:
        inputs = max(1, round(asked.inputs * target.weight / whole))
        report = run_target(target, inputs, asked.seed, until)
        total += report.inputs
        found += len(report.findings)
        _tell(target, report, keep=asked.keep)
    print(f"{total:,} inputs of run {asked.seed}, {found} findings.")
    return 1 if found else 0


def _asked(typed: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=2_000, help="inputs of all targets together")
    parser.add_argument("--target", action="append", default=[], choices=sorted(TARGETS))
    parser.add_argument("--seed", type=int, default=1, help="number of the run")
    parser.add_argument("--minutes", type=float, default=0, help="end after so long")
    parser.add_argument(
        "--keep", action="store_true", help="keep what is found in tests/fuzz/seeds"
    )
    return parser.parse_args(list(typed))


def _tell(target: Target, report: Report, *, keep: bool) -> None:
    outcomes = ", ".join(f"{count:,} {name}" for name, count in report.named.most_common(8))
    drawn = min(report.drawn, report.inputs)
    print(
        f"{target.name:18} {report.inputs:>8,} {drawn:>7,} {report.seconds:>8.1f}  {outcomes}",
        flush=True,
    )
    for finding in report.findings.values():
        print(f"  FOUND {finding.kind} at {finding.where}: {finding.data[:120]!r}")
        print("    " + finding.trace.strip().replace("\n", "\n    "))
        if keep:
            folder = SEEDS / target.name
            folder.mkdir(parents=True, exist_ok=True)
            kind, digest = finding.kind.split(" ")[0].lower(), hashlib.sha256(finding.data)
            (folder / f"{kind}-{digest.hexdigest()[:8]}").write_bytes(finding.data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Run benchmarks: `python -m evals.bench [NAME] [--runs N] [--passages N] [--out FILE.json]`."""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from evals.bench.measure import Report, machine, peak_mb

NAMES = ("draft", "search", "index", "rival", "pairs", "memory")
PASSAGES = 20_000


def main() -> int:
    """Print each report; with `--out`, keep them as JSON with what the machine is."""
    asked = _arguments()
    reports = _all(asked) if asked.name == "all" else [_one(asked)]
    if asked.out:
        told = {"machine": machine(), "reports": reports}
        asked.out.write_text(f"{json.dumps(told, indent=2)}\n", "utf-8")
    return 0


def _one(asked: argparse.Namespace) -> dict[str, object]:
    module = import_module(f"evals.bench.{asked.name}")
    sizes = (asked.passages,) if asked.passages else ()
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        report: Report = module.run(Path(folder), asked.runs, sizes)
    peak = peak_mb()
    print(f"{report}\n  peak memory of this benchmark: {peak} MiB\n", flush=True)
    return {**report.model_dump(), "peak_mb": peak}


def _all(asked: argparse.Namespace) -> list[dict[str, object]]:
    """Each in a process of its own, so that none pays or profits from another's memory."""
    reports: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        out = Path(folder) / "report.json"
        numbers = ["--runs", str(asked.runs), "--passages", str(asked.passages)]
        for name in NAMES:
            command = [sys.executable, "-m", "evals.bench", name, *numbers, "--out", str(out)]
            subprocess.run(command, check=True)  # noqa: S603  # ourselves
            reports += json.loads(out.read_text("utf-8"))["reports"]
    return reports


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=(*NAMES, "all"), default="all")
    parser.add_argument("--runs", type=int, default=3, help="repeats (default 3)")
    parser.add_argument(
        "--passages",
        type=int,
        default=PASSAGES,
        help=f"size of the synthetic library, 0 for none (default {PASSAGES})",
    )
    parser.add_argument("--out", type=Path, help="write a JSON file")
    asked = parser.parse_args()
    if asked.runs < 1 or asked.passages < 0:
        parser.error("--runs is at least 1, --passages at least 0")
    return asked


if __name__ == "__main__":
    raise SystemExit(main())

"""Run benchmarks: `python -m evals.bench [NAME] [--runs N] [--passages N] [--out FILE.json]`."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from evals.bench.measure import Report, describe_machine, peak_mb

BENCHMARKS: Final = {
    "draft": ("drafts", "bench_drafts"),
    "search": ("library", "bench_search"),
    "index": ("library", "bench_index"),
    "rival": ("library", "bench_rival"),
    "add": ("library", "bench_add"),
    "pairs": ("verifier", "bench_pairs"),
    "desk": ("desk", "bench_desk"),
    "memory": ("drafts", "bench_memory"),
    "scale": ("scale", "bench_scale"),
    "pages": ("scale", "bench_pages"),
    "postgres": ("scale", "bench_postgres"),
}
"""Module and function of each; loaded when it runs, so that none pays for another's imports."""
SHARED = "postgres"
"""Asks for a database, so that it is not among all."""
SIZED = ("scale", "postgres")
"""Fill a library of their own, so that there is nothing to measure without passages."""
PASSAGES = 20_000


def main() -> int:
    """Print each report; with `--out`, keep them as JSON with what the machine is."""
    options = _parse_arguments()
    reports = _run_all(options) if options.name == "all" else [_run_one(options)]
    if options.out:
        kept = {"machine": describe_machine(), "reports": reports}
        options.out.write_text(f"{json.dumps(kept, indent=2)}\n", "utf-8")
    return 0


def _run_one(options: argparse.Namespace) -> dict[str, object]:
    module, name = BENCHMARKS[options.name]
    run: Callable[..., Report]
    run = getattr(import_module(f"evals.bench.{module}"), name)
    sizes = (options.passages,) if options.passages else ()
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        where = (options.database,) if options.name == SHARED else ()
        report = run(Path(folder), options.runs, sizes, *where)
    peak = peak_mb()
    print(f"{report}\n  peak memory of this benchmark: {peak} MiB\n", flush=True)
    return {**report.model_dump(), "peak_mb": peak}


def _run_all(options: argparse.Namespace) -> list[dict[str, object]]:
    """Each in a process of its own, so that none pays or profits from another's memory."""
    reports: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        out = Path(folder) / "report.json"
        numbers = ["--runs", str(options.runs), "--passages", str(options.passages)]
        left_out = {SHARED} if options.passages else {SHARED, *SIZED}
        for name in (name for name in BENCHMARKS if name not in left_out):
            command = [sys.executable, "-m", "evals.bench", name, *numbers, "--out", str(out)]
            subprocess.run(command, check=True)  # noqa: S603  # ourselves
            reports += json.loads(out.read_text("utf-8"))["reports"]
    return reports


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=(*BENCHMARKS, "all"), default="all")
    parser.add_argument("--runs", type=int, default=3, help="repeats (default 3)")
    parser.add_argument(
        "--passages",
        type=int,
        default=PASSAGES,
        help=f"size of the synthetic library, 0 for none (default {PASSAGES})",
    )
    parser.add_argument("--database", help="empty PostgreSQL database to fill (postgresql://…)")
    parser.add_argument("--out", type=Path, help="write a JSON file")
    options = parser.parse_args()
    if options.runs < 1 or options.passages < 0:
        parser.error("--runs is at least 1, --passages at least 0")
    if options.name in SIZED and not options.passages:
        parser.error(f"{options.name} needs --passages of at least 1")
    if options.name == SHARED and not options.database:
        parser.error("postgres needs --database, an empty one: it is filled and left so")
    return options


if __name__ == "__main__":
    raise SystemExit(main())

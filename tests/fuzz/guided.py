"""`python -m tests.fuzz.guided TARGET`: atheris looks for inputs that reach new code.

Needs atheris (`pip install atheris`: Linux, CPython). It begins with the seeds of the target and
what was found before.
"""
# ruff: noqa: PLC0415, T201  (its report is its output; the product is imported under instruments)

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path


def main(typed: Sequence[str]) -> None:
    """Run one target for so many inputs; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2)
    asked = parser.parse_args(list(typed))
    import atheris

    with atheris.instrument_imports(include=["agent", "retrieval", "prompts"]):
        from tests.fuzz.running import Finding, judge_input, kept_inputs, minimise
        from tests.fuzz.targets import TARGETS
    target = TARGETS[asked.target]
    seeds = [*target.seeds(), *(path.read_bytes() for path in kept_inputs(target))]
    known: set[str] = set()
    began, count = time.monotonic(), 0
    with target.opened() as run, tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds):
            (Path(folder) / str(number)).write_bytes(data)

        def look(data: bytes) -> None:
            nonlocal count
            count += 1
            found = judge_input(target, run, data)
            if isinstance(found, Finding) and f"{found.kind} {found.where}" not in known:
                known.add(f"{found.kind} {found.where}")
                less = minimise(target, run, found)
                print(f"FOUND {found.kind} at {found.where}: {less[:200]!r}\n{found.trace}")
            if count == asked.inputs or time.monotonic() - began > 60 * asked.minutes:
                print(f"{target.name}: {count:,} guided inputs, {len(known)} findings.", flush=True)
                sys.exit(0)

        limits = ["-timeout=25", "-rss_limit_mb=4000", "-max_len=20000", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *limits, f"-seed={asked.seed}", folder], look)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])

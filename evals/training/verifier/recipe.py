r"""From the original weights to the shipped file with one command; `train` says what it needs.

    python -m evals.training.verifier.recipe --data DATA --weights WEIGHTS --work WORK --out DIR

A trunk at a steady rate, then branches from it, each with a mixture and an order of its own and a
rate that falls to nothing; the mean of the branches, and of the file of an earlier recipe where
`--also` names it, is shipped. What is finished in WORK is not done again, so the command goes on
where it was stopped.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.training.verifier import export, train

TRUNK, BRANCHES = 20, (21, 22)
"""Seeds."""
TRUNK_STEPS, BRANCH_STEPS = 3386, 1035
"""Of about 2,560 tokens."""
_DONE = "done"


def main(typed: Sequence[str] | None = None) -> None:
    """Train trunk and branches, average, write the int8 file and its parity."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "weights", "work", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="MODEL.onnx to average")
    parser.add_argument("--bf16", action="store_true", help="for processors with avx512_bf16")
    options = parser.parse_args(typed)
    given = [f"--data={options.data}", f"--weights={options.weights}"]
    training = [*given, *(["--bf16"] if options.bf16 else [])]
    trunk = _trained(options.work / "trunk", TRUNK, TRUNK_STEPS, ["--steady=1", *training])
    ends = [
        _trained(
            options.work / f"branch-{seed}",
            seed,
            BRANCH_STEPS,
            [f"--start={trunk}", "--mixture=close", "--steady=0", *training],
        )
        for seed in BRANCHES
    ]
    draft = [f"--draft={options.work / 'draft'}", f"--out={options.out}"]
    export.main([*map(str, [*ends, *options.also]), *given, *draft])


def _trained(work: Path, seed: int, steps: int, options: Sequence[str]) -> Path:
    end = work / train.CHECKPOINT
    if not (work / _DONE).exists():
        resume = ["--resume"] if end.exists() else []
        typed = [f"--work={work}", f"--seed={seed}", f"--steps={steps}", *resume, *options]
        train.main(typed)
        (work / _DONE).touch()
    return end


if __name__ == "__main__":
    main()

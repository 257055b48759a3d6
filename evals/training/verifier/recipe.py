"""From the original weights to the shipped file with one command; needs the extra `training`.

    python -m evals.training.verifier.recipe --data DATA --weights WEIGHTS --work WORK --out DIR

Four runs, two of them without copies and typed edits of sentences; then one that starts from the
mean of their weights and learns from the mean of their answers beside the labels (distillation of
an ensemble, Hinton et al., 2015). What is finished in WORK is not done again, so the command goes
on where it was stopped.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.training.verifier import export, train

FULL, PLAIN, STUDENT = (41, 43), (42, 44), 51
"""Seeds."""
PASSES = 3
_DONE = "done"


def main(typed: Sequence[str] | None = None) -> None:
    """Train teachers and student, write the int8 file and its parity."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "weights", "work", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--bf16", action="store_true", help="for processors with avx512_bf16")
    options = parser.parse_args(typed)
    given = [f"--data={options.data}", f"--weights={options.weights}"]
    training = [*given, f"--passes={PASSES}", *(["--bf16"] if options.bf16 else [])]
    full = [*training, f"--mixture={options.work / 'full.pt'}"]
    plain = [*training, f"--mixture={options.work / 'plain.pt'}", "--plain"]
    teachers = [
        _train_run(options.work / f"run-{seed}", seed, kind)
        for seeds, kind in ((FULL, full), (PLAIN, plain))
        for seed in seeds
    ]
    paths = list(map(str, teachers))
    following = [*full, "--start", *paths, "--teachers", *paths]
    student = _train_run(options.work / "student", STUDENT, following)
    draft = [f"--draft={options.work / 'draft'}", f"--out={options.out}"]
    export.main([str(student), *given, *draft])


def _train_run(work: Path, seed: int, options: Sequence[str]) -> Path:
    end = work / train.CHECKPOINT
    if not (work / _DONE).exists():
        resume = ["--resume"] if end.exists() else []
        train.main([f"--work={work}", f"--seed={seed}", *resume, *options])
        (work / _DONE).touch()
    return end


if __name__ == "__main__":
    main()

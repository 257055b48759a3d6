"""Teach the cross-encoder to read meaning: the second stage, from an int8 file to an int8 file.

    python -m evals.training.verifier.finetune --start OLD.onnx --data DATA --weights WEIGHTS \
        --written ROWS.jsonl.gz ... --work WORK --out DIR

OLD.onnx is the file that `recipe` writes. Written items, each some true and some false sentences
over the same invented evidence, share a batch, with a margin between true and false; the rest of
the mixture are public rows whose licences allow a model to be shipped. Needs the
extra `training`. On two cores with avx512_bf16: twelve to nineteen rows a second.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from agent.verification.cross_encoder import joined
from agent.verification.units import windows
from evals.training.verifier import export
from evals.training.verifier.examples import LABELS, SUPPORTED, Row, read_rows
from evals.training.verifier.model import Verifier
from retrieval.embedding import load_tokenizer

MIXTURE: Mapping[str, int] = {
    "vitaminc_real": 3500,
    "fever_train": 2000,
    "summedits": 2000,
    "defacto": 1500,
    "fib": 1000,
    "bump": 1000,
    "expertqa": 1500,
    "kpa_arguments": 800,
    "onestop": 1500,
    "scitldr": 800,
    "cad_snli": 1500,
    "conjnli_human": 621,
    "factor": 600,
    "med_monotonicity": 400,
    "fever_conjunctions": 800,
    "wikisplit": 400,
    "realsumm_scu": 700,
    "multinli_sample": 1500,
    "tos_summaries": 300,
}
"""Public rows of one pass, by file of `DATA/train`; drawn anew for each pass."""
RATE, HEAD_FACTOR, WARM_UP = 1.5e-4, 2, 0.05
TOKENS = 2_560
"""Of a step of public rows; a step of written rows is one item."""
MARGIN, PAIR_WEIGHT, SMOOTHING = 1.0, 0.5, 0.02
AVERAGED_FROM = 0.85
"""Share of the run from which on weights are averaged (Izmailov et al., 2018)."""


class Encoded(NamedTuple):
    """One row: token ids, where the claim begins, label, and its item; "" for none."""

    ids: list[int]
    start: int
    label: int
    item: str


def main(typed: Sequence[str] | None = None) -> None:
    """Train, average, and write the int8 file with its parity."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=Path, required=True, help="int8 file of the first stage")
    parser.add_argument("--data", type=Path, required=True, help="folder of train/ and dev/")
    parser.add_argument("--weights", type=Path, required=True, help="folder of config.json")
    parser.add_argument("--written", type=Path, nargs="+", required=True, help="written items")
    parser.add_argument("--times", type=int, default=3, help="written items in one pass")
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    options = parser.parse_args(typed)
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(2)
    model = Verifier(options.weights)
    left = model.load_state_dict(read_int8(options.start), strict=False)
    if strangers := [*left.unexpected_keys, *set(left.missing_keys) - {"mark.weight", "mark.bias"}]:
        raise SystemExit(f"{options.start} is not such a file: {strangers}")
    checkpoint = options.work / "checkpoint.pt"
    torch.save({"model": train_model(model, list(_make_steps(options)))}, checkpoint)
    given = [f"--data={options.data}", f"--weights={options.weights}"]
    export.main([str(checkpoint), *given, f"--draft={options.work}", f"--out={options.out}"])


def read_int8(path: Path) -> dict[str, torch.Tensor]:
    """Read the weights of a shipped file back into float, by the names of `Verifier`."""
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    state: dict[str, Any] = {"classify.bias": tensors["classify.bias"]}
    state["classify.weight"] = tensors["classify.weight"].T
    embeddings = "encoder.embeddings"
    state[f"{embeddings}.word_embeddings.weight"] = tensors["words"] * tensors["words.scale"]
    positions = np.zeros((512, tensors["positions"].shape[1]), np.float32)
    positions[: len(tensors["positions"])] = tensors["positions"]
    state[f"{embeddings}.position_embeddings.weight"] = positions
    step = tensors["type.step"]
    state[f"{embeddings}.token_type_embeddings.weight"] = np.stack([np.zeros_like(step), step])
    for name, value in tensors.items():
        base = name.removesuffix(".i8")
        if base != name:
            state[f"encoder.{base}.weight"] = (value * tensors[f"{base}.scale"]).T
            state[f"encoder.{base}.bias"] = tensors[f"{base}.bias"]
        elif "LayerNorm" in name:
            state[f"encoder.{name}"] = value
    return {n: torch.tensor(np.ascontiguousarray(v, np.float32)) for n, v in state.items()}


def train_model(model: Verifier, steps: Sequence[Sequence[Encoded]]) -> dict[str, torch.Tensor]:
    """Take the steps, the rate rising and then falling in a line; give the averaged weights."""
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    rates = (RATE, HEAD_FACTOR * RATE)
    groups = [{"params": encoder}, {"params": list(model.classify.parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=0.01)
    mean, taken, began = dict[str, torch.Tensor](), 0, time.monotonic()
    model.train()
    for n, rows in enumerate(steps):
        done = n / len(steps)
        factor = done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP)
        for group, highest in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = highest * factor
        with torch.autocast("cpu", torch.bfloat16):
            value = step_loss(model, rows)
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if done >= AVERAGED_FROM:
            taken += 1
            for name, weight in model.state_dict().items():
                held = mean.get(name, torch.zeros_like(weight))
                mean[name] = held + (weight - held) / taken
        if n % 100 == 99:
            print(f"step {n + 1}/{len(steps)} loss {value:.3f} {time.monotonic() - began:.0f} s")
    return mean


def step_loss(model: Verifier, rows: Sequence[Encoded]) -> torch.Tensor:
    """Cross-entropy, and for the rows of an item a margin between its true and false sentences."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    types = torch.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        types[n, row.start : len(row.ids)] = 1
    labels = torch.tensor([row.label for row in rows])
    logits, _ = model(ids, types)
    value = functional.cross_entropy(logits, labels, label_smoothing=SMOOTHING)
    true, false = labels == SUPPORTED, labels != SUPPORTED
    if rows[0].item and true.any() and false.any():
        support = logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=-1)
        apart = support[true][:, None] - support[false][None]
        value = value + PAIR_WEIGHT * functional.softplus(MARGIN - apart).mean()
    return value


def _make_steps(options: argparse.Namespace) -> Iterator[list[Encoded]]:
    for n in range(options.passes):
        chance = random.Random(f"{options.seed}/{n}")
        made = [*_item_steps(options, chance), *_public_steps(options.data / "train", chance)]
        chance.shuffle(made)
        yield from made


def _item_steps(options: argparse.Namespace, chance: random.Random) -> Iterator[list[Encoded]]:
    """Each written item as many times as asked, its passages in turn the other way round."""
    items: dict[str, list[Row]] = defaultdict(list)
    for path in options.written:
        for row in read_rows(path):
            items[row["meta"]["group"]].append(row)
    for time_ in range(options.times):
        for item, rows in items.items():
            turned = [
                row | {"evidence": row["evidence"][:: -1 if time_ % 2 else 1]} for row in rows
            ]
            chance.shuffle(turned)
            yield [_encode_row(row, item) for row in turned]


def _public_steps(folder: Path, chance: random.Random) -> Iterator[list[Encoded]]:
    """Public rows of about the same length together, up to `TOKENS` a step."""
    rows = [
        _encode_row(row, "")
        for name, most in MIXTURE.items()
        for row in _sample_rows(read_rows(folder / f"{name}.jsonl.gz"), most, chance)
    ]
    rows.sort(key=lambda row: len(row.ids) + 8 * chance.random())
    step: list[Encoded] = []
    for row in rows:
        if step and len(row.ids) * (len(step) + 1) > TOKENS:
            yield step
            step = []
        step.append(row)
    if step:
        yield step


def _sample_rows(rows: Sequence[Row], most: int, chance: random.Random) -> list[Row]:
    return chance.sample(rows, min(most, len(rows)))


def _encode_row(row: Row, item: str) -> Encoded:
    """A row with the window that joins what lies nearest; its claim is cut at 128 tokens."""
    window = windows(row["claim"], row["evidence"])[-1]
    said = _token_ids(row["claim"])[:128]
    ids, start = joined(_token_ids(window), said)
    return Encoded(ids, start, LABELS[row["label"]], item)


def _token_ids(text: str) -> list[int]:
    ids: list[int] = _load_tokenizer().encode(text, add_special_tokens=False).ids
    return ids


@cache
def _load_tokenizer() -> Any:  # noqa: ANN401 - it has no types
    return load_tokenizer()


if __name__ == "__main__":
    main()

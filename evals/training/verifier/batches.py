"""Groups of examples as tensors, packed into steps of about the same number of tokens."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import torch

from agent.verifiers.cross_encoder import MAX_CLAIM_TOKENS, joined
from evals.training.verifier.examples import SUPPORTED, Group
from evals.training.verifier.model import UNMARKED, Batch

_POOL = 1500
"""Groups that are sorted by length together: little padding, and still a mixed step."""
_SHORT = 64  # tokens
_SHORT_PART = 0.4


@dataclass(frozen=True)
class Encoded:
    """All rows, one after the other.

    Attributes:
        ids, marks: (all tokens,) int32 and int8.
        ends: (rows,) where a row's tokens end.
        claims: (rows,) where the claim begins within the row.
        labels, groups: (rows,).
    """

    ids: torch.Tensor
    marks: torch.Tensor
    ends: torch.Tensor
    claims: torch.Tensor
    labels: torch.Tensor
    groups: torch.Tensor

    def save(self, path: Path) -> None:
        torch.save(asdict(self), path)

    @classmethod
    def load(cls, path: Path) -> "Encoded":
        return cls(**torch.load(path, weights_only=True))


def encode(groups: Sequence[Group], tokenizer: Any) -> Encoded:  # noqa: ANN401 - has no types
    """Turn the groups into token ids, with marks on the claim's words that are at fault."""
    rows = [(number, row) for number, group in enumerate(groups) for row in group]
    texts = [text for _, row in rows for text in (row.evidence, row.claim)]
    tokens = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    ids: list[int] = []
    marks: list[int] = []
    columns: list[tuple[int, int, int, int]] = []
    for n, (number, row) in enumerate(rows):
        claim = tokens[2 * n + 1]
        if len(claim) > MAX_CLAIM_TOKENS:
            continue
        sequence, start = joined(tokens[2 * n], claim)
        ids += sequence
        marks += [UNMARKED] * start + _faults(row.label, row.original, claim, tokenizer)
        columns.append((len(ids), start, row.label, number))
    ends, claims, labels, numbers = (torch.tensor(c) for c in zip(*columns, strict=True))
    return Encoded(
        torch.tensor(ids, dtype=torch.int32),
        torch.tensor(marks, dtype=torch.int8),
        ends,
        claims,
        labels,
        numbers,
    )


def _faults(label: int, original: str | None, claim: list[int], tokenizer: Any) -> list[int]:  # noqa: ANN401
    """Mark the tokens that the original does not have; a deletion leaves nothing to mark."""
    if original is None:
        return [UNMARKED] * (len(claim) + 1)
    if label == SUPPORTED:
        return [0] * len(claim) + [UNMARKED]
    before = tokenizer.encode(original, add_special_tokens=False).ids
    marks = [0] * len(claim)
    for name, _, _, start, end in SequenceMatcher(
        None, before, claim, autojunk=False
    ).get_opcodes():
        if name in {"replace", "insert"}:
            marks[start:end] = [1] * (end - start)
    return [*marks, UNMARKED] if any(marks) else [UNMARKED] * (len(claim) + 1)


def steps(data: Encoded, tokens: int, seed: int) -> list[list[int]]:
    """Pack rows into steps of at most `tokens` with padding, a group never split.

    Steps of short rows come in the first part of the pass, those of long rows more and more often:
    a short step holds twice as many contrasts, and a run that has to end early has seen them.

    Returns:
        Row numbers of each step, in the order of training.
    """
    chance = random.Random(seed)
    lengths = torch.diff(data.ends, prepend=torch.tensor([0])).tolist()
    groups: dict[int, list[int]] = {}
    for row, number in enumerate(data.groups.tolist()):
        groups.setdefault(number, []).append(row)
    order = list(groups.values())
    chance.shuffle(order)
    packed: list[list[int]] = []
    for at in range(0, len(order), _POOL):
        pool = sorted(order[at : at + _POOL], key=lambda rows: max(lengths[r] for r in rows))
        packed += _packed(pool, lengths, tokens)
    places = []
    for step in packed:
        short = max(lengths[r] for r in step) <= _SHORT
        places.append(chance.random() * _SHORT_PART if short else math.sqrt(chance.random()))
    return [packed[n] for n in sorted(range(len(packed)), key=places.__getitem__)]


def _packed(
    groups: Sequence[Sequence[int]], lengths: Sequence[int], tokens: int
) -> Iterator[list[int]]:
    step: list[int] = []
    for rows in groups:
        longest = max(lengths[r] for r in (*step, *rows))
        if step and longest * (len(step) + len(rows)) > tokens:
            yield step
            step = []
        step += rows
    if step:
        yield step


def batch(data: Encoded, rows: Sequence[int]) -> Batch:
    """Pad the rows of a step to the longest of them."""
    ends = data.ends[list(rows)].tolist()
    starts = [int(data.ends[r - 1]) if r else 0 for r in rows]
    width = max(end - start for start, end in zip(starts, ends, strict=True))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    types = torch.zeros_like(ids)
    marks = torch.full_like(ids, UNMARKED)
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        ids[n, : end - start] = data.ids[start:end]
        marks[n, : end - start] = data.marks[start:end]
        types[n, int(data.claims[rows[n]]) : end - start] = 1
    at = list(rows)
    return Batch(ids, types, data.labels[at], data.groups[at], marks)

"""Groups of examples as tensors, packed into steps of about the same number of tokens."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import torch

from agent.verification.cross_encoder import MAX_CLAIM_TOKENS, joined
from evals.training.verifier.examples import SUPPORTED, Group
from evals.training.verifier.model import UNLABELLED, UNMARKED, Batch

_POOL = 200
"""Steps' worth of groups that are sorted by length together: little padding, and still mixed."""


@dataclass(frozen=True)
class Encoded:
    """All rows, one after the other.

    Attributes:
        ids, marks: (all tokens,) int16 and int8.
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
        torch.save(vars(self), path)

    def to(self, device: torch.device) -> "Encoded":
        return Encoded(**{name: part.to(device) for name, part in vars(self).items()})

    @classmethod
    def load(cls, path: Path) -> "Encoded":
        return cls(**torch.load(path, weights_only=True))


def encode_groups(groups: Sequence[Group], tokenizer: Any) -> Encoded:  # noqa: ANN401 - has no types
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
        marks += [UNMARKED] * start + _mark_faults(row.label, row.original, claim, tokenizer)
        columns.append((len(ids), start, row.label, number))
    ends, claims, labels, numbers = (torch.tensor(c) for c in zip(*columns, strict=True))
    return Encoded(
        torch.tensor(ids, dtype=torch.int16),
        torch.tensor(marks, dtype=torch.int8),
        ends,
        claims,
        labels,
        numbers,
    )


def _mark_faults(label: int, original: str | None, claim: list[int], tokenizer: Any) -> list[int]:  # noqa: ANN401
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


@dataclass(frozen=True)
class Shape:
    """What a step may look like.

    Attributes:
        tokens: of a step at most, with padding.
        multiple: the tokens of a row are padded to a multiple of this. Where it is more than one
            the number of rows is fixed too, so few shapes occur and a GPU can prepare for each.
    """

    tokens: int
    multiple: int


@dataclass(frozen=True)
class Step:
    """Numbers of the rows of one step, -1 for one that fills up, and the tokens of each."""

    rows: Sequence[int]
    width: int


def pack_steps(data: Encoded, shape: Shape, seed: int) -> list[Step]:
    """Pack all rows, once, into steps; a group is never split.

    Returns:
        The steps in the order of training.
    """
    chance = random.Random(seed)
    lengths = torch.diff(data.ends, prepend=torch.tensor([0])).tolist()
    groups: dict[int, list[int]] = {}
    for row, number in enumerate(data.groups.tolist()):
        groups.setdefault(number, []).append(row)
    order = list(groups.values())
    chance.shuffle(order)
    pool = max(1, _POOL * shape.tokens * len(order) // len(data.ids))
    packed: list[Step] = []
    for at in range(0, len(order), pool):
        packed += _pack_groups(order[at : at + pool], lengths, shape)
    chance.shuffle(packed)
    return packed


def _pack_groups(groups: list[list[int]], lengths: Sequence[int], shape: Shape) -> Iterator[Step]:
    step: list[int] = []
    width = 0
    for longest, rows in sorted((max(lengths[r] for r in rows), rows) for rows in groups):
        needed = -(-longest // shape.multiple) * shape.multiple
        if step and needed * (len(step) + len(rows)) > shape.tokens:
            yield _fill_step(step, width, shape)
            step = []
        step += rows
        width = needed
    if step:
        yield _fill_step(step, width, shape)


def _fill_step(rows: list[int], width: int, shape: Shape) -> Step:
    fill = shape.tokens // width - len(rows) if shape.multiple > 1 else 0
    return Step([*rows, *[-1] * fill], width)


def pad_batch(data: Encoded, rows: torch.Tensor, width: int) -> Batch:
    """Pad rows to `width` tokens; all on one device."""
    empty = rows < 0
    rows = torch.where(empty, rows[0], rows)
    ends = data.ends[rows]
    starts = torch.where(rows > 0, data.ends[rows - 1], 0)
    place = torch.arange(width, device=rows.device)[None]
    at = starts[:, None] + place
    inside = at < ends[:, None]
    at = at.clamp(max=len(data.ids) - 1)
    return Batch(
        ids=torch.where(inside, data.ids[at].long(), 0),
        types=(inside & (place >= data.claims[rows, None])).long(),
        labels=data.labels[rows].masked_fill(empty, UNLABELLED),
        groups=data.groups[rows],
        marks=torch.where(inside & ~empty[:, None], data.marks[at].long(), UNMARKED),
    )

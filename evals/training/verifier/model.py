"""The cross-encoder in PyTorch: what it is trained to get right, and how it is judged.

On a GPU steps of one shape are replayed as a CUDA graph: a model this small waits for its kernels
to be launched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional
from transformers import BertModel

from agent.verification.cross_encoder import joined
from evals.training.verifier import dev
from retrieval.embedding import load_tokenizer

WIDTH = 384
_MARGIN = 1.0
_WORD_WEIGHT, _PAIR_WEIGHT = 0.5, 0.3
UNMARKED = -1
UNLABELLED = -100
"""What fills up a batch; `cross_entropy` leaves it out."""
_WARM_UPS = 2
"""Runs before a shape is recorded, so that libraries have chosen their kernels."""
_JUDGED = 64
"""Pairs judged together."""


@dataclass(frozen=True)
class Batch:
    """Rows of one step, padded to the longest.

    Attributes:
        ids: (rows, tokens) int64; 0 is padding.
        types: the same shape; 1 on the claim's tokens and the closing [SEP].
        labels: (rows,) int64, `UNLABELLED` for rows that only fill up.
        groups: (rows,) int64; rows of one number are contrasts of each other.
        marks: (rows, tokens); 1 where a token of the claim is at fault, 0 where it is not,
            `UNMARKED` where nobody knows.
    """

    ids: torch.Tensor
    types: torch.Tensor
    labels: torch.Tensor
    groups: torch.Tensor
    marks: torch.Tensor


class Verifier(nn.Module):  # type: ignore[misc]  # torch is not installed beside mypy
    """MiniLM-L6 over window and claim; three classes from [CLS], mean and maximum of the claim.

    The maximum over the claim's tokens lets one wrong word decide. The word embeddings stay as
    they are: half of the parameters, and an hour of training improves none of them.
    """

    def __init__(self, weights: Path, dropout: float = 0.0) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            weights,
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        self.classify = nn.Linear(3 * WIDTH, 3)
        self.mark = nn.Linear(WIDTH, 1)

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the logits of the classes (rows, 3) and of each token's fault (rows, tokens)."""
        read = (ids != 0)[:, None, None, :].expand(-1, 1, ids.shape[1], -1)
        hidden = self.encoder(
            input_ids=ids, token_type_ids=types, attention_mask=read
        ).last_hidden_state
        claim = types.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * claim).sum(1) / claim.sum(1)
        most = hidden.masked_fill(claim == 0, -1e4).amax(1)
        pooled = torch.cat([hidden[:, 0], mean, most], dim=-1)
        return self.classify(pooled).float(), self.mark(hidden).squeeze(-1).float()


def batch_loss(model: Verifier, batch: Batch, soft: torch.Tensor | None = None) -> torch.Tensor:
    """Cross-entropy, plus the words at fault, plus a margin between contrasting rows.

    With `soft`, probabilities (rows, 3) of a teacher, the cross-entropy is half with the labels and
    half with them (distillation, Hinton et al., 2015).
    """
    logits, faults = model(batch.ids, batch.types)
    total = functional.cross_entropy(logits, batch.labels)
    if soft is not None:
        apart = -(soft * functional.log_softmax(logits, dim=-1)).sum(-1)
        total = (total + _masked_mean(apart, batch.labels >= 0)) / 2
    known = batch.marks != UNMARKED
    wrong = functional.binary_cross_entropy_with_logits(
        faults, batch.marks.clamp(min=0).float(), reduction="none"
    )
    support = logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=-1)
    contrast = batch.groups[:, None] == batch.groups[None, :]
    contrast &= (batch.labels == 0)[:, None] & (batch.labels > 0)[None, :]
    close = functional.softplus(_MARGIN - (support[:, None] - support[None, :]))
    return (
        total
        + _WORD_WEIGHT * _masked_mean(wrong, known)
        + _PAIR_WEIGHT * _masked_mean(close, contrast)
    )


def _masked_mean(values: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Mean of some of the values, 0 of none; never waits for the device."""
    return (values * where).sum() / where.sum().clamp(min=1)


class Replay:
    """Records `step` once for every shape of a batch, and from then on replays it.

    Args:
        step: computes gradients into tensors that are there already, and gives the loss.
    """

    def __init__(self, step: Callable[[Batch], torch.Tensor]) -> None:
        self._step = step
        self._pool = torch.cuda.graph_pool_handle()
        self._recorded: dict[tuple[int, ...], tuple[torch.cuda.CUDAGraph, Batch, torch.Tensor]] = {}

    def __call__(self, rows: Batch) -> torch.Tensor:
        """Run the step on these rows; the loss is a copy."""
        shape = tuple(rows.ids.shape)
        if shape not in self._recorded:
            self._recorded[shape] = self._record(rows)
        graph, inputs, loss = self._recorded[shape]
        for name, part in vars(inputs).items():
            part.copy_(getattr(rows, name))
        graph.replay()
        return loss.clone()

    def _record(self, rows: Batch) -> tuple[torch.cuda.CUDAGraph, Batch, torch.Tensor]:
        inputs = Batch(**{name: part.clone() for name, part in vars(rows).items()})
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM_UPS):
                self._step(inputs)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            loss = self._step(inputs)
        return graph, inputs, loss


def measure_model(model: Verifier, chosen: dict[str, list[dev.Case]]) -> str:
    """Judge the development sets; a table."""
    judge = TorchJudge(model, load_tokenizer())
    scores = {
        name: dev.score_cases(dev.judge_support(judge, part), part) for name, part in chosen.items()
    }
    return dev.format_scores(scores)


class TorchJudge:
    """The model as it is trained, as a judge of (window, claim) pairs."""

    def __init__(self, model: Verifier, tokenizer: Any) -> None:  # noqa: ANN401 - has no types
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._device = next(model.parameters()).device

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """Judge pairs, those of about the same length together; shape (len(pairs), 3)."""
        texts = [text for pair in pairs for text in pair]
        tokens = [e.ids for e in self._tokenizer.encode_batch(texts, add_special_tokens=False)]
        rows = [joined(*both) for both in zip(tokens[::2], tokens[1::2], strict=True)]
        order = sorted(range(len(rows)), key=lambda n: len(rows[n][0]))
        found = np.zeros((len(pairs), 3), np.float32)
        for at in range(0, len(order), _JUDGED):
            some = order[at : at + _JUDGED]
            ids = torch.zeros(len(some), len(rows[some[-1]][0]), dtype=torch.long)
            types = torch.zeros_like(ids)
            for n, row in enumerate(some):
                tokens_of_row, start = rows[row]
                ids[n, : len(tokens_of_row)] = torch.tensor(tokens_of_row)
                types[n, start : len(tokens_of_row)] = 1
            with torch.inference_mode():
                logits, _ = self._model(ids.to(self._device), types.to(self._device))
            found[some] = torch.softmax(logits, dim=-1).cpu().numpy()
        return found

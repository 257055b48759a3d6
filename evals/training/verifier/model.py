"""The cross-encoder in PyTorch, and what it is trained to get right."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import BertModel

WIDTH = 384
_MARGIN = 1.0
_WORD_WEIGHT, _PAIR_WEIGHT = 0.5, 0.3
UNMARKED = -1
UNLABELLED = -100
"""What fills up a batch; `cross_entropy` leaves it out."""


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


def loss(model: Verifier, batch: Batch, soft: torch.Tensor | None = None) -> torch.Tensor:
    """Cross-entropy, plus the words at fault, plus a margin between contrasting rows.

    With `soft`, probabilities (rows, 3) of a teacher, the cross-entropy is half with the labels and
    half with them (distillation, Hinton et al., 2015).
    """
    logits, faults = model(batch.ids, batch.types)
    total = functional.cross_entropy(logits, batch.labels)
    if soft is not None:
        apart = -(soft * functional.log_softmax(logits, dim=-1)).sum(-1)
        total = (total + _mean(apart, batch.labels >= 0)) / 2
    known = batch.marks != UNMARKED
    wrong = functional.binary_cross_entropy_with_logits(
        faults, batch.marks.clamp(min=0).float(), reduction="none"
    )
    support = logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=-1)
    contrast = batch.groups[:, None] == batch.groups[None, :]
    contrast &= (batch.labels == 0)[:, None] & (batch.labels > 0)[None, :]
    close = functional.softplus(_MARGIN - (support[:, None] - support[None, :]))
    return total + _WORD_WEIGHT * _mean(wrong, known) + _PAIR_WEIGHT * _mean(close, contrast)


def _mean(values: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Mean of some of the values, 0 of none; never waits for the device."""
    return (values * where).sum() / where.sum().clamp(min=1)

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


@dataclass(frozen=True)
class Batch:
    """Rows of one step, padded to the longest.

    Attributes:
        ids: (rows, tokens) int64; 0 is padding.
        types: the same shape; 1 on the claim's tokens and the closing [SEP].
        labels: (rows,) int64.
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
            attn_implementation="eager",
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        self.classify = nn.Linear(3 * WIDTH, 3)
        self.mark = nn.Linear(WIDTH, 1)

    def forward(self, ids: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the logits of the classes (rows, 3) and of each token's fault (rows, tokens)."""
        hidden = self.encoder(
            input_ids=ids, token_type_ids=types, attention_mask=(ids != 0).long()
        ).last_hidden_state
        claim = types.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * claim).sum(1) / claim.sum(1)
        most = hidden.masked_fill(claim == 0, -1e4).amax(1)
        pooled = torch.cat([hidden[:, 0], mean, most], dim=-1)
        return self.classify(pooled).float(), self.mark(hidden).squeeze(-1).float()


def loss(model: Verifier, batch: Batch) -> torch.Tensor:
    """Cross-entropy, plus the words at fault, plus a margin between contrasting rows."""
    logits, marks = model(batch.ids, batch.types)
    total = functional.cross_entropy(logits, batch.labels)
    known = batch.marks != UNMARKED
    if known.any():
        target = batch.marks[known].float()
        total = total + _WORD_WEIGHT * functional.binary_cross_entropy_with_logits(
            marks[known], target
        )
    support = logits[:, 0] - torch.logsumexp(logits[:, 1:], dim=-1)
    carried = batch.labels == 0
    contrast = batch.groups[:, None] == batch.groups[None, :]
    contrast &= carried[:, None] & ~carried[None, :]
    if contrast.any():
        apart = support[:, None] - support[None, :]
        total = total + _PAIR_WEIGHT * functional.softplus(_MARGIN - apart[contrast]).mean()
    return total

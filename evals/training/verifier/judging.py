"""The model as it is trained, judging the development sets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from agent.verification.cross_encoder import joined, load_tokenizer
from evals.training.verifier import dev
from evals.training.verifier.model import Verifier

_JUDGED = 64
"""Pairs judged together."""


def measured(model: Verifier, chosen: dict[str, list[dev.Case]]) -> str:
    """Judge the development sets; a table."""
    judge = TorchJudge(model, load_tokenizer())
    scores = {name: dev.score(dev.support(judge, part), part) for name, part in chosen.items()}
    return dev.report(scores)


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

"""Steps of one shape as a CUDA graph: a model this small waits for its kernels to be launched."""

from collections.abc import Callable

import torch

from evals.training.verifier.model import Batch

_WARM_UPS = 2
"""Runs before a shape is recorded, so that libraries have chosen their kernels."""


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

"""Questions about invented worlds: see `evals.newsroom`."""

from collections.abc import Iterator

from evals.case import WorldCase
from evals.newsroom import suite


def cases(seed: int, questions: int) -> Iterator[WorldCase]:
    """One case a question; the world is the cluster."""
    for number, world in enumerate(suite(seed, questions)):
        for place, asked in enumerate(world.questions):
            yield WorldCase(
                id=f"newsroom/{asked.id}",
                cluster=world.id,
                question=asked.text,
                how=asked.kind,
                seed=seed,
                questions=questions,
                world=number,
                number=place,
            )

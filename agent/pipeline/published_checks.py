"""What others found when they checked the same claim."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from agent.ports import NliModel, PassageStore
from agent.types import Citation, Claim, PublishedCheck
from agent.verdict import same_claim
from retrieval import KIND, find_review
from retrieval.types import EVERYTHING, Filters, Hit, Passage

SEARCHED: Final = 30
"""Passages of published checks that are looked for."""
READ: Final = 8
"""Checks whose claim is held against the one that is asked about."""


def find_checks(
    claim: Claim, library: PassageStore, nli: NliModel, filters: Filters = EVERYTHING
) -> tuple[PublishedCheck, ...]:
    """Checks of this very claim that others published, the latest first.

    The nearest of the library's are read; the judge says whether the claim that they checked is
    the same.

    Raises:
        EmbeddingFailed: a model cannot be read or run.
    """
    if not claim.gets_verdict:
        return ()
    only = Filters(**{**dict(filters), "kinds": (KIND,)})
    found: list[PublishedCheck] = []
    for hit in _each_source_once(library.search(claim.text, SEARCHED, only))[:READ]:
        words = find_review(library.passages(hit.passage.source.id))
        if words and same_claim(words.claim.text, claim.text, nli):
            source = words.rating.passage.source
            cited = (Citation.of(*part) for part in words)
            found.append(PublishedCheck(source=source, claim=next(cited), rating=next(cited)))
    return tuple(sorted(found, key=lambda c: c.source.published or date.min, reverse=True))


def _each_source_once(hits: Sequence[Hit]) -> list[Hit]:
    return list({hit.passage.source.id: hit for hit in reversed(hits)}.values())[::-1]


def passages_of(checks: Sequence[PublishedCheck], library: PassageStore) -> list[Passage]:
    """The passages that hold the words of checks, each once."""
    wanted = {cited.passage for check in checks for cited in (check.claim, check.rating)}
    sources = dict.fromkeys(check.source.id for check in checks)
    return [p for source in sources for p in library.passages(source) if p.id in wanted]

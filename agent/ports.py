"""Every seam of the agent on one screen. Anything that can be slow, fail or cost money is here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from agent.statements import RecordStatements
from agent.types import (
    CheckedSection,
    Claim,
    ClaimEvidence,
    Conclusion,
    Draft,
    Evidence,
    Page,
    Plan,
    Question,
    Sentence,
    SourceStance,
    Verdict,
    Verification,
)
from prompts import Request
from retrieval.types import Filters, Hit, Notice, Passage, Passages, Scope, Vectors

A = TypeVar("A", bound=BaseModel)
Probabilities = npt.NDArray[np.float32]
Step = Callable[[str], None]
"""Called with the name of each step of a draft as it begins."""


class PassageStore(Protocol):
    """The library as the agent sees it."""

    def search(self, query: str, k: int = 8, filters: Filters = ...) -> list[Hit]: ...

    def scan(self, filters: Filters = ...) -> Iterator[tuple[Passages, Vectors]]:
        """Every passage in scope, in blocks, with its vector: shapes (n,) and (n, dimension)."""

    def scope(self, filters: Filters = ...) -> Scope: ...

    def passages(self, source_id: str) -> list[Passage]:
        """Every passage of a source, in reading order."""

    def digests(self, source_ids: Sequence[str]) -> dict[str, str]:
        """SHA-256 of the snapshots of those that are there, by id."""

    def notices(self, source_ids: Collection[str]) -> Sequence[Notice]:
        """What publishers and registers say of sources, oldest first, as far as it holds today."""

    def snapshot(self, source_id: str) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...

    def vectors(self, passage_ids: Sequence[str]) -> Vectors:
        """The stored vectors of passages, in order; shape (len(passage_ids), dimension)."""


class CitableStore(PassageStore, Protocol):
    """The library without what a draft may not cite."""

    @property
    def later(self) -> Collection[str]:
        """Ids of the sources of which words were left out so far that came later than asked."""

    @property
    def taken_back(self) -> Mapping[str, Hit]:
        """By id: retracted and withdrawn sources that were found and left out so far."""


class Chat(Protocol):
    """A language model: asked for a value of a type, it gives one or raises."""

    def ask(self, request: Request, answer: type[A]) -> A:
        """Ask once, patiently; see `agent.llm.errors` for what can go wrong."""


class Planner(Protocol):
    def plan(self, question: Question) -> Plan: ...


class Writer(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def rounds(self) -> int:
        """Repairs that a sentence may have before it is given up."""

    def draft(self, plan: Plan, evidence: Evidence, verdict: Verdict) -> Draft:
        """Write the body, and the rest of the page where this writer does not conclude later."""

    def conclude(
        self,
        plan: Plan,
        evidence: Evidence,
        body: Sequence[CheckedSection],
        record: RecordStatements,
    ) -> Conclusion:
        """Write what rests on the body that stands; bring no new source."""

    def revise(
        self, rejected: Sequence[tuple[Sentence, Verification]], evidence: Evidence
    ) -> Sequence[Sentence | None]:
        """Return for each a weaker or better cited sentence, in order, or None to give it up."""


class NliModel(Protocol):
    """Natural language inference: what a stretch of evidence says of a claim."""

    @property
    def id(self) -> str:
        """Name and version of the model."""

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        """P(supported), P(contradicted), P(neither) of each (evidence, claim), shape (n, 3).

        Raises:
            EmbeddingFailed: the model cannot be read or run.
        """


class StanceReader(Protocol):
    """What each source says of a claim, by its own words."""

    def read(self, claim: Claim, passages: Sequence[Passage]) -> tuple[SourceStance, ...]:
        """One stance a source of `passages`, in the order in which the sources first appear."""


class Judge(Protocol):
    @property
    def name(self) -> str:
        """Name and version of model and rules."""

    @property
    def threshold(self) -> float:
        """Score in (0, 1] from which a sentence counts as carried where no rule refuses it."""

    def verify(self, pairs: Sequence[ClaimEvidence]) -> list[Verification]:
        """Rule on each pair, in order. A pair that cannot be checked is ruled `UNCHECKED`."""


class Store(Protocol):
    def keep(self, page: Page) -> str:
        """Keep the page with its evidence pack; return its id."""

    def get(self, draft: str) -> Page | None:
        """The kept page of this id; None where there is none."""

    def earlier(self, claim: Claim) -> dict[str, Page]:
        """The latest earlier drafts about the same claim by id, newest first; never evidence."""

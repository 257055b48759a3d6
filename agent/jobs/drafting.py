"""What a worker needs of the desk: to draft, and to keep a page apart from drafting it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from agent.ports import Store
from agent.service import Desk, Step
from agent.types import Claim, Insufficient, Page, Question

Draft = Callable[[Question, Step], Page | Insufficient]
"""`Desk.draft`, or what stands in for it."""


@dataclass(frozen=True)
class Drafting:
    """The two halves of a job; between them what was drafted is recorded."""

    draft: Draft
    """Keeps nothing. Called from several threads."""
    keep: Callable[[Page], object]
    """Keeps a page; the same page twice is one."""

    @classmethod
    def of(cls, desk: Desk) -> Self:
        return cls(replace(desk, store=_Unkept(desk.store)).draft, desk.store.keep)


@dataclass(frozen=True)
class _Unkept:
    """Remembers earlier pages, keeps no new one."""

    store: Store

    def keep(self, page: Page) -> str:
        return ""

    def earlier(self, claim: Claim) -> dict[str, Page]:
        return self.store.earlier(claim)

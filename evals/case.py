"""What a system is asked, and what is known about the right answer.

An id is `part/name` and never changes its meaning: results are kept, resumed and compared by it.
Cases that share a cluster vary together (one topic, one page, one world).
"""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from agent.types import EvidenceSpan, Support, Value

NOT_ENOUGH: Final = "not_enough_evidence"
"""The verdict of a case that the library cannot answer: *unproven*, or the short page."""


class Fact(Value):
    """A fact that a good page holds, in words other than its sources'."""

    text: str
    sources: tuple[str, ...] = ()


class Document(Value):
    """One source that a written page lists."""

    n: int
    text: str
    title: str = ""
    publisher: str = ""
    published: date | None = None
    url: str = ""
    origin: str = ""
    """Whose story it is: reprints share it. Empty where nobody said."""
    tier: int | None = None
    copy_of: str = ""
    """The outlet whose report it copies."""


class Fault(Value):
    """A sentence that must fall, and what is wrong with it."""

    sentence: str
    fault: str


class _Case(Value):
    id: str = Field(pattern=r"^[^/]+/.+$")
    cluster: str

    @property
    def part(self) -> str:
        """The part of the suite that the case belongs to."""
        return self.id.split("/", 1)[0]


class ClaimCase(_Case):
    """A question to draft a page about."""

    kind: Literal["claim"] = "claim"
    question: str
    as_of: date | None = None
    expected: str | None = None
    """The right verdict; None where nobody said."""
    must_cite: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    must_not_say: tuple[str, ...] = ()


class PairCase(_Case):
    """A sentence and what it cites, to rule on."""

    kind: Literal["pair"] = "pair"
    claim: str
    evidence: tuple[EvidenceSpan, ...]
    label: Support | None = None
    """What a person decided; None where nobody did."""
    how: str = ""
    """How the pair was made ("number changed"), or the set that it is from."""


class PageCase(_Case):
    """A cited text that somebody wrote, with all that it cites."""

    kind: Literal["page"] = "page"
    text: str
    sources: tuple[Document, ...]
    faults: tuple[Fault, ...] | None = None
    """Every sentence that must fall; None where nobody looked."""


class WorldCase(_Case):
    """A question about an invented world, by its place in the suite of a seed."""

    kind: Literal["world"] = "world"
    question: str
    how: str = ""
    """What kind of question it is."""
    seed: int
    questions: int
    """Questions of the whole suite: a world is remade from the same two numbers."""
    world: int
    number: int


Case = Annotated[ClaimCase | PairCase | PageCase | WorldCase, Field(discriminator="kind")]
CASE: Final[TypeAdapter[Case]] = TypeAdapter(Case)

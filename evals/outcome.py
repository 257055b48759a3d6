"""What a system gave back for a case, in one form whatever the system is."""

from typing import Final

from pydantic import Field

from agent.types import Certificate, Kind, Support, Usage, Value
from evals.metrics.record import Listed
from evals.metrics.types import Cited, Response, Statement

SUMMARY: Final = "Executive summary"
"""Section of the sentences that open a page."""


class AnswerSentence(Value):
    """One sentence that was kept or thrown out."""

    text: str
    section: str = ""
    kind: Kind | None = None
    """None for a text that does not say."""
    cited: tuple[Cited, ...] = ()
    """One citation a source, all its quoted words together, in the order given."""
    kept: bool = True
    support: Support | None = None
    """The system's own ruling; None where it gives none."""
    score: float | None = None
    """P(supported) in [0, 1] as the system says; None where it gives none."""
    reason: str = ""
    certificate: Certificate | None = None

    @property
    def is_finding(self) -> bool:
        """Whether it says what a source says: only such a sentence can be carried by quotes."""
        return self.kind in {None, Kind.FINDING}


class Outcome(Value):
    """The answer to one case; `error` says why there is none."""

    case: str
    sentences: tuple[AnswerSentence, ...] = ()
    claim: str = ""
    """What it says that it tested; empty where it does not say."""
    verdict: str | None = None
    abstained: bool = False
    """It said that it cannot answer."""
    form: str = ""
    """The page in its text form; empty where there is none."""
    retrieved: tuple[str, ...] = ()
    """Ids of the sources that were found, best first."""
    cites: tuple[str, ...] = ()
    """Ids of the sources that the page cites."""
    listed: tuple[Listed, ...] = ()
    """The page's list of sources."""
    truth: dict[str, tuple[bool | None, ...]] = Field(default_factory=dict)
    """What an invented world says of the page, mark by mark."""
    usage: Usage | None = None
    seconds: float | None = None
    """Wall time of this case alone; None for what was written elsewhere or judged in a batch."""
    reason: str = ""
    """Why it cannot answer, in the system's words."""
    error: str = ""

    @property
    def kept(self) -> tuple[AnswerSentence, ...]:
        return tuple(s for s in self.sentences if s.kept)

    @property
    def answer(self) -> Response:
        """What it says, as metrics read it: every sentence that was kept."""
        return _to_response(self.kept)

    @property
    def findings(self) -> Response:
        """The sentences that say what a source says."""
        return _to_response(tuple(s for s in self.kept if s.is_finding))

    @property
    def body(self) -> Response:
        """The findings below the summary, which says before what the body says again."""
        return _to_response(tuple(s for s in self.kept if s.is_finding and s.section != SUMMARY))

    @property
    def printed(self) -> Response:
        """All that it prints, with headings; a heading cites what its section cites.

        What is computed from the sources may quote the claim, as what the page says it tested.
        """
        tested = (Cited(id="claim", text=self.claim),) if self.claim else ()
        said = [
            Statement(text=s.text, citations=s.cited + (tested if s.kind is Kind.INFERENCE else ()))
            for s in self.kept
        ]
        sections: dict[str, dict[Cited, None]] = {}
        for s in self.kept:
            sections.setdefault(s.section, {}).update(dict.fromkeys(s.cited))
        said += [Statement(text=h, citations=tuple(cited)) for h, cited in sections.items()]
        return Response(statements=tuple(said))


def _to_response(sentences: tuple[AnswerSentence, ...]) -> Response:
    return Response(statements=tuple(Statement(text=s.text, citations=s.cited) for s in sentences))

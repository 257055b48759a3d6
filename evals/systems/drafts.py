"""A draft of the desk as an outcome: what stands, what fell, what was found, what it cost."""

from collections.abc import Mapping, Sequence
from time import perf_counter

from agent.render import render
from agent.service import Desk
from agent.types import (
    CheckedSentence,
    Citation,
    Claim,
    Insufficient,
    Page,
    Question,
    VerdictLabel,
)
from evals.case import NOT_ENOUGH
from evals.metrics.types import Cited
from evals.outcome import Outcome, Spoken
from evals.systems.texts import headed
from retrieval.types import Hit, Source


class Unkept:
    """A store that keeps nothing: an evaluation leaves no drafts in a library."""

    def keep(self, page: Page) -> str:
        return ""

    def earlier(self, claim: Claim) -> dict[str, Page]:
        return {}


def drafted(case: str, desk: Desk, question: Question) -> tuple[Outcome, Page | Insufficient]:
    """Draft once, and read the draft as an outcome with its wall time."""
    start = perf_counter()
    made = desk.draft(question)
    seconds = perf_counter() - start
    found = _short(case, made) if isinstance(made, Insufficient) else _page(case, made)
    return Outcome(**{**dict(found), "usage": made.usage, "seconds": seconds}), made


def spoken(
    sentence: CheckedSentence, place: str, sources: Mapping[str, Source], *, kept: bool
) -> Spoken:
    """A sentence of the desk with one citation for each source."""
    return Spoken(
        text=sentence.text,
        section=place,
        kind=sentence.kind,
        cited=cited(sentence.citations, sources),
        kept=kept,
        support=sentence.ruling.support,
        score=sentence.ruling.score,
        reason=sentence.ruling.reason,
        certificate=sentence.ruling.certificate,
    )


def cited(citations: Sequence[Citation], sources: Mapping[str, Source]) -> tuple[Cited, ...]:
    """Citations by source; one whose source is not there is dead."""
    words: dict[str, list[str]] = {}
    for citation in citations:
        words.setdefault(citation.source, []).append(citation.quote)
    return tuple(
        Cited(id=name, title=sources[name].title, text=headed(sources[name], " ".join(quotes)))
        if name in sources
        else Cited(id=name, text=None)
        for name, quotes in words.items()
    )


def _page(case: str, page: Page) -> Outcome:
    sources = {s.id: s for s in page.evidence.sources}
    sections = [("Executive summary", page.summary)]
    sections += [(s.heading, s.sentences) for s in page.sections]
    kept = [spoken(s, heading, sources, kept=True) for heading, ss in sections for s in ss]
    fell = [spoken(f.sentence, f.place, sources, kept=False) for f in page.fallen]
    label = page.verdict.label
    return Outcome(
        case=case,
        sentences=(*kept, *fell),
        verdict=NOT_ENOUGH if label is VerdictLabel.UNPROVEN else label.value,
        form=render(page, "text"),
        retrieved=_found(page.evidence.hits),
        cites=tuple(dict.fromkeys(c.source for s in page.sentences() for c in s.citations)),
    )


def _short(case: str, short: Insufficient) -> Outcome:
    return Outcome(
        case=case,
        verdict=NOT_ENOUGH,
        abstained=True,
        reason=short.reason,
        retrieved=_found(short.nearest),
    )


def _found(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.passage.source.id for hit in hits))

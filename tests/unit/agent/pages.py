"""Builders of small pages for tests: say what matters, take the rest as it comes."""

import hashlib
from collections.abc import Sequence
from datetime import date

from agent.types import (
    CheckedSection,
    CheckedSentence,
    Citation,
    Claim,
    Evidence,
    Insufficient,
    Kind,
    Page,
    Question,
    RejectedSentence,
    Support,
    Verdict,
    VerdictLabel,
    Verification,
)
from retrieval.types import Hit, Passage, Scope, Source

QUESTION = "Are nyc cops taking down I.C.E. agents?"
FOLLOW_UPS = (
    "What reply did the department give to the letter about the encounter?",
    "Under what conditions could a police officer arrest a federal agent?",
    "How did the disciplinary case over the alerts end in the city?",
)


def source(source_id: str, snapshot: str = "", /, **fields: object) -> Source:
    known: dict[str, object] = {
        "id": source_id,
        "title": f"Title of {source_id}",
        "publisher": f"Publisher of {source_id}",
        "url": f"https://example.org/{source_id}",
        "published": None,
        "accessed": date(2026, 11, 20),
        "tier": 1,
        "origin": source_id,
        "vetted_by": "example.org",
        "sha256": hashlib.sha256(snapshot.encode()).hexdigest(),
    }
    return Source.model_validate(known | fields)


def passage(source_id: str, words: str, /, *, at: int = 0, **fields: object) -> Passage:
    """A passage at offset `at` of its source; `fields` are the source's."""
    return Passage(
        id=f"{source_id}@{at}",
        source=source(source_id, words, **fields),
        start=at,
        end=at + len(words),
        text=words,
    )


def cite(where: Passage, quote: str | None = None) -> Citation:
    """Cite `quote`, by default the whole passage."""
    quote = where.text if quote is None else quote
    start = where.start + where.text.index(quote)
    return Citation(
        source=where.source.id, passage=where.id, start=start, end=start + len(quote), quote=quote
    )


def sentence(
    text: str,
    *cited: Passage | Citation,
    kind: Kind = Kind.FINDING,
    support: Support = Support.SUPPORTED,
    **verification: object,
) -> CheckedSentence:
    known: dict[str, object] = {"support": support, "score": 0.9, "reason": "for a test"}
    return CheckedSentence(
        text=text,
        kind=kind,
        citations=tuple(cite(c) if isinstance(c, Passage) else c for c in cited),
        ruling=Verification.model_validate(known | verification),
    )


def scope(passages: int = 412, sources: int = 75, origins: int = 70) -> Scope:
    return Scope(
        passages=passages,
        sources=sources,
        origins=origins,
        undated=20,
        earliest=date(2003, 1, 2),
        latest=date(2026, 2, 6),
    )


def evidence(*passages: Passage) -> Evidence:
    hits = tuple(Hit(passage=p, score=0.5, lexical=0.5, dense=0.5) for p in passages)
    return Evidence(hits=hits, scope=scope(), queries=("police arrest federal agents",))


def page(
    *sentences: CheckedSentence,
    passages: Sequence[Passage],
    summary: Sequence[CheckedSentence] = (),
    question: str = QUESTION,
    label: VerdictLabel = VerdictLabel.REFUTED,
    fallen: Sequence[RejectedSentence] = (),
) -> Page:
    """A page with one body section, limits and bottom line, each holding all `sentences`."""
    headings = (
        "Where the claim comes from",
        "What officials and their rules say about it",
        "What the record supports and the limits of available reporting",
        "Bottom line and what to watch next",
    )
    return Page(
        question=Question(text=question, asked_on=date(2026, 11, 22)),
        claim=Claim(
            text="New York police arrest ICE agents.",
            opposite="New York police do not arrest ICE agents.",
        ),
        verdict=Verdict(label=label, scope="the clips examined are fabricated", rule="refuted-1"),
        summary=tuple(summary) or sentences[:1],
        sections=tuple(CheckedSection(heading=h, sentences=sentences) for h in headings),
        follow_ups=FOLLOW_UPS,
        fallen=tuple(fallen),
        evidence=evidence(*passages),
        timings={"plan": 0.01, "draft": 0.2},
    )


def insufficient(*nearest: Passage, reason: str = "nothing speaks about it.") -> Insufficient:
    return Insufficient(
        question=Question(text="did the pope get arrested last week", asked_on=date(2026, 11, 22)),
        claim=Claim(text="The pope was arrested.", opposite="The pope was not arrested."),
        reason=reason,
        scope=scope(),
        silent=not nearest,
        nearest=evidence(*nearest).hits,
    )

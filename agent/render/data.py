"""A page as JSON: everything that the other forms show, and what it was made from."""

import json

from agent.render.citations import Numbering
from agent.render.wording import PLAIN, Edition, hidden, published_checks, source_notices
from agent.types import CheckedSentence, Evidence, Insufficient, Page, RejectedSentence
from retrieval.types import Hit

SCHEMA = 1
"""Raised by one when a field goes away or changes its meaning; a new field does not raise it."""

Json = dict[str, object]


def render(draft: Page | Insufficient, edition: Edition = PLAIN) -> str:
    """Write one indented JSON object; a page that could not be drafted has `verdict` null."""
    shared: Json = {
        "schema": SCHEMA,
        "question": draft.question.text,
        "claim": draft.claim.text,
        "opposite": draft.claim.opposite,
        "claim_kind": draft.claim.kind,
        "asks": draft.claim.asks,
        "actors": draft.claim.actors,
        "places": draft.claim.places,
        "dates": draft.claim.dates,
        "other_claims": draft.claim.others,
        "reading": draft.claim.notes,
        "earlier": [e.model_dump(mode="json") for e in draft.earlier],
        "checks": [c.model_dump(mode="json") for c, _ in published_checks(draft)],
        "source_notices": [n.model_dump(mode="json") for n, _ in source_notices(draft)],
        "checked_on": draft.question.asked_on.isoformat(),
        "as_of": draft.question.as_of.isoformat() if draft.question.as_of else None,
    }
    fields = _short(draft) if isinstance(draft, Insufficient) else _page(draft)
    if edition.notices:
        fields |= {"notices": edition.notices}
    text = json.dumps(shared | fields, ensure_ascii=False, indent=2, allow_nan=False)
    # Escaped, not taken out: a quote stays exact, and printing it cannot steer a terminal.
    return "".join(json.dumps(c)[1:-1] if hidden(c) and c != "\n" else c for c in text) + "\n"


def _page(page: Page) -> Json:
    numbered = enumerate(Numbering.of(page).sources, 1)
    return {
        "verdict": page.verdict.label,
        "verdict_scope": page.verdict.scope,
        "verdict_rule": page.verdict.rule,
        "summary": [_sentence(s) for s in page.summary],
        "sections": [
            {"heading": section.heading, "sentences": [_sentence(s) for s in section.sentences]}
            for section in page.sections
        ],
        "follow_ups": page.follow_ups,
        "sources": [{"n": n, **source.model_dump(mode="json")} for n, source in numbered],
        "fallen": [_fallen(f) for f in page.fallen],
        "evidence": _evidence(page.evidence),
        "usage": page.usage.model_dump(mode="json"),
        "timings": page.timings,
    }


def _short(draft: Insufficient) -> Json:
    nothing: Json = {
        name: [] for name in ("summary", "sections", "follow_ups", "sources", "fallen")
    }
    evidence = Evidence(hits=draft.nearest, scope=draft.scope, queries=())
    return {
        "verdict": None,
        "reason": draft.reason,
        **nothing,
        "evidence": _evidence(evidence),
        "usage": draft.usage.model_dump(mode="json"),
        "timings": {},
    }


def _sentence(sentence: CheckedSentence) -> Json:
    return sentence.model_dump(mode="json")


def _fallen(fallen: RejectedSentence) -> Json:
    rest = fallen.model_dump(mode="json", exclude={"sentence"})
    return {**_sentence(fallen.sentence), **rest}


def _evidence(evidence: Evidence) -> Json:
    """What the draft could have cited: a quote can be checked here without the library."""
    return {
        "scope": evidence.scope.model_dump(mode="json"),
        "queries": evidence.queries,
        "sources": [source.model_dump(mode="json") for source in evidence.sources],
        "passages": [_passage(hit) for hit in evidence.hits],
    }


def _passage(hit: Hit) -> Json:
    passage = hit.passage.model_dump(mode="json", exclude={"source"})
    return {**passage, "source": hit.passage.source.id, "score": hit.score}

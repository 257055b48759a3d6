"""A page as ClaimReview, the schema.org record of a fact-check, in JSON-LD.

Terms: https://schema.org/ClaimReview, https://schema.org/Rating. It is a draft: whoever publishes
it adds `url`, `author` and `datePublished`, which the desk does not know.
"""

import json
from typing import Final

from agent.render import wording
from agent.render.citations import Numbering, safe_url
from agent.types import Insufficient, Page, VerdictLabel
from retrieval.types import Source

Json = dict[str, object]

SCALE: Final = {VerdictLabel.REFUTED: 1, VerdictLabel.MIXED: 3, VerdictLabel.SUPPORTED: 5}
"""From 1 (false) to 5 (true). Unproven is no place between them, so it has no number."""


def render(draft: Page | Insufficient) -> str:
    """Write one JSON-LD object that can stand inside an HTML `script` element."""
    review: Json = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "name": wording.title(draft),
        "claimReviewed": wording.prose(draft.claim.text),
        "itemReviewed": {"@type": "Claim", "text": wording.prose(draft.claim.text)},
        "dateCreated": draft.question.asked_on.isoformat(),
        "creativeWorkStatus": "Draft",
        "inLanguage": "en",
        "description": wording.DISCLAIMER,
        **(_short(draft) if isinstance(draft, Insufficient) else _page(draft)),
    }
    text = json.dumps(review, ensure_ascii=False, indent=2)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e") + "\n"


def _page(page: Page) -> Json:
    return {
        "reviewRating": _rating(page),
        "reviewBody": " ".join(wording.prose(s.text) for s in page.summary),
        "citation": [_source(s) for s in Numbering.of(page).sources],
    }


def _short(draft: Insufficient) -> Json:
    said = f"{wording.reason_line(draft)} {wording.searched_line(draft)}"
    return {
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "Not enough evidence",
            "ratingExplanation": said,
        },
        "citation": [_source(s) for s in wording.nearest(draft)],
    }


def _rating(page: Page) -> Json:
    """A place on the scale only where the sources give the claim one."""
    verdict, factual = page.verdict, page.claim.gets_verdict
    rating: Json = {
        "@type": "Rating",
        "alternateName": wording.verdict(page),
        "ratingExplanation": wording.reason(page),
    }
    if factual and verdict.label in SCALE:
        rating |= {"ratingValue": SCALE[verdict.label], "worstRating": 1, "bestRating": 5}
    return rating


def _source(source: Source) -> Json:
    found: Json = {
        "@type": "CreativeWork",
        "name": wording.prose(source.title),
        "publisher": {"@type": "Organization", "name": wording.prose(source.publisher)},
    }
    if url := safe_url(source.url):
        found["url"] = url
    if source.published:
        found["datePublished"] = source.published.isoformat()
    return found

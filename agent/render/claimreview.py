"""A page as ClaimReview, the schema.org record of a fact-check, in JSON-LD.

Terms: https://schema.org/ClaimReview, https://schema.org/Rating. Without an address and the name of
who publishes it, it is a draft; with them it has the `url`, `author` and `datePublished` that
validators ask for.
"""

import json
import re
from typing import Final

from agent.language import lexicon
from agent.render import wording
from agent.render.citations import Numbering, safe_url
from agent.types import Insufficient, Page, SourceStance, Stance, Value, VerdictLabel
from retrieval.types import Source

Json = dict[str, object]

SCALE: Final = {VerdictLabel.REFUTED: 1, VerdictLabel.MIXED: 3, VerdictLabel.SUPPORTED: 5}
"""From 1 (false) to 5 (true). Unproven is no place between them, so it has no number."""


_BODY: Final = re.compile(rf"\b{lexicon.any_of('core.institutions')}\b|\b[A-Z]{{2,}}\b")


class NothingToPublish(ValueError):
    """There is no verdict that a ClaimReview could give."""


class Publication(Value):
    """Who publishes a fact-check and where."""

    url: str = ""
    """Address of the page, with `{draft}` where the id of the draft belongs."""
    name: str = ""
    """Organisation that publishes it."""
    unproven: bool = False
    """Whether to write a ClaimReview of a claim that got no verdict."""


def render(
    draft: Page | Insufficient,
    publication: Publication | None = None,
    edition: wording.Edition = wording.PLAIN,
) -> str:
    """Write one JSON-LD object that can stand inside an HTML `script` element.

    Raises:
        NothingToPublish: the claim got no verdict, and nobody asked for it all the same.
    """
    publication = publication or Publication()
    if not (publication.unproven or _is_settled(draft)):
        raise NothingToPublish(
            "No ClaimReview was written: the claim is unproven or has no verdict, and readers of a "
            "ClaimReview take it for a rating. --unproven writes it all "
            "the same (in the API: unproven=true)."
        )
    review: Json = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        **_published(draft, publication, edition),
        "name": wording.title(draft),
        "claimReviewed": wording.prose(draft.claim.text),
        "itemReviewed": _claim(draft),
        "dateCreated": draft.question.asked_on.isoformat(),
        "inLanguage": "en",
        **({"correction": edition.lines()} if edition.notices else {}),
        "description": wording.DISCLAIMER,
        **(_short(draft) if isinstance(draft, Insufficient) else _page(draft)),
    }
    text = json.dumps(review, ensure_ascii=False, indent=2)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e") + "\n"


def _is_settled(draft: Page | Insufficient) -> bool:
    if isinstance(draft, Insufficient):
        return False
    return draft.claim.gets_verdict and draft.verdict.label is not VerdictLabel.UNPROVEN


def _published(
    draft: Page | Insufficient, publication: Publication, edition: wording.Edition
) -> Json:
    """Who publishes it, where and when; a draft until both are known."""
    found: Json = {}
    if publication.name:
        found["author"] = {"@type": "Organization", "name": wording.prose(publication.name)}
    if publication.url and isinstance(draft, Page):
        found["url"] = publication.url.replace("{draft}", edition.name(draft))
    if len(found) < 2:
        return {**found, "creativeWorkStatus": "Draft"}
    return {**found, "datePublished": draft.question.asked_on.isoformat()}


def _claim(draft: Page | Insufficient) -> Json:
    """The claim; where sources report it, who makes it and where that stands."""
    claim: Json = {"@type": "Claim", "text": wording.prose(draft.claim.text)}
    if isinstance(draft, Insufficient):
        return claim
    made = [s for s in draft.verdict.stances if s.stance is Stance.FOR and s.holder]
    sources = {s.id: s for s in draft.evidence.sources}
    places = [_source(sources[s.source]) for s in made if s.source in sources]
    if authors := [author for s in made if (author := _author(s))]:
        claim["author"] = authors[0]
    return {**claim, "appearance": places} if places else claim


def _author(stance: SourceStance) -> Json | None:
    """Who holds the claim, where it is a name: a person's, or one of a body."""
    name = wording.prose(stance.holder)
    words = name.removeprefix("the ").removeprefix("The ").split()
    if not words or not all(w[0].isupper() or w in {"of", "for", "and", "the"} for w in words):
        return None
    person = len(words) in {2, 3} and not _BODY.search(name)
    return {"@type": "Person" if person else "Organization", "name": name}


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

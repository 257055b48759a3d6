"""The ClaimReview form: the shape that schema.org gives it, and no rating that was not reached."""

import json
from typing import Any

import pytest

from agent.render import render
from agent.types import ClaimKind, Insufficient, Page, VerdictLabel
from tests.unit.agent.pages import insufficient, page, passage, sentence

TERMS = {  # of https://schema.org: what a type may have, its parents' terms included
    "ClaimReview": {
        *("claimReviewed", "itemReviewed", "reviewRating", "reviewBody", "citation", "name"),
        *("dateCreated", "creativeWorkStatus", "inLanguage", "description"),
    },
    "Claim": {"text"},
    "Rating": {"alternateName", "ratingExplanation", "ratingValue", "worstRating", "bestRating"},
    "CreativeWork": {"name", "publisher", "url", "datePublished"},
    "Organization": {"name"},
}
LAKE = passage("lake", "The lake froze.", published="2025-05-01")
SEA = passage("sea", "The sea was calm.", url="ftp://example.org/sea")


def drafted(label: VerdictLabel, kind: ClaimKind = ClaimKind.FACTUAL) -> Page:
    made = page(
        sentence("The lake froze.", LAKE, SEA), passages=[LAKE, SEA], label=label, question="Did it"
    )
    return made.model_copy(update={"claim": made.claim.model_copy(update={"kind": kind})})


def review(draft: Page | Insufficient) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(draft, "claimreview"))
    return read


def rating(label: VerdictLabel, kind: ClaimKind = ClaimKind.FACTUAL) -> dict[str, Any]:
    found: dict[str, Any] = review(drafted(label, kind))["reviewRating"]
    return found


def require_terms(found: object) -> None:
    if isinstance(found, list):
        for part in found:
            require_terms(part)
    if isinstance(found, dict):
        assert found.keys() - {"@type", "@context"} <= TERMS[found["@type"]]
        for part in found.values():
            require_terms(part)


@pytest.mark.parametrize("label", VerdictLabel)
def test_it_has_the_terms_of_schema_org_and_no_others(label: VerdictLabel) -> None:
    found = review(drafted(label))
    assert (found["@context"], found["@type"]) == ("https://schema.org", "ClaimReview")
    assert found["claimReviewed"] == found["itemReviewed"]["text"] != ""
    assert found["itemReviewed"]["@type"] == "Claim"
    assert found["dateCreated"] == "2026-11-22"
    require_terms(found)


@pytest.mark.parametrize(
    ("label", "value", "name"),
    [
        (VerdictLabel.REFUTED, 1, "Refuted"),
        (VerdictLabel.MIXED, 3, "Mixed"),
        (VerdictLabel.SUPPORTED, 5, "Supported"),
    ],
)
def test_a_verdict_has_its_place_between_false_and_true(
    label: VerdictLabel, value: int, name: str
) -> None:
    found = rating(label)
    assert (found["ratingValue"], found["alternateName"]) == (value, name)
    assert (found["worstRating"], found["bestRating"]) == (1, 5)


def test_unproven_has_a_name_and_no_number() -> None:
    found = rating(VerdictLabel.UNPROVEN)
    assert found["alternateName"] == "Unproven"
    assert not {"ratingValue", "bestRating", "worstRating"} & found.keys()


@pytest.mark.parametrize("kind", [k for k in ClaimKind if k is not ClaimKind.FACTUAL])
def test_an_opinion_or_a_prediction_is_not_rated(kind: ClaimKind) -> None:
    found = rating(VerdictLabel.UNPROVEN, kind)
    assert found["alternateName"] == "No verdict"
    assert "ratingValue" not in found


def test_too_little_evidence_is_not_rated() -> None:
    found = review(insufficient(LAKE))
    require_terms(found)
    assert found["reviewRating"]["alternateName"] == "Not enough evidence"
    assert "ratingValue" not in found["reviewRating"]
    assert "reviewBody" not in found


def test_it_is_called_a_draft_and_names_no_author() -> None:
    found = review(drafted(VerdictLabel.REFUTED))
    assert found["creativeWorkStatus"] == "Draft"
    assert not {"author", "url", "datePublished"} & found.keys()


def test_sources_are_cited_with_what_is_known_of_them() -> None:
    lake, sea = review(drafted(VerdictLabel.MIXED))["citation"]
    assert lake == {
        "@type": "CreativeWork",
        "name": "Title of lake",
        "publisher": {"@type": "Organization", "name": "Publisher of lake"},
        "url": "https://example.org/lake",
        "datePublished": "2025-05-01",
    }
    assert not {"url", "datePublished"} & sea.keys()


def test_it_can_stand_inside_a_script_element() -> None:
    odd = passage("odd", "Ice.", title="</script><script>alert(1)</script> & <!--")
    text = render(page(sentence("Ice.", odd), passages=[odd]), "claimreview")
    assert not {"<", ">", "&"} & set(text)
    assert json.loads(text)["citation"][0]["name"].startswith("</script>")

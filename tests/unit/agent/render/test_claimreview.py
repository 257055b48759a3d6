"""The ClaimReview form: the shape that schema.org gives it, and no rating that was not reached."""

import json
from typing import Any

import pytest

from agent.render import claimreview, render
from agent.types import (
    ClaimKind,
    Insufficient,
    Page,
    SourceStance,
    Stance,
    Verdict,
    VerdictLabel,
    draft_id,
)
from tests.unit.agent.pages import cite, insufficient, page, passage, sentence

TERMS = {  # of https://schema.org: what a type may have, its parents' terms included
    "ClaimReview": {
        *("claimReviewed", "itemReviewed", "reviewRating", "reviewBody", "citation", "name"),
        *("dateCreated", "creativeWorkStatus", "inLanguage", "description"),
        *("url", "author", "datePublished"),
    },
    "Claim": {"text", "author", "appearance"},
    "Person": {"name"},
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
    anyway = claimreview.Publication(unproven=True)
    read: dict[str, Any] = json.loads(claimreview.render(draft, anyway))
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


SETTLED = [VerdictLabel.REFUTED, VerdictLabel.MIXED, VerdictLabel.SUPPORTED]


@pytest.mark.parametrize("label", SETTLED)
def test_a_verdict_is_written_without_being_told(label: VerdictLabel) -> None:
    assert json.loads(render(drafted(label), "claimreview"))["reviewRating"]["ratingValue"]


@pytest.mark.parametrize(
    "draft",
    [
        drafted(VerdictLabel.UNPROVEN),
        drafted(VerdictLabel.REFUTED, ClaimKind.OPINION),
        insufficient(LAKE),
    ],
)
def test_without_a_verdict_nothing_is_written_unless_told(draft: Page | Insufficient) -> None:
    with pytest.raises(claimreview.NothingToPublish, match="--unproven writes it"):
        render(draft, "claimreview")


def test_where_nothing_was_found_nothing_is_cited() -> None:
    assert "citation" not in review(insufficient(LAKE))


def test_what_is_published_has_its_address_its_author_and_its_day() -> None:
    draft = drafted(VerdictLabel.REFUTED)
    where = claimreview.Publication(url="https://desk.example.org/checks/{draft}", name="The Desk")
    found = json.loads(claimreview.render(draft, where))
    require_terms(found)
    assert found["url"] == f"https://desk.example.org/checks/{draft_id(draft)}"
    assert found["author"] == {"@type": "Organization", "name": "The Desk"}
    assert found["datePublished"] == "2026-11-22"
    assert "creativeWorkStatus" not in found


@pytest.mark.parametrize("known", [{"name": "The Desk"}, {"url": "https://a.example.org/{draft}"}])
def test_with_one_of_both_it_stays_a_draft(known: dict[str, str]) -> None:
    draft = drafted(VerdictLabel.REFUTED)
    found = json.loads(claimreview.render(draft, claimreview.Publication(**known)))
    assert found["creativeWorkStatus"] == "Draft"
    assert "datePublished" not in found


@pytest.mark.parametrize(
    ("holder", "author"),
    [
        ("Ann Voss", {"@type": "Person", "name": "Ann Voss"}),
        ("the Lake Ministry", {"@type": "Organization", "name": "the Lake Ministry"}),
        ("NATO", {"@type": "Organization", "name": "NATO"}),
        ("many residents", None),
        ("", None),
    ],
)
def test_who_makes_the_claim_and_where_is_named_where_a_source_says_it(
    holder: str, author: dict[str, str] | None
) -> None:
    made = drafted(VerdictLabel.REFUTED)
    stance = SourceStance(source="lake", stance=Stance.FOR, words=(cite(LAKE),), holder=holder)
    verdict = Verdict(**{**dict(made.verdict), "stances": (stance,)})
    claim = review(Page(**{**dict(made), "verdict": verdict}))["itemReviewed"]
    assert claim.get("author") == author
    places = [place["url"] for place in claim.get("appearance", [])]
    assert places == (["https://example.org/lake"] if holder else [])

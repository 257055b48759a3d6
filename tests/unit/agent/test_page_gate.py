"""The last gate: a page that holds what does not stand cannot be built, whoever builds it."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from agent.types import Citation, Page, Support
from tests.unit.agent import pages

BRIDGE = pages.passage("bridge", "The council closed the old bridge on May 3.", at=40)
RIVER = pages.passage("river", "The river rose two metres after the storm.")
TEXT = "The council closed the bridge."
QUOTE = "closed the old bridge"


def built(*cited: Citation, **ruling: object) -> Page:
    """A page of one sentence that cites as it is told to."""
    return pages.page(pages.sentence(TEXT, *cited, **ruling), passages=[BRIDGE, RIVER])  # type: ignore[arg-type]


def other(**fields: object) -> Citation:
    """A citation of `QUOTE` with some of it changed."""
    return Citation.model_validate({**dict(pages.cite(BRIDGE, QUOTE)), **fields})


START = pages.cite(BRIDGE, QUOTE).start


def test_a_page_whose_citations_hold_their_words_is_built() -> None:
    assert built(other()).summary[0].citations == (other(),)


@pytest.mark.parametrize(
    ("citation", "reason"),
    [
        pytest.param(other(quote="opened the old bridge"), "quotes what is not", id="other words"),
        pytest.param(other(quote="Closed the old bridge"), "quotes what is not", id="another case"),
        pytest.param(
            other(start=START + 1, end=START + 1 + len(QUOTE)), "quotes what is not", id="one later"
        ),
        pytest.param(
            other(start=START - 1, end=START - 1 + len(QUOTE)),
            "quotes what is not",
            id="one sooner",
        ),
        pytest.param(other(start=0, end=len(QUOTE)), "quotes what is not", id="before its passage"),
        pytest.param(
            other(start=900, end=900 + len(QUOTE)), "quotes what is not", id="behind its passage"
        ),
        pytest.param(other(passage="bridge@7"), "cites what is not in", id="no such passage"),
        pytest.param(
            other(start=START + 7, end=1000, quote="the old bridge on May 3."),
            "quotes what is not",
            id="beyond its end",
        ),
        pytest.param(other(source="river"), "cites what is not in", id="another source"),
    ],
)
def test_a_page_whose_citation_is_not_the_stored_text_cannot_be_built(
    citation: Citation, reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        built(citation)


@pytest.mark.parametrize("support", [s for s in Support if s is not Support.SUPPORTED])
def test_a_page_with_a_sentence_that_is_not_supported_cannot_be_built(support: Support) -> None:
    with pytest.raises(ValidationError, match="does not stand"):
        built(other(), support=support)


def test_a_page_with_a_sentence_without_a_citation_cannot_be_built() -> None:
    with pytest.raises(ValidationError, match="cites nothing"):
        built()


@pytest.mark.parametrize("where", ["summary", "sections"])
def test_a_kept_page_in_which_a_quote_was_changed_is_not_read(where: str) -> None:
    kept: dict[str, Any] = json.loads(built(other()).model_dump_json())
    first = kept[where][0]
    sentence = first if where == "summary" else first["sentences"][0]
    sentence["citations"][0]["quote"] = "opened the old bridge"
    with pytest.raises(ValidationError, match="quotes what is not"):
        Page.model_validate_json(json.dumps(kept))

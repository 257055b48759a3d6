"""An abbreviation is explained where a page uses it first."""

from agent.types import Citation, Evidence, Sentence
from agent.writers.anaphora import Explainer
from retrieval.types import Hit, Passage, Scope
from tests.fakes import passages, source

HELD = passages(
    source("eagle", publisher="Eagle"),
    "The Eagle reported on a review by the New York City Department of Bridges (DOB) of five "
    "bridges. DOB found that one of the five bridges was closed.",
)


def explainer(held: list[Passage]) -> Explainer:
    hits = tuple(Hit(passage=p, score=1.0, lexical=1.0, dense=1.0) for p in held)
    scope = Scope(passages=len(held), sources=1, origins=1, undated=1)
    return Explainer(Evidence(hits=hits, scope=scope, queries=()))


def sentence(
    text: str, quote: str = "DOB found that one of the five bridges was closed."
) -> Sentence:
    start = HELD[0].text.index(quote)
    place = Citation(
        source="eagle",
        passage=HELD[0].id,
        start=HELD[0].start + start,
        end=HELD[0].start + start + len(quote),
        quote=quote,
    )
    return Sentence(text=text, citations=(place,))


def test_the_first_use_has_the_name_in_full_and_cites_the_words_that_explain_it() -> None:
    said = explainer(HELD).explain(sentence("DOB found that one of the five bridges was closed."))
    assert said.text.startswith("The New York City Department of Bridges (DOB) found that one")
    assert "Department of Bridges (DOB)" in said.citations[-1].quote


def test_a_later_use_is_short() -> None:
    page = explainer(HELD)
    page.explain(sentence("DOB found that one of the five bridges was closed."))
    again = page.explain(
        sentence("A review by the New York City Department of Bridges (DOB) ended.")
    )
    assert again.text == "A review by the DOB ended."
    assert len(again.citations) == 1


def test_words_in_quotation_marks_stay_as_they_are() -> None:
    said = explainer(HELD).explain(sentence('The mayor said: "DOB found one bridge closed".'))
    assert said.text == 'The mayor said: "DOB found one bridge closed".'


def test_an_abbreviation_that_the_evidence_does_not_explain_stays() -> None:
    said = explainer(HELD).explain(sentence("According to the NTSB one bridge was closed."))
    assert said.text == "According to the NTSB one bridge was closed."


def test_letters_that_are_not_the_initials_of_a_name_explain_nothing() -> None:
    held = passages(source("wire"), "The Kuwait Post Office (ABCD) closed the bridge.")
    said = explainer(held).explain(sentence("ABCD closed one of the five bridges."))
    assert said.text == "ABCD closed one of the five bridges."

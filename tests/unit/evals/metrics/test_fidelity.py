import pytest

from evals.metrics import fidelity
from evals.metrics.types import Cited, Statement
from tests.unit.evals.metrics.judges import answer, statement


def test_an_apostrophe_is_no_quotation_mark() -> None:
    """A published quotation checker finds a quotation between these two apostrophes."""
    said = "The NYPD's officers did not arrest any of ICE's agents."
    assert fidelity.quotation_fidelity(answer(statement(said, "Another text."))).marks == ()


@pytest.mark.parametrize(
    ("said", "cited", "mark"),
    [
        pytest.param(
            "She called it “a very grave error”.",
            'He said: "a  very grave Error," he said.',
            1.0,
            id="word for word",
        ),
        pytest.param(
            'She called it "a very big error".', "a very grave error", 0.0, id="another word"
        ),
        pytest.param(
            'It was "a very [grave] mistake".', "a very grave error", 0.0, id="word in brackets"
        ),
        pytest.param('It was "a very … error".', "a very grave error", 1.0, id="words left out"),
        pytest.param(
            'It was "error ... very grave".', "a very grave error", 0.0, id="out of order"
        ),
    ],
)
def test_a_quotation_stands_word_for_word_or_not(said: str, cited: str, mark: float) -> None:
    assert fidelity.quotation_fidelity(answer(statement(said, cited))).marks == (mark,)


@pytest.mark.parametrize(
    ("said", "cited", "marks"),
    [
        pytest.param("Some 1,200 people came.", "1200 people", (1,), id="comma"),
        pytest.param("Some 1,200 people came.", "1,300 people", (0,), id="other value"),
        pytest.param("It cost $2.5 million.", "a bill of 2,500,000 dollars", (1,), id="scaled"),
        pytest.param("It cost $2.5 million.", "a bill of 2.5 billion", (0,), id="other scale"),
        pytest.param(
            "Twelve of 30 fell by 4.50%.",
            "12 fell, thirty in all, by 4.5 percent",
            (1, 1, 1),
            id="words and percent",
        ),
        pytest.param("Twenty-five fell.", "25 fell", (1,), id="compound word"),
        pytest.param("One of both fell, or three.", "it fell", (None, None), id="small count"),
        pytest.param("Three fell.", "3 fell", (1,), id="small digit"),
        pytest.param("On March 5, 2024 it fell.", "it fell", (), id="only a date"),
    ],
)
def test_a_number_is_compared_by_its_value(said: str, cited: str, marks: tuple[float, ...]) -> None:
    assert fidelity.number_fidelity(answer(statement(said, cited))).marks == marks


@pytest.mark.parametrize(
    ("said", "cited", "marks"),
    [
        pytest.param("On March 5, 2024 it fell.", "5 March 2024", (1,), id="day first"),
        pytest.param("On March 5, 2024 it fell.", "2024-03-05", (1,), id="ISO"),
        pytest.param("On March 6, 2024 it fell.", "5 March 2024", (0,), id="other day"),
        pytest.param("In March 2024 it fell.", "5 March 2024", (1,), id="month only"),
        pytest.param("On March 5, 2024 it fell.", "March 2024", (0,), id="too exact"),
        pytest.param("On March 5, 2024 it fell.", "on Mar. 5 it fell", (None,), id="year unknown"),
        pytest.param("In 2023 it fell.", "It fell in March 2024.", (0,), id="other year"),
        pytest.param("It may fall, the Marines said.", "nothing", (), id="no date"),
    ],
)
def test_a_date_may_be_less_exact_than_its_evidence_and_never_more(
    said: str, cited: str, marks: tuple[float | None, ...]
) -> None:
    assert fidelity.date_fidelity(answer(statement(said, cited))).marks == marks


@pytest.mark.parametrize(
    ("said", "cited", "marks"),
    [
        pytest.param(
            "The mayor, Eric Adams, spoke.", "Mayor Eric Adams's speech", (1,), id="possessive"
        ),
        pytest.param(
            "The mayor, Eric Adams, spoke.", "Mayor John Adams", (0,), id="other first name"
        ),
        pytest.param(
            "The memo of the FBI leaked.", "a Federal Bureau Investigation memo", (1,), id="acronym"
        ),
        pytest.param(
            "The FBI met Marco Rubio.", "the FBI met Rubio", (1, 0), id="missing first name"
        ),
        pytest.param("When Eric Adams spoke, it rained.", "Adams spoke", (0,), id="opening word"),
        pytest.param(
            "He met American and French envoys.",
            "envoys of America and Spain",
            (1, 0),
            id="peoples",
        ),
        pytest.param("Although Adams spoke, it rained.", "Adams spoke", (1,), id="opening link"),
        pytest.param("Police spoke on Monday and in March.", "police", (), id="calendar"),
    ],
)
def test_a_name_stands_with_every_word_or_as_an_acronym(
    said: str, cited: str, marks: tuple[float, ...]
) -> None:
    assert fidelity.name_fidelity(answer(statement(said, cited))).marks == marks


def test_a_fact_with_only_dead_citations_stands_nowhere() -> None:
    assert fidelity.number_fidelity(answer(statement("It fell by 7%.", None))).marks == (0,)


def test_an_answer_without_hard_facts_is_not_scored() -> None:
    score = fidelity.number_fidelity(answer(statement("It fell.", "It fell.")))
    assert (score.value, score.n) == (None, 0)


SUMMARY = Cited(
    id="note", text='The mayor called it "a very grave error". He left early.', summary=True
)


@pytest.mark.parametrize(
    ("said", "invented"),
    [
        ('The mayor called it "a very grave error".', 0),
        ("The mayor called it \u201ca very grave error\u201d.", 0),
        ('The paper wrote that "he left early".', 1),
        ('"The mayor called it" so, and "he left early".', 2),
        ("He left early.", 0),
    ],
)
def test_words_of_a_summary_between_marks_are_counted(said: str, invented: int) -> None:
    told = answer(Statement(text=said, citations=(SUMMARY,)))
    assert fidelity.invented_quotations(told).marks == (invented,)
    verbatim = Cited(id="note", text=SUMMARY.text)
    printed = answer(Statement(text=said, citations=(verbatim,)))
    assert fidelity.invented_quotations(printed).marks == (0,)

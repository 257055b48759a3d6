from collections.abc import Callable, Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.audit.cited_text import CitedText
from agent.audit.reading import read_text
from agent.types import Support
from evals.case import Document
from evals.metrics import citations, types
from evals.metrics.types import Cited, Judge, Response, Score, Statement
from evals.outcome import Outcome
from evals.systems.texts import resolve_sources
from tests.unit.evals.metrics.judges import answer, judge, statement

FIGURE = answer(
    statement("red fox jumps", "a red fox", "it jumps"),
    statement("blue sea", "the blue sea", "grey stone", "sea so blue"),
    statement("cold night", "warm day"),
)
"""Two of three statements carried; of six citations the stone and the day do not help."""

RESPONSES = st.lists(
    st.builds(
        lambda words, cited: statement(" ".join(words), *cited),
        st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3),
        st.lists(
            st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4).map(" ".join), max_size=4
        ),
    ),
    min_size=1,
    max_size=4,
).map(lambda statements: answer(*statements))
quickly = settings(max_examples=80, deadline=None, derandomize=True, database=None)


def resolve(text: CitedText, words: Mapping[int, str]) -> Response:
    """What a text cites, where these words stand behind its numbers."""
    documents = [Document(n=n, text=held) for n, held in words.items()]
    sentences = resolve_sources(text, documents).to_sentences()
    return Outcome(case="pages/a", sentences=sentences).answer


def value(score: Score) -> float:
    assert score.value is not None
    return score.value


def test_the_worked_example_has_recall_two_thirds_and_precision_four_sixths() -> None:
    assert citations.alce_recall(FIGURE, judge).value == pytest.approx(2 / 3)
    assert citations.alce_precision(FIGURE, judge).value == pytest.approx(4 / 6)
    assert citations.strict_recall(FIGURE, judge).value == pytest.approx(2 / 3)
    assert citations.strict_precision(FIGURE, judge).marks == (1, 1, 1, 0, 1, 0)
    assert types.f1(4 / 6, 2 / 3) == pytest.approx(2 / 3)


def test_the_exact_form_reads_titles_and_the_first_three_citations_only() -> None:
    seen: list[str] = []

    def listening(premise: str, hypothesis: str) -> Support:
        seen.append(premise)
        return judge(premise, hypothesis)

    cited = tuple(Cited(id=w, text=w, title=w.upper()) for w in "wxyz")
    response = answer(Statement(text="z", citations=cited))
    assert citations.alce_recall(response, listening).value == 0
    assert seen == ["Title: W\nw\nTitle: X\nx\nTitle: Y\ny"]
    assert citations.alce_precision(response, judge).n == 3
    assert citations.strict_recall(response, judge).value == 1


def test_citations_of_documents_that_do_not_exist_cost_precision_and_recall() -> None:
    """A published citation metric gives this answer 1.0 three times."""
    response = answer(
        statement("red fox", "red fox"), statement("blue sea", None), statement("cold night", None)
    )
    for metric in (citations.weighted_precision, citations.weighted_recall):
        assert metric(response, judge).value == pytest.approx(1 / 3)
    assert citations.strict_precision(response, judge).value == pytest.approx(1 / 3)
    assert citations.strict_recall(response, judge).value == pytest.approx(1 / 3)
    assert citations.dead_citation_rate(response).value == pytest.approx(2 / 3)
    assert citations.alce_precision(response, judge).value == 1, "the published rule, to the letter"


@pytest.mark.parametrize(
    ("metric", "worst"),
    [
        pytest.param(lambda r: citations.strict_recall(r, judge), 0, id="strict recall"),
        pytest.param(lambda r: citations.strict_precision(r, judge), 0, id="strict precision"),
        pytest.param(lambda r: citations.weighted_recall(r, judge), 0, id="weighted recall"),
        pytest.param(lambda r: citations.weighted_precision(r, judge), 0, id="weighted precision"),
        pytest.param(citations.uncited_rate, 1, id="uncited"),
    ],
)
def test_an_empty_answer_gets_the_worst_score_and_not_the_best(
    metric: Callable[[Response], Score], worst: float
) -> None:
    """One harness scores nothing to judge as 1."""
    assert metric(answer()).value == worst


def test_an_empty_answer_stays_in_the_mean() -> None:
    """One harness drops what has no statements from its mean."""
    scores = [citations.strict_recall(r, judge) for r in (FIGURE, answer())]
    assert [s.n for s in scores] == [3, 1]
    assert citations.alce_recall(answer(), judge).value is None, "the published script skips it"


def test_number_zero_is_dead_and_not_the_last_document() -> None:
    text = read_text("The fox is red [0]. The sea is blue [1].\n\n## Sources\n[1] Sea\n[2] Fox\n")
    response = resolve(text, {1: "the sea is blue", 2: "the fox is red"})
    assert [c.text for s in response.statements for c in s.citations] == [None, "the sea is blue"]
    assert citations.alce_recall(response, judge).marks == (0, 1)


def test_a_citation_behind_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    text = read_text("The fox is red. [1] The sea is blue. [2]\n\n## Sources\n[1] Fox\n[2] Sea\n")
    response = resolve(text, {1: "the fox is red", 2: "the sea is blue"})
    assert citations.strict_recall(response, judge).marks == (1, 1)


@pytest.mark.parametrize("group", ["[1-3]", "[1][2][3]", "[1, 2, 3]", "[1] [2] [3]"])
def test_every_way_to_write_a_group_is_the_same_group(group: str) -> None:
    text = read_text(f"A b c {group}.\n\n## Sources\n[1] A\n[2] B\n[3] C\n")
    response = resolve(text, {1: "a", 2: "b", 3: "c"})
    assert citations.strict_precision(response, judge).marks == (1, 1, 1)


def test_a_citation_given_twice_counts_once() -> None:
    twice = answer(statement("red fox", "red fox", "red fox"))
    assert citations.strict_precision(twice, judge).marks == (1,)


def test_what_could_not_be_checked_is_counted_and_not_averaged() -> None:
    response = answer(statement("red fox", "red fox"), statement("is it?", "is it?", "so it is"))
    recall = citations.strict_recall(response, judge)
    assert (recall.value, recall.n, recall.unscored) == (1, 1, 1)
    precision = citations.strict_precision(response, judge)
    assert (precision.value, precision.n, precision.unscored) == (1, 1, 2)
    assert citations.over_citation_rate(response, judge).unscored == 2
    assert citations.support_shares(response, judge).none.unscored == 1


def test_partial_support_is_worth_half_and_the_shares_add_up() -> None:
    response = answer(
        statement("red fox", "red fox"), statement("blue sea", "blue"), statement("cold night", "x")
    )
    assert citations.weighted_recall(response, judge).value == pytest.approx(0.5)
    shares = citations.support_shares(response, judge)
    assert [value(s) for s in (shares.full, shares.partial, shares.none)] == [
        pytest.approx(1 / 3)
    ] * 3


def test_all_citations_of_a_sentence_can_be_judged_instead_of_the_first() -> None:
    response = answer(statement("red fox", "blue sea", "red fox"))
    assert citations.weighted_recall(response, judge).value == 0
    assert citations.weighted_recall(response, judge, first_only=False).value == 1
    assert citations.weighted_precision(response, judge, first_only=False).value == 0.5


def test_a_dead_citation_spoils_its_sentence_however_good_the_others_are() -> None:
    response = answer(statement("red fox", "red fox", None))
    assert citations.strict_recall(response, judge).value == 0
    assert citations.alce_recall(response, judge).value == 0
    assert citations.strict_precision(response, judge).marks == (0, 0)


def test_the_best_citation_is_not_known_while_another_is_unchecked() -> None:
    def doubtful(premise: str, hypothesis: str) -> Support:
        return Support.UNCHECKED if premise == "fog" else judge(premise, hypothesis)

    known = answer(statement("red fox", "fog", "red fox"))
    unknown = answer(statement("red fox", "fog", "red"))
    assert all_weighted(known, doubtful).value == 1
    assert all_weighted(unknown, doubtful).marks == (None,)


def test_over_citation_counts_what_neither_supports_nor_is_needed() -> None:
    assert citations.over_citation_rate(FIGURE, judge).marks == (0, 0, 0, 1, 0)
    assert citations.uncited_rate(answer(statement("a"), statement("b", "b"))).value == 0.5


def test_a_span_that_its_source_does_not_hold_is_dead() -> None:
    page = """{"question": "Q?", "summary": [], "sections": [{"heading": "H", "sentences": [
      {"text": "red fox", "citations": [
        {"source": "s", "passage": "p", "start": 0, "end": 7, "quote": "red fox"},
        {"source": "s", "passage": "p", "start": 0, "end": 7, "quote": "red dog"}]}]}],
      "sources": [{"n": 1, "id": "s", "title": "T"}]}"""
    response = resolve(read_text(page, ".json"), {1: "red fox runs"})
    [found] = response.statements
    assert [c.text for c in found.citations] == [None]


@quickly
@given(RESPONSES, st.data())
def test_an_irrelevant_citation_never_raises_precision(
    response: Response, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(response.statements) - 1))
    noise = data.draw(st.sampled_from(["zz", None]))
    worse = changed(response, at, lambda c: (*c, Cited(id="noise", text=noise)))
    assert value(citations.strict_precision(worse, judge)) <= value(
        citations.strict_precision(response, judge)
    )
    assert value(citations.strict_recall(worse, judge)) <= value(
        citations.strict_recall(response, judge)
    )


@quickly
@given(RESPONSES, st.data())
def test_deleting_evidence_never_raises_recall(response: Response, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(response.statements) - 1))
    for poorer in (
        changed(response, at, lambda c: c[1:]),
        changed(response, at, lambda c: tuple(Cited(id=x.id, text=None) for x in c)),
    ):
        for metric in (citations.strict_recall, all_weighted):
            assert value(metric(poorer, judge)) <= value(metric(response, judge))


@quickly
@given(RESPONSES, st.randoms(use_true_random=False), st.permutations("abcdef"))
def test_permuting_sources_and_renaming_them_changes_nothing(
    response: Response, random: Random, names: list[str]
) -> None:
    def shuffled(cited: tuple[Cited, ...]) -> tuple[Cited, ...]:
        renamed = [Cited(id="".join(names) + c.id, text=c.text) for c in cited]
        random.shuffle(renamed)
        return tuple(renamed)

    other = answer(
        *(Statement(text=s.text, citations=shuffled(s.citations)) for s in response.statements)
    )
    for metric in (
        citations.strict_recall,
        citations.strict_precision,
        citations.over_citation_rate,
        all_weighted,
    ):
        assert metric(other, judge).value == metric(response, judge).value


def test_ten_thousand_sentences_are_no_trouble() -> None:
    many = answer(*(statement("red fox", "red fox") for _ in range(10_000)))
    assert citations.strict_recall(many, judge).n == 10_000


def all_weighted(response: Response, by: Judge) -> Score:
    return citations.weighted_recall(response, by, first_only=False)


def changed(
    response: Response, at: int, change: Callable[[tuple[Cited, ...]], tuple[Cited, ...]]
) -> Response:
    return answer(
        *(
            Statement(text=s.text, citations=change(s.citations) if i == at else s.citations)
            for i, s in enumerate(response.statements)
        )
    )

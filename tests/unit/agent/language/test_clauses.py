"""Clauses: where a long sentence is cut, and where not."""

from hypothesis import given
from hypothesis import strategies as st

from agent.language.clauses import LONG, clauses

TWO = (
    "The department found that only one of the five cases broke city law, and it said that the"
    " other four showed gaps in policy that could cause trouble if nothing is done"
)


def parts(sentence: str) -> list[str]:
    return [sentence[start:end] for start, end in clauses(sentence)]


def test_a_short_sentence_is_one_clause() -> None:
    assert parts("The ice broke, and the boat sank.") == ["The ice broke, and the boat sank."]


def test_a_long_sentence_is_cut_at_its_conjunction() -> None:
    first, second = parts(TWO)
    assert first.endswith("broke city law")
    assert second.startswith("and it said")


def test_a_semicolon_and_a_dash_cut_too() -> None:
    assert len(parts(TWO.replace(", and", ";"))) == 2
    assert len(parts(TWO.replace(", and", " — "))) == 2


def test_a_semicolon_cuts_a_short_sentence_too() -> None:
    assert parts("The ice on the lake was thin; the old boat fell in.") == [
        "The ice on the lake was thin",
        "the old boat fell in.",
    ]


def test_a_list_of_names_is_not_cut() -> None:
    sentence = (
        "The letter was sent by Ann Lee of the northern district of the old town, Bo Ray of the"
        " southern district of the old town, and Cy Orr of the western district of it"
    )
    assert parts(sentence) == [sentence]


def test_a_quotation_is_not_cut() -> None:
    sentence = (
        'The mayor said "we have seen the plan, and we have said that it will not be built here"'
        " to the people of the town in the old hall by the river"
    )
    assert parts(sentence) == [sentence]


@given(st.text(max_size=400))
def test_clauses_are_in_order_and_inside_the_sentence(sentence: str) -> None:
    end = 0
    for start, stop in clauses(sentence):
        assert end <= start <= stop <= len(sentence)
        end = stop


@given(st.lists(st.sampled_from(["is", "was", ", and", "; ", "word", "said"]), max_size=80))
def test_no_word_is_lost_but_the_joint(words: list[str]) -> None:
    sentence = " ".join(words)
    kept = " ".join(parts(sentence)).split()
    assert [w for w in kept if w.isalpha()] == [w for w in sentence.split() if w.isalpha()]
    assert len(parts(sentence)) == 1 or len(sentence.split()) > LONG or ";" in sentence

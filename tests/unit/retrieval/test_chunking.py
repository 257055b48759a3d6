import re

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking import MAX_TOKENS, split_passages
from retrieval.loaders.normalise import normalise

LONG = " ".join(f"The council heard in session {n} that the bridge was safe." for n in range(60))


def texts(snapshot: str) -> list[str]:
    return [passage.text for passage in split_passages("a", snapshot)]


def test_a_paragraph_is_a_passage() -> None:
    assert texts("One is here.\n\nTwo is\nhere.\n\nThree is here.") == [
        "One is here.",
        "Two is\nhere.",
        "Three is here.",
    ]


def test_headings_and_items_join_what_follows() -> None:
    snapshot = "# Bridges\n\nWhat it cost:\n\n- money\n\nIt cost 4 million.\n\nA last word"
    assert texts(snapshot) == [
        "# Bridges\n\nWhat it cost:\n\n- money\n\nIt cost 4 million.",
        "A last word",
    ]


def test_a_long_paragraph_is_divided_between_sentences() -> None:
    parts = texts(f"Summary\n\n{LONG}")
    assert len(parts) > 1
    assert parts[0].startswith("Summary\n\nThe council heard in session 0")
    assert all(part.endswith("was safe.") for part in parts)
    assert " ".join(parts) == f"Summary\n\n{LONG}"


def test_text_without_any_sentence_is_divided_all_the_same() -> None:
    parts = texts("x" * 20_000)
    assert "".join(parts) == "x" * 20_000
    assert max(map(len, parts)) <= 6 * MAX_TOKENS


def test_many_items_make_several_passages() -> None:
    parts = texts("\n\n".join(f"- item {n}" for n in range(500)))
    assert 3 < len(parts) < 40


def test_a_repeated_sentence_has_a_passage_at_each_place() -> None:
    both = split_passages("a", "It opened.\n\nIt opened.")
    assert [passage.start for passage in both] == [0, 12]
    assert len({passage.id for passage in both}) == 2


def test_an_id_depends_on_source_place_and_text_only() -> None:
    (first,) = split_passages("a", "It opened.")
    assert first.id == split_passages("a", "It opened.\n\nIt closed.")[0].id
    assert re.fullmatch("[0-9a-f]{20}", first.id)
    others = [
        *split_passages("b", "It opened."),
        *split_passages("a", "It opens."),
        split_passages("a", "X.\n\nIt opened.")[1],
    ]
    assert first.id not in {passage.id for passage in others}


def test_a_passage_knows_the_page_it_starts_on() -> None:
    snapshot = "One is here.\n\nTwo is here.\n\nThree is here."
    pages = ((0, 1), (28, 4))
    assert [passage.page for passage in split_passages("a", snapshot, pages)] == [1, 1, 4]


paragraphs = st.lists(
    st.sampled_from(["It opened.", "What it cost", "É. “No,” 5.2 p.m. Eastern", LONG])
)


@given(paragraphs | st.text().map(lambda text: [text]))
def test_passages_are_disjoint_exact_and_lose_no_word(parts: list[str]) -> None:
    snapshot = normalise("\n\n".join(parts))
    at = 0
    for passage in split_passages("a", snapshot):
        assert passage.start >= at
        assert snapshot[passage.start : passage.end] == passage.text
        assert not snapshot[at : passage.start].strip()
        at = passage.end
    assert not snapshot[at:].strip()


def test_a_paragraph_as_long_as_a_book_is_cut_at_the_ends_of_sentences() -> None:
    fact = "The council heard that the bridge was safe."
    parts = texts(" ".join([fact] * 3_000))
    assert " ".join(parts) == " ".join([fact] * 3_000)
    assert all(part.endswith("was safe.") for part in parts)


def test_a_word_as_long_as_a_book_is_cut_where_a_passage_is_full() -> None:
    snapshot = f"It is shown here: {'abc/' * 10_000} and that is all."
    found = split_passages("a", snapshot)
    assert all(snapshot[one.start : one.end] == one.text for one in found)
    assert "".join("".join(one.text for one in found).split()) == "".join(snapshot.split())

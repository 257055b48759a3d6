from pathlib import Path

import pytest

from retrieval.errors import SourceUnreadable
from retrieval.loaders import load, read_file
from retrieval.loaders.tables import Table, write_table
from retrieval.loaders.typesetting import join_broken
from tests.unit.retrieval import files

WITHDRAWN = "Correction: an earlier version said that the mill was shut."


def stored(folder: Path, words: str, *, summary: bool = False) -> str:
    path = files.note(folder, text=words)
    if summary:
        path.write_text(path.read_text("utf-8").replace("kind:", "text: summary\nkind:"), "utf-8")
    (document,) = load(read_file(path))
    return document.text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("The baker ~~left~~ stayed in town.", "The baker stayed in town."),
        ("The baker <!-- left\nand --> stayed.", "The baker stayed."),
        ("The baker <del>left</del> stayed.", "The baker stayed."),
        (
            "She sold 41<sup>7</sup> loaves and 10<sup>3</sup> rolls.",
            "sold 41 loaves and 10^3 rolls",
        ),
        ("She sold 41[^a] loaves.\n\n[^a]: In May.", "She sold 41 loaves.\n\nNote a: In May."),
        ("[//]: # (left)\nThe baker stayed.", "The baker stayed."),
        ("```\nx ~~y~~ <!-- z -->\n```", "```\nx ~~y~~ <!-- z -->\n```"),
        (
            "> She left\n> the town.\n\nThen",
            "According to a quoted statement: “She left the town.”",
        ),
        ("| Day | Loaves |\n|---|---|\n| Monday | 41 |", "Monday: Loaves 41."),
    ],
)
def test_a_note_is_stored_as_its_reader_sees_it(tmp_path: Path, written: str, kept: str) -> None:
    assert kept in stored(tmp_path, written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Claim: the mill was shut in May.", "Claim: “the mill was shut in May.”"),
        # What says of itself that it is denied or withdrawn stays as it was printed.
        ("It is a myth that the mill was shut. It ran.",) * 2,
        (f"{WITHDRAWN} No.",) * 2,
    ],
)
def test_words_that_are_only_passed_on_are_known_for_it(
    tmp_path: Path, written: str, kept: str
) -> None:
    assert stored(tmp_path, written) == kept
    assert stored(tmp_path, written, summary=True) == written


@pytest.mark.parametrize(
    "written",
    ["Claim: Smith v Lowe", "A new version of the mill was shut.", "It is so that it ran."],
)
def test_plain_speech_is_left_alone(tmp_path: Path, written: str) -> None:
    assert stored(tmp_path, written) == written


@pytest.mark.parametrize(
    "page",
    [
        "Disclaimer: This first draft can contain mistakes. Please verify important information.",
        "Searched: 12 passages of 3 sources. Thrown out by the check: 0.",
        "As of May 2, 2026: counted by origin, 2 cited here speak against the claim and 0 for it.",
    ],
)
def test_a_page_of_this_program_is_no_source(tmp_path: Path, page: str) -> None:
    with pytest.raises(SourceUnreadable, match="no draft is a source"):
        stored(tmp_path, f"The mill ran.\n\n{page}")


def test_who_issued_a_text_is_read_from_its_edge(tmp_path: Path) -> None:
    path = tmp_path / "memo.txt"
    path.write_text("The mill\n\nThe mill ran all year.\n\nIssued by: Town of Ash", "utf-8")
    (document,) = load(read_file(path))
    assert document.meta.author == "Town of Ash"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("It sold 455,120³ loaves.", "It sold 455,120 loaves."),
        ("It used 3 × 10⁻⁶ grams.", "It used 3 × 10^-6 grams."),
        ("The sum is 3² = 9, they said.", "The sum is 3^2 = 9, they said."),
        ("The hall has 40 m² of floor.", "The hall has 40 m² of floor."),
    ],
)
def test_raised_figures_stay_apart_from_numbers(tmp_path: Path, written: str, kept: str) -> None:
    assert stored(tmp_path, written) == kept


def test_heads_are_found_only_where_figures_stand_below_them() -> None:
    rows = (("Town", "2024", "2025"), ("Ash", "41", "44"))
    assert write_table(Table(rows=rows)) == "Ash: 2024 41; 2025 44."
    assert write_table(Table(rows=rows[1:])) == "Ash: 41; 44."
    assert write_table(Table(rows=(("Year", "Loaves"), ("2024", "41")))) == "Year 2024: Loaves 41."


@pytest.mark.parametrize(
    ("head", "tail", "known", "word"),
    [
        ("immi", "gration", set(), "immigration"),
        ("short", "term", set(), "short-term"),
        ("forty", "one", set(), "forty-one"),
        ("co", "worker", {"co-worker"}, "co-worker"),
        ("depart", "ment", set(), "department"),
    ],
)
def test_a_hyphen_stays_where_it_belongs_to_the_word(
    head: str, tail: str, known: set[str], word: str
) -> None:
    assert join_broken(head, tail, frozenset(known)) == word

from collections.abc import Iterable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from retrieval import origins
from retrieval.origins import BATCH, assign_origins, group_origins, sketch_text
from retrieval.record import Record
from retrieval.types import Source
from tests.fakes_retrieval import put

STORY = " ".join(
    f"On day {n} the council of town {n * 7} heard witness {n * 3} on the bridge."
    for n in range(40)
)


def source(id_: str, publisher: str = "", **fields: object) -> Source:
    said = {"title": "T", "url": "", "accessed": "2026-01-27", "tier": 2, "origin": "?"}
    said |= {"vetted_by": "x", "sha256": "0" * 64, "publisher": publisher or id_}
    return Source.model_validate(said | {"id": id_} | fields)


def find_origins(stories: Iterable[tuple[Source, str]]) -> dict[str, str]:
    told = list(stories)
    return group_origins([s for s, _ in told], {s.id: sketch_text(text) for s, text in told})


def test_copies_share_the_origin_of_the_outlet_that_they_copy() -> None:
    found = find_origins(
        [
            (source("a", "KRDO (AP report)", syndicated_from="AP"), "On robocalls in the state."),
            (source("b", "KOMC (AP report)", syndicated_from="AP"), "On sweeteners in the shops."),
            (source("c", "AP"), "On bridges in the town of York."),
            (source("d", "The Guardian"), "On walls in the far country."),
        ]
    )
    assert found == {"a": "ap", "b": "ap", "c": "ap", "d": "the-guardian"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Regulator (copy on Scribd)", "Regulator (copy on a blog)"),
        ("Children's Health", "Childrens’ health"),
        ("Süddeutsche", "Su\u0308ddeutsche"),
    ],
)
def test_one_outlet_has_one_origin_however_it_is_written(one: str, other: str) -> None:
    found = find_origins([(source("a", one), "First text."), (source("b", other), "Second text.")])
    assert found["a"] == found["b"]


def test_an_outlet_in_another_script_keeps_its_name() -> None:
    assert find_origins([(source("a", "新华社"), "Text."), (source("b", "***"), "Other.")]) == {
        "a": "新华社",
        "b": "***",
    }


def test_equal_texts_are_one_story_whatever_their_spacing() -> None:
    found = find_origins(
        [(source("b"), "It  opened,\n\nhe said."), (source("a"), "It opened, he said.")]
    )
    assert found == {"a": "a", "b": "a"}


def test_short_texts_that_differ_are_not_one_story() -> None:
    assert find_origins([(source("a"), "It opened."), (source("b"), "It closed.")]) == {
        "a": "a",
        "b": "b",
    }


def test_a_reprint_with_another_lead_is_the_same_story() -> None:
    reprint = "Our town has news today. " + STORY.replace("day 7 ", "day seven ")
    found = find_origins(
        [(source("copy"), reprint), (source("wire", published=date(2026, 1, 1)), STORY)]
    )
    assert found == {"copy": "wire", "wire": "wire"}


def test_two_reports_that_share_a_quotation_are_two_stories() -> None:
    quotation = "the bridge will be closed for as long as it takes to make it safe"
    mine = " ".join(f"Reporter one saw {n} cars and {n * 2} boats at hour {n}." for n in range(20))
    yours = " ".join(f"In {n} letters {n * 5} residents asked for lane {n}." for n in range(20))
    found = find_origins(
        [(source("a"), f"{mine} {quotation}"), (source("b"), f"{yours} {quotation}")]
    )
    assert found == {"a": "a", "b": "b"}


def test_a_story_found_to_be_a_copy_does_not_drag_its_outlet_along() -> None:
    found = find_origins(
        [
            (source("reprint", "The Guardian"), STORY),
            (source("wire", "AP"), STORY + " End."),
            (source("declared", "KRDO", syndicated_from="AP"), STORY + " The end."),
            (source("own", "The Guardian"), "The Guardian's own report on another matter."),
        ]
    )
    assert found["reprint"] == found["wire"] == found["declared"] == "ap"
    assert found["own"] == "the-guardian"


def test_the_order_of_adding_does_not_matter() -> None:
    stories = [
        (source("a", published=date(2026, 1, 2)), STORY),
        (source("b", published=date(2026, 1, 1)), STORY + " More of it was said."),
        (source("c"), STORY.upper()),
        (source("d"), "Something else entirely was in the news."),
    ]
    answers = [find_origins(order) for order in permutations(stories)]
    assert answers[0] == {"a": "b", "b": "b", "c": "b", "d": "d"}
    assert all(answer == answers[0] for answer in answers)


def test_a_cut_copy_of_a_book_is_the_same_story() -> None:
    book = " ".join(f"Witness {n} spoke." for n in range(BATCH))
    found = find_origins([(source("a"), book), (source("b"), book[: len(book) * 3 // 4])])
    assert found == {"a": "a", "b": "a"}


def test_only_a_new_or_changed_text_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(text: str) -> origins.Sketch:
        read.append(text)
        return sketch_text(text)

    monkeypatch.setattr(origins, "sketch_text", note)
    record = Record.create(tmp_path / "library.sqlite3", "words/1", 32)
    put(record, "a", STORY)
    put(record, "b", "Of another matter, at some length, in a few words.")
    assign_origins(record)
    put(record, "b", STORY, published=date(2026, 1, 1))
    put(record, "c", "It opened.")
    assign_origins(record)
    assign_origins(record)
    assert read == [
        STORY,
        "Of another matter, at some length, in a few words.",
        STORY,
        "It opened.",
    ]
    with record.reader() as reader:
        assert {s.id: s.origin for s in reader.sources()} == {
            "a": "the-paper",
            "b": "the-paper",
            "c": "the-paper",
        }
    record.close()


def test_many_texts_that_begin_alike_are_told_apart() -> None:
    notice = "all that stands here may be copied by anybody for any purpose at no cost at all"
    told = [
        (source(f"s{n:03}"), f"{notice} {' '.join(f'fact{n}x{i}' for i in range(60))}")
        for n in range(200)
    ]
    found = find_origins([*told, (source("copy"), told[7][1] + " end")])
    assert found["copy"] == found["s007"]
    assert len(set(found.values())) == 200

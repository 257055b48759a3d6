"""Passages of a scan: looked at by text, made where one is wanted."""

from pathlib import Path

from retrieval.library import Library
from retrieval.types import EVERYTHING, Filters, Passage, Passages
from tests.fakes_retrieval import NOTES, WordsEmbedder, put

TOLD = ("The school closed.", "The school opened again.")


def test_only_the_passage_that_is_asked_for_is_made(tmp_path: Path) -> None:
    made: list[int] = []
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        put(library._record, "school", *TOLD)
        ((held, _),) = library.scan(EVERYTHING)

    def make(row: int) -> Passage:
        made.append(row)
        return held[row]

    watched = Passages(held.texts, make)
    assert list(watched.texts) == list(TOLD)
    assert watched[1].text == TOLD[1]
    assert made == [1]
    assert [p.text for p in watched] == list(TOLD)


def test_a_scan_can_be_read_when_the_record_is_closed_and_keeps_sources_apart(
    tmp_path: Path,
) -> None:
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        for source_id, paragraphs in NOTES.items():
            put(library._record, source_id, *paragraphs)
        blocks = list(library.scan(Filters(sources=("ice", "school"))))
    found = {(p.source.id, p.text) for passages, _ in blocks for p in passages}
    assert found == {(name, text) for name in ("ice", "school") for text in NOTES[name]}

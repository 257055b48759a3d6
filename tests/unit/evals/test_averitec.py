"""Verdicts on claims with pages of their own: what a claim sees, and what verdicts are worth."""

import gzip
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from evals import averitec as command
from evals.averitec import Answer, ClaimLibrary, score_answers
from retrieval.library import Library
from retrieval.types import Filters
from tests.fakes_retrieval import WordsEmbedder, put

CLAIM_DAY = date(2020, 10, 31)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path, WordsEmbedder(), create=True) as library:
        with library.writer() as record:
            put(record, "own", "The bridge closed.", published=date(2020, 9, 1))
            put(record, "undated", "The bridge is old.", published=None)
            put(record, "later", "The bridge opened.", published=date(2020, 11, 1))
            put(record, "other", "A bridge elsewhere closed.", published=date(2020, 9, 1))
        yield library


def sources_seen(pages: ClaimLibrary, filters: Filters = Filters()) -> set[str]:  # noqa: B008
    """The sources that every way of reading the library agrees on."""
    searched = {hit.passage.source.id for hit in pages.search("bridge", 9, filters)}
    scanned = {p.source.id for passages, _ in pages.scan(filters) for p in passages}
    assert searched == scanned
    assert pages.scope(filters).sources == len(scanned)
    return scanned


def test_a_claim_sees_its_own_pages_and_nothing_dated_after_it(library: Library) -> None:
    pages = ClaimLibrary(library, ("own", "undated", "later"), CLAIM_DAY)
    assert sources_seen(pages) == {"own", "undated"}
    assert sources_seen(pages, Filters(dated_only=True)) == {"own"}
    assert sources_seen(pages, Filters(published_to=date(2020, 1, 1))) == {"undated"}


def test_all_pages_are_seen_where_that_is_asked(library: Library) -> None:
    assert sources_seen(ClaimLibrary(library, None, CLAIM_DAY)) == {"own", "undated", "other"}
    assert sources_seen(ClaimLibrary(library, None, None)) == {"own", "undated", "later", "other"}


def test_a_claim_without_pages_sees_none(library: Library) -> None:
    assert sources_seen(ClaimLibrary(library, (), CLAIM_DAY)) == set()


def answers(*pairs: tuple[str, str]) -> list[Answer]:
    return [
        Answer(id=f"a/{n}", cluster=str(n), expected=e, given=g, short=False, seconds=n)
        for n, (e, g) in enumerate(pairs)
    ]


def test_verdicts_are_counted_beside_the_majority_class() -> None:
    found = score_answers(
        answers(
            ("refuted", "refuted"),
            ("refuted", "nei"),
            ("refuted", "supported"),
            ("supported", "supported"),
            ("nei", "nei"),
        ),
        "somewhere",
    )
    assert (found.accuracy.value, found.majority, found.majority_accuracy.value) == (
        0.6,
        "refuted",
        0.6,
    )
    assert found.gain.difference.value == pytest.approx(0.0)
    # refuted 2*1/(1+3), supported 2*1/(2+1), nei 2*1/(2+1); alone: refuted 6/8, two labels at 0
    assert found.macro_f1.value == pytest.approx((0.5 + 2 / 3 + 2 / 3) / 3)
    assert found.majority_f1 == pytest.approx(0.75 / 3)
    assert (found.coverage.value, found.precision.n) == (0.6, 3)
    assert found.precision.value == pytest.approx(2 / 3)
    assert found.exchanged == 1
    assert found.counts["refuted"] == {"supported": 1, "refuted": 1, "mixed": 0, "nei": 1}
    assert found.seconds == 2


def test_where_no_verdict_commits_none_is_right() -> None:
    found = score_answers(answers(("refuted", "nei"), ("supported", "nei")), "somewhere")
    assert found.precision.value is None
    assert "those that are right        none" in "\n".join(command.format_report(found))


def test_the_command_drafts_for_every_claim_and_keeps_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "claims"
    folder.mkdir()
    texts = (
        (
            "The harbour bridge in Westport was closed to cars on 8 January 2020. "
            "The city engineer ordered it after cracks were found."
        ),
        (
            "Westport closed the harbour bridge to cars in January 2020, the council said. "
            "Buses may still use it."
        ),
    )
    urls = [f"https://paper{n}.example.org/westport-harbour-bridge" for n in range(2)]
    pages = [
        {"doc_id": u, "text": t, "url": u, "title": "The harbour bridge"}
        for u, t in zip(urls, texts, strict=True)
    ]
    evidence = [{"gold": True, "url": url} for url in urls]
    claims = [
        {"id": "0", "claim": "The harbour bridge in Westport was closed to cars",
         "verdict": "supported", "date": "2020-10-31", "evidence": evidence},
        {"id": "1", "claim": "The moon is made of cheese", "verdict": "refuted",
         "date": "2020-10-31", "evidence": []},
    ]  # fmt: skip
    for name, rows in (("corpus_averitec", pages), ("averitec_dev", claims)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in rows)
    out = tmp_path / "report.json"
    asked = ["averitec", "--data", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", asked)
    assert command.main() == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "2 claims" in shown
    kept = {a["id"]: a for a in json.loads(out.read_text("utf-8"))["answers"]}
    assert kept["averitec_dev/0"]["given"] != "refuted"
    assert (kept["averitec_dev/1"]["given"], kept["averitec_dev/1"]["short"]) == ("nei", True)

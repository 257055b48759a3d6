import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evals.bench import corpus, notes, verifier
from evals.bench.asking import search, share_found
from evals.bench.filling import SampledEmbedder, lay
from evals.bench.measure import Ratio, Spread, describe_machine, run_process
from evals.bench.rivals import LlamaPipeline
from retrieval.chunking import split_passages
from retrieval.embedding import load_onnxruntime
from retrieval.library import Library
from retrieval.loaders import load, read_file
from retrieval.vetting import Voucher
from tests.fakes_retrieval import WordsEmbedder, fill


def test_a_spread_keeps_median_and_extremes() -> None:
    spread = Spread.of("a step", [3.0, 1.0, 2.0, 10.0])
    assert (spread.median, spread.low, spread.high, spread.runs) == (2.5, 1.0, 10.0, 4)
    assert 2.5 < spread.p95 < 10.0


def test_a_ratio_is_of_medians() -> None:
    ratio = Ratio.of(Spread.of("ours", [4.0, 6.0, 90.0]), Spread.of("theirs", [2.0]))
    assert ratio.value == 3.0
    assert "ours / theirs" in str(ratio)


def test_a_process_is_measured_with_its_memory() -> None:
    small = run_process([sys.executable, "-c", "pass"])
    large = run_process([sys.executable, "-c", "held = b'x' * 80_000_000"])
    assert small.seconds > 0
    assert small.cpu_seconds > 0
    assert large.peak_mb > small.peak_mb + 50


def test_a_process_that_failed_has_no_figures() -> None:
    with pytest.raises(RuntimeError, match="ended with status 3: no library"):
        run_process(
            [sys.executable, "-c", "import sys; sys.stderr.write('no library'); sys.exit(3)"]
        )


def test_a_report_says_what_machine_it_is_of() -> None:
    assert json.dumps(describe_machine())
    assert describe_machine()["packages"]


def test_notes_of_the_benchmark_all_go_in_and_are_the_same_every_time(tmp_path: Path) -> None:
    first, again = (corpus.write_notes(tmp_path / name, 12) for name in ("a", "b"))
    written = [path.read_text("utf-8") for path in sorted(first.iterdir())]
    assert written == [path.read_text("utf-8") for path in sorted(again.iterdir())]
    with Library.open(tmp_path / "library", WordsEmbedder(), create=True) as library:
        report = library.add([first], Voucher(person="Ana"), today=corpus.TODAY)
        assert (len(report.added), report.refused) == (12, ())
        assert library.stats().passages >= 12


def test_a_synthetic_library_is_searched_like_a_real_one(tmp_path: Path) -> None:
    with Library.open(tmp_path / "real", WordsEmbedder(), create=True) as real:
        fill(real)
        held = corpus.read_block(real)
    made = corpus.make_block(held, 250)
    again = corpus.make_block(held, 250)
    assert np.array_equal(made.vectors, again.vectors)
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)
    with Library.open(tmp_path / "made", WordsEmbedder(), create=True) as library:
        with library.writer() as record:
            corpus.store_block(record, made)
        assert library.stats().passages == 250
        [hit] = library.search(made.texts[7], 1)
        assert hit.lexical > 0


def test_a_benchmark_that_does_not_exist_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evals.bench", "nothing"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "invalid choice" in done.stderr


@pytest.mark.parametrize(
    "option",
    [pytest.param(("--runs", "0"), id="runs"), pytest.param(("--passages", "-1"), id="passages")],
)
def test_numbers_that_measure_nothing_are_wrong_usage(option: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "evals.bench", "search", *option]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--runs is at least 1" in done.stderr


def test_the_limit_is_the_product_that_was_asked_for() -> None:
    session = load_onnxruntime().InferenceSession(
        verifier.build_product(), providers=["CPUExecutionProvider"]
    )
    left = np.arange(verifier.MATRIX_SIZE**2, dtype=np.uint8).reshape(
        verifier.MATRIX_SIZE, verifier.MATRIX_SIZE
    )
    right = (left[::-1] % 60).astype(np.int8)  # no sum of two products passes 16 bits
    [found] = session.run(["y"], {"a": left, "b": right})
    assert np.array_equal(found[:3], left[:3].astype(np.int32) @ right.astype(np.int32))


def test_a_machine_multiplies_at_some_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "MEASURED_SECONDS", 0.05)
    assert verifier.measure_int8(1) > 0


def test_arithmetic_grows_with_the_text_and_stops_where_the_model_does() -> None:
    short, long, longer = verifier.count_tokens(["A dog.", "word " * 300, "word " * 3_000])
    assert short == 5  # two words, a full stop, and the marks at both ends
    assert long == longer == 256
    assert verifier.count_operations(10) < verifier.count_operations(20) / 2 * 1.01
    assert verifier.count_operations(1) == pytest.approx(2 * 6 * 12 * 384**2 / 1e9, rel=0.01)


def test_the_rival_pipeline_finds_what_was_put_in(tmp_path: Path) -> None:
    rival = LlamaPipeline(tmp_path, WordsEmbedder())
    assert rival.ingest(["The bridge is closed to cars.", "Tea is hot."]) == 2
    [nearest] = rival.search("is the bridge closed", 1)
    assert "bridge" in nearest


def test_a_written_note_is_the_same_each_time_and_is_cut_as_it_was_meant() -> None:
    note = notes.make_note(7)
    assert note == notes.make_note(7) != notes.make_note(8)
    assert len(split_passages("note", str(note["text"]))) == notes.PARAGRAPHS


def test_each_question_is_answered_by_one_passage_of_all(tmp_path: Path) -> None:
    answers = notes.write_notes(tmp_path / "notes", 200)
    [path] = (tmp_path / "notes").iterdir()
    held = load(read_file(path))
    texts = [p for note in held for p in note.text.split("\n\n")]
    assert len(texts) == 200
    assert len(answers) == len(held) == 20
    for answer in answers:
        [found] = [text for text in texts if answer.sentence in text]
        assert notes.is_planted(found)
        assert notes.is_planted(answer.question)
    assert sum(map(notes.is_planted, texts)) == 20


def test_books_and_files_hold_the_pages_that_were_asked_for(tmp_path: Path) -> None:
    notes.write_book(tmp_path / "book", 3)
    [book] = load(read_file(tmp_path / "book" / "book.pdf"))
    assert [page for _, page in book.pages] == [1, 2, 3]
    assert len(split_passages("book", book.text, book.pages)) == 15
    notes.write_files(tmp_path / "files", 3)
    for path in (tmp_path / "files").iterdir():
        [note] = load(read_file(path))
        assert len(split_passages("note", note.text)) == 5


def test_what_is_laid_down_is_found_again(tmp_path: Path) -> None:
    sample, place = tmp_path / "sample.npy", tmp_path / "library.sqlite3"
    laid = np.random.default_rng(1).standard_normal((50, 384)).astype(np.float32)
    np.save(sample, laid / np.linalg.norm(laid, axis=1, keepdims=True))
    vectors = SampledEmbedder(sample).embed(["One text.", "Another."])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    answers = lay(place, 0, 300, sample)[:3]
    lay(place, 3, 100, sample)
    found = search(place, tmp_path / "index", sample, answers, "exact")
    assert found.hits == 1.0
    assert [len(near) for near in found.nearest] == [10, 10, 10]
    assert found.times["by words"]


def test_the_share_found_is_of_what_should_be_found() -> None:
    assert share_found([["a", "x"], ["b"]], [["a", "b"], ["b"]]) == 0.75


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        pytest.param(("postgres",), "needs --database", id="database"),
        pytest.param(("scale", "--passages", "0"), "scale needs --passages", id="passages"),
    ],
)
def test_a_benchmark_says_what_it_needs(asked: tuple[str, ...], lacks: str) -> None:
    command = [sys.executable, "-m", "evals.bench", *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert lacks in done.stderr

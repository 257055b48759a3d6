import json
import os
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import EmbedderMismatch, EmbeddingFailed, IngestionStopped, SourceUnreadable
from retrieval.files import find_files
from retrieval.ingestion import AddReport, Ingestion
from retrieval.record import Record
from retrieval.types import Filters, Vectors
from retrieval.vetting import Vetting, VettingList, Voucher
from tests.unit.retrieval.files import note

TODAY = date(2026, 1, 31)
SEEDS = Path(__file__).parents[3] / "seeds"
ENTRY = '[[publisher]]\nname = "The Daily Test"\ndomains = ["dailytest.com"]\nreason = "a test"\n'

ROW = '{"id": "a", "title": "A", "publisher": "P", "text": "One."}'


class CountingEmbedder:
    """Deterministic vectors; counts texts, and fails as it is told to."""

    id = "counting"
    dimension = 8

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.failure: BaseException | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.failure and self.texts:
            raise self.failure
        self.texts += texts
        seeds = [zlib.crc32(text.encode()) for text in texts]
        rows = [[(seed >> 4 * i & 15) + 1 for i in range(8)] for seed in seeds]
        vectors = np.array(rows, np.float32).reshape(len(texts), 8)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


class Desk:
    """A record, a folder of notes, and what is needed to bring one into the other."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "notes"
        self.notes.mkdir()
        self.lists = folder
        self.embedder = CountingEmbedder()
        self.record = Record.create(folder / "library.sqlite3", "counting", 8)
        self.vetting = self.listing(tier=2)

    def listing(self, tier: int) -> Vetting:
        path = self.lists / "vetting.toml"
        path.write_text(f"{ENTRY}tier = {tier}\n", "utf-8")
        return VettingList.read(path)

    def add(self, *paths: Path, vetting: Vetting | None = None) -> AddReport:
        return self._run(paths or (self.notes,), vetting or self.vetting)

    def _run(self, paths: Sequence[Path], vetting: Vetting) -> AddReport:
        self.embedder.texts = []
        return Ingestion(self.record, self.embedder, vetting, TODAY).run(paths)

    def sync(self) -> AddReport:
        ingestion = Ingestion(self.record, self.embedder, self.vetting, TODAY)
        return ingestion.run([self.notes], mirrored=self.notes)

    def texts(self) -> dict[str, list[str]]:
        """Passages by source."""
        found: dict[str, list[str]] = {}
        with self.record.reader() as reader:
            for passages, _ in reader.blocks(Filters()):
                for passage in passages:
                    found.setdefault(passage.source.id, []).append(passage.text)
        return found

    def origins(self) -> dict[str, str]:
        return {id_: known.origin for id_, known in self.record.source_states().items()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.record.close()


def test_a_note_becomes_a_source_with_its_passages(desk: Desk) -> None:
    path = note(desk.notes, "bridge", "It opened.\n\nIt cost 4 million.")
    report = desk.add()
    assert report.added == ("bridge",)
    assert desk.texts() == {"bridge": ["It opened.", "It cost 4 million."]}
    with desk.record.reader() as reader:
        source = reader.source("bridge")
    assert source.publisher == "The Daily Test"
    assert source.accessed == TODAY
    assert source.origin == "the-daily-test"
    assert desk.record.source_states()["bridge"].path == str(path)


def test_adding_the_same_folder_again_changes_nothing(desk: Desk) -> None:
    note(desk.notes, "a")
    note(desk.notes, "b")
    desk.add()
    with desk.record.reader() as reader:
        before = reader.revision()
    report = desk.add()
    assert report.unchanged == ("a", "b")
    assert not report.added + report.replaced + report.refused
    assert desk.embedder.texts == []
    with desk.record.reader() as reader:
        assert reader.revision() == before


def test_a_changed_file_replaces_its_old_passages(desk: Desk) -> None:
    note(desk.notes, "a", "It opened.\n\nIt closed.")
    note(desk.notes, "b", "Something else.")
    desk.add()
    note(desk.notes, "a", "It opened again.")
    report = desk.add()
    assert (report.replaced, report.unchanged) == (("a",), ("b",))
    assert desk.texts() == {"a": ["It opened again."], "b": ["Something else."]}
    assert desk.embedder.texts == ["It opened again."]


def test_a_replacement_that_fails_leaves_the_old_version_standing(desk: Desk) -> None:
    note(desk.notes, "a", "It opened.")
    desk.add()
    note(desk.notes, "a", "It opened again.")
    desk.embedder.failure = EmbeddingFailed("The endpoint is down.", "Start it.")
    with pytest.raises(
        IngestionStopped, match=r"is down\. The library holds 1 sources now"
    ) as told:
        desk.sync()
    assert isinstance(told.value.__cause__, EmbeddingFailed)
    assert desk.texts() == {"a": ["It opened."]}
    desk.embedder.failure = None
    assert desk.add().replaced == ("a",)


def test_a_file_that_went_bad_leaves_the_old_version_standing(desk: Desk) -> None:
    path = note(desk.notes, "a", "It opened.")
    desk.add()
    path.write_bytes(b"\0\1\2")
    report = desk.sync()
    assert [refusal.path for refusal in report.refused] == [str(path)]
    assert desk.texts() == {"a": ["It opened."]}


def test_an_interrupted_run_goes_on_where_it_stopped(desk: Desk) -> None:
    for name in "abc":
        note(desk.notes, name, "\n\n".join(f"Sentence {name} {n}." for n in range(200)))
    desk.embedder.failure = KeyboardInterrupt()
    with pytest.raises(
        IngestionStopped, match=r"2 sources now, 0 before; of 3 files 1 are not in it"
    ):
        desk.add()
    desk.embedder.failure = None
    assert set(desk.texts()) == {"a", "b"}
    report = desk.add()
    assert (report.unchanged, report.added) == (("a", "b"), ("c",))
    assert len(desk.embedder.texts) == 200


def test_bad_files_are_reported_and_good_ones_go_in(desk: Desk) -> None:
    note(desk.notes, "good")
    binary = desk.notes / "binary.md"
    binary.write_bytes(b"\0")
    wrong = note(desk.notes, "wrong", published="2026-02-30")
    stranger = note(desk.notes, "stranger", url="https://evil.com/a")
    future = note(desk.notes, "future", published="2026-02-02")
    report = desk.add()
    assert report.added == ("good",)
    reasons = {Path(refusal.path): refusal.reason for refusal in report.refused}
    assert set(reasons) == {binary, wrong, stranger, future}
    assert "2026-02-30" in reasons[wrong]
    assert "evil.com" in reasons[stranger]
    assert "yet to come" in reasons[future]


def test_one_id_for_two_files_is_refused_by_both_paths(desk: Desk) -> None:
    first = note(desk.notes / "1", "a")
    second = note(desk.notes / "2", "a", "Another text.")
    report = desk.add()
    assert report.added == ("a",)
    (refusal,) = report.refused
    assert refusal.path == str(second)
    assert str(first) in refusal.reason
    (again,) = desk.add(second).refused
    assert str(first) in again.reason


def test_a_copy_of_a_file_elsewhere_is_nothing_new(desk: Desk, tmp_path: Path) -> None:
    note(desk.notes, "a")
    desk.add()
    assert desk.add(note(tmp_path / "elsewhere", "a")).unchanged == ("a",)


def test_a_file_that_moved_is_found_again(desk: Desk) -> None:
    old = note(desk.notes, "a")
    desk.add()
    new = old.rename(desk.notes / "moved.md")
    report = desk.sync()
    assert (report.replaced, report.removed) == (("a",), ())
    assert desk.record.source_states()["a"].path == str(new)


def test_a_file_that_changed_its_id_leaves_no_old_source_behind(desk: Desk) -> None:
    path = note(desk.notes, "a")
    desk.add()
    path.write_text(path.read_text("utf-8").replace("id: a", "id: b"), "utf-8")
    report = desk.add()
    assert (report.added, report.removed) == (("b",), ("a",))


def test_equal_texts_under_two_ids_are_both_kept_with_one_origin(desk: Desk) -> None:
    note(desk.notes, "a", publisher="One")
    note(desk.notes, "b", publisher="Two")
    report = desk.add(vetting=Voucher(person="Ana"))
    assert report.added == ("a", "b")
    assert desk.origins() == {"a": "one", "b": "one"}


def test_origins_are_the_same_whether_added_at_once_or_one_by_one(desk: Desk) -> None:
    text = " ".join(f"On day {n} the council heard witness {n * 3}." for n in range(40))
    for name in ("late", "wire", "other"):
        note(desk.notes, name, text if name != "other" else "No.", publisher=name.title())
    by_ana = Voucher(person="Ana")
    for name in ("other", "late"):
        desk.add(desk.notes / f"{name}.md", vetting=by_ana)
    assert desk.origins() == {"other": "other", "late": "late"}
    published = note(desk.notes, "wire", text, publisher="Wire", published="2026-01-01")
    desk.add(published, vetting=by_ana)
    one_by_one = desk.origins()
    for name in one_by_one:
        desk.record.remove(name)
    desk.add(vetting=by_ana)
    assert desk.origins() == one_by_one == {"other": "other", "late": "wire", "wire": "wire"}


def test_only_the_changed_lines_of_a_jsonl_file_are_done_again(desk: Desk) -> None:
    path = desk.notes / "many.jsonl"

    def write(**texts: str) -> None:
        said = {"publisher": "The Daily Test", "url": "https://dailytest.com/a"}
        rows = [{"id": id_, "title": id_, "text": text, **said} for id_, text in texts.items()]
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")

    write(a="It opened.", b="It closed.", c="It burned.")
    assert desk.add().added == ("a", "b", "c")
    write(a="It opened.", b="It closed at last.")
    report = desk.add()
    assert (report.unchanged, report.replaced, report.removed) == (("a",), ("b",), ("c",))
    assert desk.embedder.texts == ["It closed at last."]


def test_a_changed_vetting_list_takes_effect_on_unchanged_files(desk: Desk) -> None:
    note(desk.notes, "a", tier="1")
    desk.add(vetting=desk.listing(tier=2))
    assert desk.add(vetting=desk.listing(tier=1)).replaced == ("a",)
    assert desk.add(vetting=desk.listing(tier=1)).unchanged == ("a",)
    with desk.record.reader() as reader:
        assert reader.source("a").tier == 1


def test_a_source_that_lost_its_admission_is_reported(desk: Desk, tmp_path: Path) -> None:
    note(desk.notes, "a")
    desk.add()
    other = tmp_path / "other.toml"
    other.write_text(ENTRY.replace("dailytest", "another") + "tier = 2\n", "utf-8")
    report = desk.add(vetting=VettingList.read(other))
    assert "dailytest.com" in report.refused[0].reason
    assert set(desk.texts()) == {"a"}


def test_sync_removes_the_sources_whose_file_is_gone(desk: Desk, tmp_path: Path) -> None:
    gone = note(desk.notes, "gone")
    note(desk.notes, "stays")
    elsewhere = note(tmp_path / "elsewhere", "elsewhere")
    desk.add(desk.notes, elsewhere)
    gone.unlink()
    assert desk.add().removed == ()
    assert desk.sync().removed == ("gone",)
    assert set(desk.texts()) == {"stays", "elsewhere"}


def test_sync_with_an_empty_folder_removes_nothing(desk: Desk) -> None:
    path = note(desk.notes, "a")
    desk.add()
    path.unlink()
    with pytest.raises(SourceUnreadable, match="holds no file"):
        desk.sync()
    assert set(desk.texts()) == {"a"}


def test_a_missing_path_stops_a_run_before_anything_is_added(desk: Desk) -> None:
    note(desk.notes, "a")
    with pytest.raises(SourceUnreadable, match="no file or folder"):
        desk.add(desk.notes, desk.notes / "gone")
    assert desk.texts() == {}


def test_another_embedder_is_refused_before_anything_is_read(desk: Desk) -> None:
    note(desk.notes, "a")
    desk.embedder.id = "another"
    with pytest.raises(EmbedderMismatch):
        desk.add()


def test_progress_is_told_file_by_file(desk: Desk) -> None:
    note(desk.notes, "a")
    note(desk.notes, "b")
    told: list[tuple[int, int, str]] = []
    ingestion = Ingestion(desk.record, desk.embedder, desk.vetting, TODAY)
    ingestion.run([desk.notes], lambda *step: told.append(step))
    assert told == [(0, 2, "a.md"), (1, 2, "b.md"), (2, 2, "")]


def test_the_demonstration_notes_all_go_in(desk: Desk) -> None:
    report = desk.add(SEEDS, vetting=VettingList.read(SEEDS / "vetting.toml"))
    assert (len(report.added), report.refused, report.notes) == (75, (), ())
    assert desk.add(SEEDS, vetting=VettingList.read(SEEDS / "vetting.toml")).added == ()
    shared = {o for o in desk.origins().values() if list(desk.origins().values()).count(o) > 1}
    assert {"ap", "cnn", "dpa-afx", "gothamist"} <= shared


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_folder_gives_its_documents_and_says_what_it_passed_over(tmp_path: Path) -> None:
    bridge = note(tmp_path / "topic")
    page = write(tmp_path / "a.html", "<p></p>")
    write(tmp_path / "a.html.yaml", "id: a")
    readme = write(tmp_path / "README.md", "About this folder.")
    table = write(tmp_path / "table.xlsx", "x")
    write(tmp_path / ".hidden.md", "x")
    found = find_files([tmp_path, bridge])
    assert found.files == (page, bridge)
    assert found.skipped == (readme, table)


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_missing_or_empty_folder_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty" / "table.xlsx", "x")
    with pytest.raises(SourceUnreadable, match=name):
        find_files([tmp_path / name])


def test_a_link_to_nothing_is_refused_and_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    note(desk.notes)
    lost = tmp_path / "lost.txt"
    lost.symlink_to(tmp_path / "never-there.txt")
    circle = desk.notes / "circle.md"
    circle.symlink_to(circle)
    report = desk.add(desk.notes, lost)
    assert report.added == ("bridge",)
    assert {Path(one.path).name for one in report.refused} == {"lost.txt", "circle.md"}
    assert all("link to nothing" in one.reason for one in report.refused)


def test_what_is_no_regular_file_is_refused_unread(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    report = desk.add(note(desk.notes), pipe)
    assert report.added == ("bridge",)
    assert "no file that can be read" in report.refused[0].reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("deep.jsonl", '{"a": ' + "[" * 9_000 + "]" * 9_000 + "}", "line 1 is nested too deeply"),
        ("deep.md", "---\nid: " + "[" * 4_000 + "]" * 4_000 + "\n---\nText.", "nested too deeply"),
        ("twice.jsonl", f"{ROW}\n{ROW}", "line 2 has the id 'a', which line 1 has already"),
    ],
)
def test_a_file_is_refused_whole_and_alone(
    desk: Desk, name: str, content: str, reason: str
) -> None:
    note(desk.notes)
    (desk.notes / name).write_text(content, "utf-8")
    report = desk.add(vetting=Voucher(person="A. Editor"))
    assert report.added == ("bridge",)
    assert len(report.refused) == 1
    assert reason in report.refused[0].reason


def test_files_that_name_no_publisher_are_origins_by_themselves(desk: Desk) -> None:
    (desk.notes / "one.txt").write_text("The river rose by two metres in a night.", "utf-8")
    (desk.notes / "two.txt").write_text("The mill was closed for want of grain.", "utf-8")
    (desk.notes / "three.txt").write_text("The hall opened.\n\nPublished by: Town of Ash", "utf-8")
    desk.add(vetting=Voucher(person="A. Editor"))
    with desk.record.reader() as reader:
        found = {source.title: source for source in reader.sources()}
    assert found["The hall opened."].publisher == "Town of Ash"
    assert len({source.origin for source in found.values()}) == 3
    again = desk.add(vetting=Voucher(person="A. Editor"))
    assert len(again.unchanged) == 3


def test_a_source_keeps_whether_its_text_is_a_summary(desk: Desk) -> None:
    path = note(desk.notes, "a")
    desk.add()
    path.write_text(path.read_text("utf-8").replace("kind:", "text: summary\nkind:"), "utf-8")
    assert desk.add().replaced == ("a",)
    with desk.record.reader() as reader:
        assert reader.source("a").is_summary
    assert desk.add().unchanged == ("a",)


def test_a_file_that_names_no_publisher_is_told_of_with_what_to_do(desk: Desk) -> None:
    plain = desk.notes / "pier.txt"
    plain.write_text("The pier is 300 m long.\n", "utf-8")
    report = desk.add(vetting=Voucher(person="Ana López"))
    (said,) = report.notes
    assert "it names no publisher" in said
    assert "pier.txt.yaml" in said
    (desk.notes / "pier.txt.yaml").write_text("publisher: Pier Office\n", "utf-8")
    assert not desk.add(vetting=Voucher(person="Ana López")).notes

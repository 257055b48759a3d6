import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faces.front import ROOT, Json, ended, started, verdict

SUPPORTS = {"supported", "partial", "contradicted", "unsupported", "unchecked"}
SAID = "The council closed the old bridge on 3 May 2025 after 14 engineers found cracks."
GOOD: list[Json] = [
    {"id": "same", "claim": SAID, "evidence": [SAID]},
    {"id": "number", "claim": SAID.replace("14", "41"), "evidence": [SAID]},
    {"id": "elsewhere", "claim": "Whales sleep upright.", "evidence": [SAID]},
    {"id": 4, "claim": SAID, "evidence": ["The river rose.", SAID], "more": "is left alone"},
    {"id": "none", "claim": SAID, "evidence": []},
]
BROKEN = [
    "{half a row",
    '["no", "object"]',
    '{"id": "no-claim", "evidence": ["x"]}',
    '{"id": "no-list", "claim": "x", "evidence": "y"}',
    "\x00",
]
LINES = [*(json.dumps(row) for row in GOOD * 3), *BROKEN]


def test_every_row_gets_its_label_in_order_and_a_broken_one_says_why(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(LINES) + "\n", "utf-8")
    told = verdict("judge", tmp_path / "rows.jsonl")
    assert told.status == 0
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert len(rows) == len(LINES) == 20
    assert [row["id"] for row in rows[:15]] == [row["id"] for row in GOOD * 3]
    assert {row["support"] for row in rows} <= SUPPORTS
    assert all(row["score"] is None or 0 <= row["score"] <= 1 for row in rows)
    by_id = {row["id"]: row["support"] for row in rows[:5]}
    assert by_id["same"] == by_id[4] == "supported"
    assert by_id["number"] == "contradicted"
    assert by_id["elsewhere"] == by_id["none"] == "unsupported"
    for number, row in enumerate(rows[15:], 16):
        assert (row["support"], row["score"]) == ("unchecked", None)
        assert f"line {number}: " in row["error"]
    assert [row["id"] for row in rows[15:]] == [None, None, "no-claim", "no-list", None]


def test_a_packed_file_is_read_and_a_file_is_written(tmp_path: Path) -> None:
    packed, out = tmp_path / "rows.jsonl.gz", tmp_path / "labels.jsonl"
    with gzip.open(packed, "wt", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in LINES)
    told = verdict("judge", packed, "--out", out)
    assert (told.status, told.out) == (0, "")
    (tmp_path / "rows.jsonl").write_text("\n".join(LINES), "utf-8")
    assert out.read_text("utf-8") == verdict("judge", tmp_path / "rows.jsonl").out


def test_labels_come_while_rows_are_still_being_read(tmp_path: Path) -> None:
    endless = tmp_path / "rows.jsonl"
    endless.write_text(f"{json.dumps(GOOD[0])}\n" * 4000, "utf-8")
    process = started("judge", endless)
    assert process.stdout
    first = json.loads(process.stdout.readline())
    still_running = process.poll() is None
    process.kill()
    ended(process)
    assert first["id"] == "same"
    assert still_running


def test_a_damaged_packed_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    packed = tmp_path / "rows.jsonl.gz"
    with gzip.open(packed, "wt", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in LINES)
    packed.write_bytes(packed.read_bytes()[:-12])
    told = verdict("judge", packed, "--out", tmp_path / "labels.jsonl")
    assert told.status == 2
    assert "cannot be read as JSON lines" in told.error
    (tmp_path / "plain.gz").write_bytes(b"{}")
    assert verdict("judge", tmp_path / "plain.gz").status == 2


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(LINES[0], "utf-8")
    told = verdict("judge", rows, "--out", rows)
    assert told.status == 2
    assert "is the file that is read" in told.error
    assert rows.read_text("utf-8") == LINES[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = verdict("judge", tmp_path / "rows.jsonl")
    assert told.status == 2
    assert f"There is no file {tmp_path / 'rows.jsonl'}." in told.error


def test_piped_rows_are_labelled_like_those_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(LINES), "utf-8")
    process = subprocess.run(
        [sys.executable, "-m", "agent", "judge", "-"],
        input="\n".join(LINES).encode(),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert process.stdout.decode() == verdict("judge", tmp_path / "rows.jsonl").out


def test_piped_bytes_are_read_as_utf8_whatever_the_locale() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "agent", "judge", "-"],
        input=b"\xff\xfe\x00",
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert process.returncode == 2
    assert b"cannot be read as JSON lines" in process.stderr

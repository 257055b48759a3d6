"""A run for people: a table, a page, a log."""

import json
from pathlib import Path

import pytest

from evals.judges import CachedJudge
from evals.reports import html, terminal
from evals.reports.inspect_log import render_log
from tests.unit.evals.runs import (
    BAD,
    GOOD,
    Words,
    claim,
    said,
    summary,
)


def test_the_table_fits_eighty_columns_and_shows_what_was_not_scored() -> None:
    lines = terminal.format_run(summary(claim("a", GOOD, BAD))).splitlines()
    assert max(map(len, lines)) <= 80
    [line] = [line for line in lines if line.startswith("citation_recall")]
    assert line.split() == ["citation_recall", "not", "scored", "0", "0", "2", "grader"]
    assert "  citation_recall, not scored: 2: no judge was asked." in lines
    assert not [line for line in lines if " - " in line]


def test_the_report_begins_with_the_figures_that_a_reader_in_a_hurry_wants() -> None:
    answered = claim("a", GOOD, BAD)
    page = html.render_report(summary(answered, Words()), answered, CachedJudge(Words()), {})
    short = page.split('id="short"')[1].split("</table>")[0]
    assert "findings that their citations, read together, carry" in short
    assert "0.500" in short


def test_the_report_holds_every_sentence_and_no_way_out() -> None:
    evil = said("</script><img src=x onerror=alert(1)> [1]", "</script><script>alert(2)</script>")
    answered = claim("a", GOOD, evil, BAD.model_copy(update={"kept": False, "reason": "no fit"}))
    bench = CachedJudge(Words())
    made = summary(answered, Words())
    page = html.render_report(made, answered, bench, {})
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "http://" not in page
    assert "https://" not in page
    data = page.split('type="application/json">')[1].split("</script>")[0]
    rows = json.loads(data)
    assert [row["kept"] for row in rows] == [True, True, False]
    assert rows[2]["reason"] == "no fit"
    assert rows[1]["text"] == evil.text
    for part in {row["part"] for row in rows}:
        assert f">{part}</a>" in page


def test_a_run_is_written_as_a_log_that_inspect_reads(tmp_path: Path) -> None:
    answered = claim("a", GOOD, BAD)
    path = tmp_path / "log.json"
    path.write_text(render_log(summary(answered, Words()), answered), "utf-8")
    found = json.loads(path.read_text("utf-8"))
    assert found["samples"][0]["scores"]["claims.citation_recall"]["value"] == 0.5
    inspect = pytest.importorskip("inspect_ai.log", reason="the extra `inspect` is not installed")
    read = inspect.read_eval_log(str(path))
    assert read.status == "success"
    assert [sample.id for sample in read.samples] == ["claims/a"]

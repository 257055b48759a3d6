"""`verdict-eval` as it is typed: runs without any model, over rulings of another checker."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from evals.__main__ import main
from tests.faces.front import Told

ROWS = [
    {"id": "a", "claim": "It rained.", "evidence": ["It rained in May."], "label": "supported"},
    {"id": "b", "claim": "It snowed.", "evidence": ["It rained in May."], "label": "unsupported"},
    {"id": "c", "claim": "It poured.", "evidence": ["It poured in June."], "label": "supported"},
    {"id": "d", "claim": "It froze.", "evidence": ["It poured in June."], "label": "unsupported"},
]


def verdict_eval(*typed: object) -> Told:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(word) for word in typed])
    return Told(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def rows(path: Path, *given: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in given), "utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return rows(tmp_path / "set.jsonl", *ROWS)


def verifications(path: Path, *kept: str) -> Path:
    return rows(
        path,
        *(
            {"id": row["id"], "support": "supported" if row["id"] in kept else "unsupported"}
            for row in ROWS
        ),
    )


def ran(pairs: Path, ruled: Path, out: Path, *more: object) -> Told:
    system = f"pairs:{ruled}"
    return verdict_eval(
        "run", "--suite", "pairs", "--data", pairs, "--system", system, "--out", out,
        "--workers", 1, "--grader", "none", *more,
    )  # fmt: skip


def test_a_run_prints_figures_and_leaves_a_report(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    told = ran(pairs, verifications(tmp_path / "r.jsonl", "a", "c"), out)
    assert told.status == 0, told.err
    assert "pairs.set" in told.out
    assert f"Report: {out / 'report.html'}" in told.err
    assert {p.name for p in out.iterdir()} >= {"run.json", "results.jsonl", "summary.json"}
    again = ran(pairs, tmp_path / "r.jsonl", out)
    assert (again.status, "--resume" in again.err) == (2, True)
    assert ran(pairs, tmp_path / "r.jsonl", out, "--resume").out == told.out


def test_limits_and_baselines_decide_the_exit_status(pairs: Path, tmp_path: Path) -> None:
    good, bad = (
        verifications(tmp_path / "g.jsonl", "a", "c"),
        verifications(tmp_path / "b.jsonl", "a", "b"),
    )
    floor = "pairs.set.right=0.9"
    assert ran(pairs, good, tmp_path / "1", "--fail-under", floor).status == 0
    told = ran(pairs, bad, tmp_path / "2", "--fail-under", floor)
    assert told.status == 1
    assert "Not reached: pairs.set.right is 0.5000; at least 0.9000" in told.err
    missing = ran(pairs, good, tmp_path / "3", "--baseline", tmp_path / "none.json")
    assert (missing.status, "none.json" in missing.err) == (2, True)


def test_a_baseline_that_a_run_wrote_holds_for_it_and_fails_a_worse_one(tmp_path: Path) -> None:
    many = [row | {"id": f"{row['id']}{n}"} for n in range(10) for row in ROWS]
    pairs = rows(tmp_path / "set.jsonl", *many)
    good = rows(
        tmp_path / "g.jsonl",
        *({"id": r["id"], "support": r["label"], "score": 0.5} for r in many),
    )
    turned = [{"id": r["id"], "support": r["label"], "score": 0.5} for r in many]
    turned[0]["support"] = turned[2]["support"] = "unsupported"  # 2 of 40: five points
    bad = rows(tmp_path / "b.jsonl", *turned)
    kept = tmp_path / "baseline.json"
    assert ran(pairs, good, tmp_path / "1", "--write-baseline", kept).status == 0
    assert ran(pairs, good, tmp_path / "2", "--baseline", kept).status == 0
    told = ran(pairs, bad, tmp_path / "3", "--baseline", kept)
    assert told.status == 1
    assert "pairs.set.over_rejection" in told.err


def test_two_runs_are_compared_and_a_run_is_exported(pairs: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    ran(pairs, verifications(tmp_path / "g.jsonl", "a", "c"), one)
    ran(pairs, verifications(tmp_path / "b.jsonl", "a", "b"), two)
    told = verdict_eval("compare", one, two, "--json")
    lines = {line["id"]: line for line in told.json["lines"]}
    assert lines["pairs.set.right"]["comparison"]["difference"]["value"] == 0.5
    assert verdict_eval("export-inspect", one).status == 0
    assert json.loads((one / "inspect.json").read_text("utf-8"))["version"] == 2
    assert verdict_eval("report", one).status == 0
    gone = verdict_eval("compare", one, tmp_path / "three")
    assert (gone.status, "no finished run" in gone.err) == (2, True)


def test_a_malformed_row_ends_a_run_before_it_begins(pairs: Path, tmp_path: Path) -> None:
    with pairs.open("a", encoding="utf-8") as file:
        file.write('{"id": "e", "claim": \n')
    told = ran(pairs, verifications(tmp_path / "r.jsonl"), tmp_path / "run")
    assert (told.status, "set.jsonl, line 5: not JSON" in told.err) == (2, True)
    assert not (tmp_path / "run").exists()


def test_a_cited_text_of_another_product_is_scored_as_it_stands(tmp_path: Path) -> None:
    item = {
        "question": "What happened?",
        "output": "It rained on May 7 [1]. It snowed on June 3 [4]. It rained on May 9 [1].",
        "docs": [{"title": "Weather", "text": "It rained on May 7."}],
    }
    path = tmp_path / "answers.json"
    path.write_text(json.dumps([item]), "utf-8")
    told = verdict_eval(
        "run", "--suite", f"alce:{path}", "--system", "given", "--out", tmp_path / "run",
        "--workers", 1, "--grader", "none", "--json",
    )  # fmt: skip
    assert told.status == 0, told.err
    found = {f["id"]: f["estimate"] for f in told.json["scores"]["figures"]}
    assert found["alce.dead_citations"]["value"] == pytest.approx(1 / 3)
    assert found["alce.date_fidelity"]["n"] == 3
    assert found["alce.date_fidelity"]["value"] == pytest.approx(1 / 3)


def test_pages_in_markdown_are_resolved_by_their_list_of_sources(tmp_path: Path) -> None:
    rows(
        tmp_path / "sources.jsonl",
        {"id": "leadstories-nypd-sora-videos", "text": "It rained.", "url": "https://a.example/x"},
    )
    (tmp_path / "A01.md").write_text(
        "# Did it rain?\n\nVerdict: refuted\n\nIt rained [1]. It snowed [2].\n\n"
        "## Sources\n\n[1] Weather - https://a.example/x\n[2] Other - https://b.example/y\n",
        "utf-8",
    )
    told = verdict_eval(
        "run", "--suite", "claims", "--system", f"markdown:{tmp_path}", "--out", tmp_path / "run",
        "--workers", 1, "--grader", "none", "--json", "--partial",
    )  # fmt: skip
    assert told.status == 0, told.err
    found = {f["id"]: f["estimate"] for f in told.json["scores"]["figures"]}
    assert found["claims.dead_citations"]["value"] == 0.5
    assert found["claims.dead_citations"]["unscored"] == 42
    assert found["claims.verdict_accuracy"] == found["claims.verdict_accuracy"] | {
        "value": 1.0,
        "unscored": 42,
    }


def test_pages_of_others_are_measured_as_an_editor_would(tmp_path: Path) -> None:
    wire = {"text": "It rained.", "origin": "ap"}
    rows(
        tmp_path / "sources.jsonl",
        {"id": "krdo", "url": "https://a.example/x", **wire},
        {"id": "komc", "url": "https://b.example/y", **wire},
        {"id": "times", "url": "https://c.example/z", "text": "It rained."},
    )
    (tmp_path / "A01.md").write_text(
        "# Did it rain?\n\nVerdict: refuted\n\nThe mayor said that it rained [1] [2]. It rained"
        ' [1] [3]. It was "dire" [1].\n\n## Sources\n\n[1] KRDO - https://a.example/x\n'
        "[2] KOMC - https://b.example/y\n[3] Times - https://c.example/z\n",
        "utf-8",
    )
    run = ("run", "--suite", "claims", "--system", f"markdown:{tmp_path}", "--workers", 1)
    typed = (*run, "--grader", "none", "--partial", "--out")
    told = verdict_eval(*typed, tmp_path / "run", "--json")
    found = {f["id"]: f for f in told.json["scores"]["figures"]}
    values = {
        name: found[f"claims.{name}"]["estimate"]["value"]
        for name in ("two_origins", "attributed", "invented_quotations", "fact_recall")
    }
    assert values == {
        "two_origins": pytest.approx(1 / 3),
        "attributed": pytest.approx(1 / 3),
        "invented_quotations": 1.0,
        "fact_recall": None,
    }
    assert found["claims.asides"]["why"] == "42: the case has no answer; 3: no judge was asked"
    table = verdict_eval(*typed, tmp_path / "table").out
    assert "asides, not scored: 42: the case has no answer; 3: no judge was asked." in table


def test_a_folder_that_lacks_pages_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "A01.md").write_text("# Did it rain?\n\nIt rained [1].\n", "utf-8")
    told = verdict_eval(
        "run", "--suite", "claims", "--system", f"markdown:{tmp_path}", "--out", tmp_path / "run"
    )
    assert told.status == 2
    assert "42 of 43 pages are not in" in told.err
    assert "--partial" in told.err
    assert not (tmp_path / "run").exists()


def test_help_lists_the_exit_statuses_and_loads_nothing_heavy() -> None:
    told = verdict_eval("--help")
    assert told.status == 0
    assert "--baseline does not hold" in told.out

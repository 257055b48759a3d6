"""Cases come from files with ids that stay; a row that is wrong is named by file and line."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from agent.types import Support
from evals.case import NOT_ENOUGH, ClaimCase, PageCase, PairCase
from evals.errors import EvalError, MalformedCase
from evals.loaders import own, public
from evals.suite import build_suite


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


PAIR = {"id": 1, "claim": "It rained.", "evidence": ["It rained on May 3."], "label": "supported"}


def test_our_own_cases_all_load_and_no_id_is_given_twice() -> None:
    cases = [
        *own.read_claims(),
        *own.read_sentences(),
        *own.read_sentences("near"),
        *own.read_pages(),
    ]
    assert len({case.id for case in cases}) == len(cases) > 250


def test_a_page_lists_each_of_its_faults_as_one_of_its_sentences() -> None:
    for page in own.read_pages():
        assert page.faults is not None
        for fault in page.faults:
            assert fault.sentence in page.text, page.id


def test_the_smoke_suite_asks_about_every_topic() -> None:
    topics = {case.cluster for case in own.read_claims()}
    asked = [case for case in build_suite("smoke") if isinstance(case, ClaimCase)]
    assert {case.cluster for case in asked} == topics


def test_a_limit_always_takes_the_same_cases(tmp_path: Path) -> None:
    data = lines(tmp_path / "a.jsonl", *(PAIR | {"id": n} for n in range(50)))
    first = [case.id for case in build_suite("pairs", data, limit=7)]
    assert first == [case.id for case in build_suite("pairs", data, limit=7)]
    assert len(first) == 7


def test_pairs_are_read_plain_or_gzipped_and_share_a_cluster_with_their_evidence(
    tmp_path: Path,
) -> None:
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(PAIR).encode()))
    plain = lines(tmp_path / "a.jsonl", PAIR, PAIR | {"id": 2, "claim": "It snowed."})
    [one] = own.read_pairs(packed)
    two, three = own.read_pairs(plain)
    assert (one.id, two.id) == ("pairs.b/1", "pairs.a/1")
    assert one.cluster == two.cluster == three.cluster


@pytest.mark.parametrize(
    ("row", "named"),
    [
        pytest.param({"id": 2, "evidence": []}, "claim", id="no claim"),
        pytest.param(PAIR | {"label": "perhaps"}, "label", id="unknown label"),
        pytest.param(PAIR, "given twice", id="id twice"),
        pytest.param(["no", "object"], "not a JSON object", id="no object"),
    ],
)
def test_a_malformed_row_is_named_by_file_and_line(tmp_path: Path, row: object, named: str) -> None:
    data = lines(tmp_path / "rows.jsonl", PAIR, row)
    with pytest.raises(MalformedCase, match=rf"rows\.jsonl, line 2.*{named}"):
        build_suite("pairs", data)


def test_half_a_gzip_file_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(PAIR).encode())[:20])
    with pytest.raises(MalformedCase, match=r"cut\.jsonl\.gz cannot be read"):
        build_suite("pairs", path)


def test_an_unknown_suite_and_a_missing_folder_say_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="Suites are smoke"):
        build_suite("everything")
    with pytest.raises(EvalError, match="Give --data"):
        build_suite("pairs")
    with pytest.raises(EvalError, match=r"no \.jsonl"):
        build_suite("pairs", tmp_path)


def test_an_answer_of_alce_is_a_page_with_the_documents_that_it_cites(tmp_path: Path) -> None:
    item = {
        "question": "Who closed the bridge?",
        "output": "The city closed it [1][2].",
        "docs": [{"title": "A", "text": "The city closed it."}, {"title": "B", "text": "In May."}],
    }
    path = tmp_path / "alce.json"
    path.write_text(json.dumps({"data": [item]}), "utf-8")
    [page] = public.read_published("alce", path)
    assert isinstance(page, PageCase)
    assert [(d.n, d.title) for d in page.sources] == [(1, "A"), (2, "B")]
    assert page.faults is None


def test_a_claim_of_averitec_has_its_verdict_date_and_answers(tmp_path: Path) -> None:
    claim = {
        "claim": "The bridge fell.",
        "label": "Not Enough Evidence",
        "claim_date": "25-8-2020",
        "questions": [{"question": "?", "answers": [{"answer": "It stands."}]}],
    }
    path = tmp_path / "dev.json"
    path.write_text(json.dumps([claim]), "utf-8")
    [case] = public.read_published("averitec", path)
    assert isinstance(case, ClaimCase)
    assert case.expected == NOT_ENOUGH
    assert case.as_of == date(2020, 8, 25)
    assert [fact.text for fact in case.facts] == ["It stands."]
    path.write_text(json.dumps([claim | {"label": "Perhaps"}]), "utf-8")
    with pytest.raises(MalformedCase, match="item 1: label"):
        public.read_published("averitec", path)


def test_scifact_pairs_a_claim_with_each_abstract_it_cites(tmp_path: Path) -> None:
    lines(
        tmp_path / "corpus.jsonl",
        {"doc_id": 4, "title": "T", "abstract": ["One.", "Two."], "structured": False},
        {"doc_id": 5, "title": "U", "abstract": ["Three."], "structured": False},
    )
    evidence = {"4": [{"sentences": [0], "label": "CONTRADICT"}]}
    row = {"id": 1, "claim": "None.", "evidence": evidence, "cited_doc_ids": [4, 5]}
    found = public.read_published("scifact", lines(tmp_path / "claims_dev.jsonl", row))
    pairs = [case for case in found if isinstance(case, PairCase)]
    assert [(p.id, p.label) for p in pairs] == [
        ("scifact/1-4", Support.CONTRADICTED),
        ("scifact/1-5", Support.UNSUPPORTED),
    ]
    assert pairs[0].evidence[0].text == "One. Two."


def test_wice_labels_become_ours(tmp_path: Path) -> None:
    row = {
        "claim": "He ran.",
        "evidence": ["He walked.", "He ran a mile."],
        "label": "partially_supported",
        "supporting_sentences": [[1]],
        "meta": {"id": "dev00001"},
    }
    [case] = public.read_published("wice", lines(tmp_path / "dev.jsonl", row))
    assert isinstance(case, PairCase)
    assert (case.id, case.label) == ("wice/dev00001", Support.PARTIAL)

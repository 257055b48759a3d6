"""The table of retrieval: what counts as relevant, how ways rank, what is tuned on what."""

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from evals.errors import MalformedCase
from evals.retrieval import __main__ as command
from evals.retrieval import ranking
from evals.retrieval.corpora import (
    AVERITEC,
    DEVELOPMENT,
    HALVES,
    REPORTING,
    SETS,
    Claim,
    fill_library,
    half_of,
    read_claims,
    read_documents,
    sample_claims,
)
from evals.retrieval.table import ALL_SETS, Table, cluster_claims, run_table, weight_curve
from retrieval.library import RECORD, Library
from retrieval.record import Record
from retrieval.search import DENSE_WEIGHT
from retrieval.types import Vectors
from tests.fakes_retrieval import WordsEmbedder

SUBJECTS = ("bridge", "river", "school", "harbour")
SNOPES = "https://www.snopes.com/fact-check/old-bridge-closed-after-cracks/"


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


class CountingEmbedder(WordsEmbedder):
    """Counts the texts that it is given."""

    embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        CountingEmbedder.embedded += len(texts)
        return super().embed(texts)


class KeywordModel:
    """Finds evidence relevant that has the claim's last word; keeps the pairs it was given."""

    id = "keyword/1"

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        self.pairs += pairs
        hit = [claim.split()[-1].lower() in evidence.lower() for evidence, claim in pairs]
        return np.array([[0.5, 0.4, 0.1] if h else [0.1, 0.1, 0.8] for h in hit], np.float32)


def _write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)


def _set(folder: Path, name: str, corpus: str, key: str) -> None:
    """For each subject a document that is relevant, one that is neutral, and a claim."""
    held, asked = [], []
    for n, subject in enumerate(SUBJECTS):
        held += [
            {"doc_id": f"{subject} yes", "title": subject, "text": f"The {subject} closed in {n}."},
            {"doc_id": f"{subject} no", "title": None, "text": f"A song about a {subject} is old."},
        ]
        evidence = [
            {"gold": True, key: f"{subject} yes", "label": "Refutes"},
            {"gold": False, key: f"{subject} no", "label": "Neutral"},
        ]
        asked.append(
            {
                "id": f"c{n}",
                "claim": f"It closed in {n}, the {subject}",
                "verdict": "refuted",
                "date": None,
                "evidence": evidence,
            }
        )
    silence = {"id": "none", "claim": "Nobody knows", "verdict": "nei", "date": None}
    _write(folder / f"{name}.jsonl.gz", [*asked, {**silence, "evidence": []}])
    _write(folder / f"{corpus}.jsonl.gz", held)


def _averitec(folder: Path) -> None:
    archived = f"https://web.archive.org/web/20210101000000/{SNOPES}"
    dated = "https://news.example.org/2020/09/31/x"
    held = [
        {"doc_id": "a", "text": "The old bridge closed.", "url": SNOPES},
        {"doc_id": "b", "text": "Unlabelled.", "url": "https://www.bbc.co.uk/news/2020/10/05/abc"},
        {"doc_id": "c", "text": "No such day.", "url": dated},
    ]
    evidence = [
        {"gold": True, "url": archived, "source_url": SNOPES},
        {"gold": False, "url": held[1]["url"]},
    ]
    row = {"id": "0", "claim": "The old bridge closed", "verdict": "supported"}
    _write(folder / "corpus_averitec.jsonl.gz", held)
    _write(folder / "averitec_dev.jsonl.gz", [{**row, "date": "2020-10-31", "evidence": evidence}])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "claims").mkdir()
    for part in SETS:
        if part is not AVERITEC:
            _set(folder / "claims", part.claims, part.corpus, part.keys[0])
    _averitec(folder / "claims")
    return folder


@pytest.fixture(scope="module")
def pool(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pool")
    fill_library(directory, data, SETS, WordsEmbedder())
    return directory


@pytest.fixture
def found(data: Path, pool: Path) -> Iterator[list[ranking.Candidates]]:
    record = Record.open(pool / RECORD)
    asked = [c for part in SETS for c in read_claims(data, part) if c.relevant]
    yield ranking.gather_candidates(record, WordsEmbedder(), asked)
    record.close()


def test_what_is_labelled_for_or_against_is_relevant_and_what_is_neutral_is_not(
    data: Path,
) -> None:
    for part in SETS[:3]:
        texts = {d["id"]: d["text"] for d in read_documents(data, part)}
        for claim in read_claims(data, part)[:-1]:
            assert [texts[name] for name in claim.relevant] == [
                f"The {claim.text.split()[-1]} closed in {claim.id[-1]}."
            ]
            assert len(claim.pages) == 2


def test_an_archived_copy_is_the_page_itself(data: Path) -> None:
    [claim] = read_claims(data, AVERITEC)
    page, *_ = read_documents(data, AVERITEC)
    assert claim.relevant == (page["id"],)
    assert page["title"] == "old bridge closed after cracks"
    assert page["publisher"] == "snopes.com"


def test_a_day_is_taken_from_an_address_only_where_there_is_such_a_day(data: Path) -> None:
    assert [d["published"] for d in read_documents(data, AVERITEC)] == ["", "2020-10-05", ""]


def test_a_pool_is_embedded_once(data: Path, tmp_path: Path) -> None:
    fill_library(tmp_path, data, SETS, CountingEmbedder())
    first = CountingEmbedder.embedded
    fill_library(tmp_path, data, SETS, CountingEmbedder())
    assert first == sum(len(list(read_documents(data, part))) for part in SETS)
    assert CountingEmbedder.embedded == first


def test_a_document_that_does_not_get_in_stops_the_run(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "claims"
    broken.mkdir()
    for file in (data / "claims").iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    _write(broken / "corpus_averitec.jsonl.gz", [{"doc_id": "a", "text": "...", "url": SNOPES}])
    with pytest.raises(MalformedCase, match="1 documents did not get in"):
        fill_library(tmp_path / "pool", tmp_path, SETS, WordsEmbedder())


def test_fusion_ranks_as_a_search_of_the_library_does(
    found: list[ranking.Candidates], pool: Path
) -> None:
    with Library.open(pool, WordsEmbedder()) as library:
        for one in found:
            for weight in (0.3, DENSE_WEIGHT):
                hits = library.search(one.claim.text, 5, dense_weight=weight)
                sources = list(dict.fromkeys(hit.passage.source.id for hit in hits))
                assert ranking.rank_by_scores(weight)(one)[: len(sources)] == sources


def test_each_leg_alone_is_the_search_at_the_end_of_the_scale(
    found: list[ranking.Candidates], pool: Path
) -> None:
    with Library.open(pool, WordsEmbedder()) as library:
        for one in found:
            by_meaning = library.search(one.claim.text, 3, dense_weight=1.0)
            assert ranking.rank_by_meaning(one)[:3] == [h.passage.source.id for h in by_meaning]
            matched = [
                h.passage.source.id
                for h in library.search(one.claim.text, 3, dense_weight=0.0)
                if h.lexical > 0
            ]
            assert ranking.rank_by_words(2.0)(one)[: len(matched)] == matched


def test_a_word_of_the_title_counts_where_titles_weigh(found: list[ranking.Candidates]) -> None:
    climate = next(one for one in found if one.claim.part == "Climate-FEVER")
    best = max(climate.words[8.0].values())
    assert best > max(climate.words[2.0].values()) > max(climate.words[0.0].values())


def test_rank_fusion_puts_first_what_both_legs_put_first() -> None:
    claim = Claim(id="x/1", part="x", text="t", verdict="nei")
    one = ranking.Candidates(
        claim,
        {2.0: {"a": 3.0, "b": 2.0, "c": 1.0}},
        {"b": 0.9, "d": 0.8, "a": 0.7},
        {},
        {},
        {p: p.upper() for p in "abcd"},
    )
    # 1/61 + 1/63 for a, 1/62 + 1/61 for b, 1/63 for c, 1/62 for d
    assert ranking.rank_by_ranks(one) == ["B", "A", "D", "C"]


def test_what_was_not_read_stays_behind_what_was(
    found: list[ranking.Candidates], pool: Path
) -> None:
    [one] = [f for f in found if f.claim.part == "AVeriTeC"]
    read = ranking.Candidates(**{**vars(one), "relevance": {next(iter(one.cosines)): 0.0}})
    assert ranking.rank_by_cross_encoder(1.0)(read)[0] == one.documents[next(iter(one.cosines))]


def test_the_cross_encoder_reads_evidence_first_and_moves_what_it_finds(
    found: list[ranking.Candidates], pool: Path
) -> None:
    model, record = KeywordModel(), Record.open(pool / RECORD)
    read = ranking.add_relevance(record, model, found[:1], lambda done: None)
    record.close()
    assert {claim for _, claim in model.pairs} == {found[0].claim.text}
    with Library.open(pool, WordsEmbedder()) as library:
        told = [(library.passage(name), r) for name, r in read[0].relevance.items()]
    named = {p.source.id: "bridge" in p.text.lower() for p, _ in told if p}
    for passage, relevance in told:
        assert passage
        assert relevance == pytest.approx(0.9 if named[passage.source.id] else 0.2)
    ranked = [named[name] for name in ranking.rank_by_cross_encoder(1.0)(read[0])[: len(named)]]
    assert ranked == sorted(named.values(), reverse=True)


def test_claims_that_share_a_document_are_one_cluster() -> None:
    def claim(name: str, *relevant: str) -> Claim:
        return Claim(id=f"x/{name}", part="x", text=name, verdict="nei", relevant=relevant)

    asked = [claim("1", "a"), claim("2", "b"), claim("3", "a", "c"), claim("4", "c"), claim("5")]
    groups = cluster_claims(asked)
    assert groups[0] == groups[2] == groups[3]
    assert len(set(groups)) == 3


def test_a_claim_is_in_one_half_by_its_id_alone() -> None:
    halves = [half_of(f"x/{n}") for n in range(400)]
    assert set(halves) == set(HALVES)
    assert 150 < halves.count(DEVELOPMENT) < 250
    assert halves == [half_of(f"x/{n}") for n in range(400)]


def test_a_curve_says_what_each_weight_is_worth(found: list[ranking.Candidates]) -> None:
    def way(weight: float) -> ranking.Ranking:
        return lambda c: list(c.claim.relevant) if weight == 0.5 else []

    assert weight_curve(found, way, (0.0, 0.5, 1.0)) == {0.0: 0.0, 0.5: 1.0, 1.0: 0.0}


def test_a_sample_is_the_same_every_time_and_grows() -> None:
    asked = [Claim(id=f"x/{n}", part="x", text="t", verdict="nei") for n in range(50)]
    small, large = sample_claims(asked, 10, 1), sample_claims(asked, 20, 1)
    assert len(small) == 10
    assert {c.id for c in small} < {c.id for c in large}
    assert sample_claims(asked, 0, 1) == asked
    assert sample_claims(asked, 10, 2) != small


@pytest.mark.parametrize("half", HALVES)
def test_a_run_reports_every_way_on_every_set_with_its_n(half: str, data: Path, pool: Path) -> None:
    table = run_table(data, pool, half, 0, KeywordModel(), WordsEmbedder(), silent)
    asked = [c for s in SETS for c in read_claims(data, s) if c.relevant and half_of(c.id) == half]
    assert table.claims == {s.name: sum(c.part == s.name for c in asked) for s in SETS}
    assert 0 < len(asked) < 13
    assert table.documents == 27
    ways = list(dict.fromkeys(f.way for f in table.figures))
    assert {"words", "meaning", "rank fusion", "fusion", "fusion + re-rank"} <= set(ways)
    parts = [*dict.fromkeys(c.part for c in asked), ALL_SETS]
    assert [(f.part, f.way) for f in table.figures] == [(p, w) for p in parts for w in ways]
    assert {f.ndcg.n for f in table.figures if f.part == ALL_SETS} == {len(asked)}
    assert {g.over for g in table.gains} == set(ways) - {"fusion + re-rank"}
    for gain in table.gains:
        one, other = (_ndcg(table, gain.part, way) for way in (gain.way, gain.over))
        assert gain.comparison.difference.value == pytest.approx(one - other)
    shown = command.format_lines(table)
    assert max(map(len, shown)) <= 80
    assert any(line.startswith("  fusion + re-rank") for line in shown)


def test_weights_are_compared_on_the_development_half_only(data: Path, pool: Path) -> None:
    for half in HALVES:
        table = run_table(data, pool, half, 0, KeywordModel(), WordsEmbedder(), silent)
        chosen = {"titles", "meaning", "re-rank"} if half == DEVELOPMENT else set()
        assert set(table.curves) == chosen


def _ndcg(table: Table, part: str, way: str) -> float:
    [value] = [f.ndcg.value for f in table.figures if (f.part, f.way) == (part, way)]
    assert value is not None
    return value


def test_without_a_model_nothing_is_called_re_ranked(data: Path, pool: Path) -> None:
    table = run_table(data, pool, REPORTING, 2, None, WordsEmbedder(), silent)
    assert "fusion + re-rank" not in {f.way for f in table.figures}
    assert table.gains[0].way == "fusion"


def test_a_folder_without_the_sets_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["retrieval", "--data", str(tmp_path), "--without-reranker"])
    assert command.main() == 2
    assert "corpus_scifact_test.jsonl.gz" in capsys.readouterr().err

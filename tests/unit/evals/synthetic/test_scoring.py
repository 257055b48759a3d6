"""Pages over invented worlds: what is right scores, and each planted fault is found."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from agent.bootstrap import build_desk, build_embedder
from agent.settings import Settings
from agent.types import CheckedSentence, Citation, Insufficient, Kind, Page, Support, Verification
from evals.synthetic.scoring import (
    MEANING,
    Truth,
    WorldDraft,
    draft_worlds,
    estimate_measures,
    mark_page,
    score_page,
)
from evals.synthetic.stories import make_world
from evals.synthetic.world import Line, SyntheticSource, World
from retrieval.library import Library

STANDS = Verification(support=Support.SUPPORTED, reason="")


@pytest.fixture(scope="module")
def made() -> World:
    return make_world(2, 1)


@pytest.fixture(scope="module")
def library(made: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("world")
    with made.library(folder, build_embedder(Settings())) as library:
        yield library


@pytest.fixture(scope="module")
def rows(made: World) -> list[WorldDraft]:
    few = replace(made, questions=made.questions[:4])
    settings = Settings()
    desk = lambda library: build_desk(settings, library).draft  # noqa: E731
    return list(draft_worlds([few], build_embedder(settings), desk))


def cited(source: SyntheticSource, line: Line, text: str | None = None) -> CheckedSentence:
    start = next(at for at, held in source.lines_with_offsets() if held is line)
    citation = Citation(
        source=source.id, passage="p", start=start, end=start + len(line.text), quote=line.text
    )
    return CheckedSentence(
        text=text or line.text, kind=Kind.FINDING, citations=(citation,), ruling=STANDS
    )


def eventful(made: World) -> Iterator[tuple[SyntheticSource, Line]]:
    return ((s, line) for s in made.sources for line in s.lines if line.says)


def test_a_world_is_stored_as_it_was_written(made: World, library: Library) -> None:
    for source in made.sources:
        assert library.snapshot(source.id) == source.body


def test_reprints_and_outlets_are_the_origins_that_truth_counts(
    made: World, library: Library
) -> None:
    pairs = {(made.by_id[s.id].origin, s.origin) for s in library.sources()}
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})


def test_every_line_is_carried_by_itself(made: World) -> None:
    truth = Truth(made)
    assert all(
        truth.is_carried(cited(source, line)) for source in made.sources for line in source.lines
    )


def test_no_line_about_an_event_is_carried_by_one_that_is_about_none(made: World) -> None:
    truth = Truth(made)
    plain = next((s, line) for s in made.sources for line in s.lines if not line.says)
    for _, line in eventful(made):
        assert truth.is_carried(cited(*plain, text=line.text)) is False


def test_a_changed_figure_swapped_roles_and_a_denial_are_not_carried(made: World) -> None:
    truth = Truth(made)
    for source, line in eventful(made):
        [said] = line.says
        if said.speaker or not said.holds:
            continue
        a, b = said.fact.get("a"), said.fact.get("b")
        if a and b:
            swapped = line.text.replace(a, "#").replace(b, a).replace("#", b)
            assert truth.is_carried(cited(source, line, text=swapped)) is False
        if n := said.fact.get("n"):
            other = line.text.replace(n, str(int(n) + 1))
            assert truth.is_carried(cited(source, line, text=other)) is False
        text = f"It is not true that {line.text[0].lower()}{line.text[1:]}"
        assert truth.is_carried(cited(source, line, text=text)) is False


def test_a_speaker_that_is_dropped_is_not_carried(made: World) -> None:
    source, line = next(
        (s, x) for s, x in eventful(made) for said in x.says if said.speaker and said.holds
    )
    assert Truth(made).is_carried(cited(source, line))
    bare = line.text.split(" that ", 1)[1]
    assert Truth(made).is_carried(cited(source, line, text=bare)) is False


def test_the_wrong_outlet_is_not_carried(made: World) -> None:
    source, line = next(eventful(made))
    other = next(s.publisher for s in made.sources if s.publisher != source.publisher)
    right, wrong = (
        cited(source, line, text=f"{line.text[:-1]}, according to {name}.")
        for name in (source.publisher, other)
    )
    assert Truth(made).is_carried(right)
    assert Truth(made).is_carried(wrong) is False


def test_a_paraphrase_that_is_not_understood_is_not_scored(made: World) -> None:
    source, line = next((s, x) for s in made.sources for x in s.lines if not x.says)
    assert Truth(made).is_carried(cited(source, line, text="Much was said about it.")) is None


def test_what_was_corrected_may_be_told_only_as_such(made: World) -> None:
    truth = Truth(made)
    stale = {line.text for _, line in eventful(made) if line.says & made.stale}
    assert stale
    for text in stale:
        assert truth.is_current(text) is False
        assert truth.is_current(f"An earlier report, corrected since then, said: {text}")
    assert all(
        truth.is_current(line.text) for _, line in eventful(made) if not line.says & made.stale
    )


def test_every_page_is_scored_and_every_figure_has_its_n(rows: list[WorldDraft]) -> None:
    found = estimate_measures(rows)
    assert found.keys() == MEANING.keys()
    pages = [row for row in rows if isinstance(row.made, Page)]
    assert pages
    assert found["verdict"].n == len(pages)
    assert found["support"].n + found["support"].unscored == sum(
        s.kind is Kind.FINDING for row in pages for s in row.made.sentences()
    )


def test_a_score_is_of_all_that_was_marked(rows: list[WorldDraft]) -> None:
    for row in rows:
        for name, right in score_page(row.world, row.asked, row.made).items():
            given = [m for m in row.marks[name] if m is not None]
            assert right == (all(given) if given else None)


def test_no_page_where_one_is_due_counts_against_the_desk(rows: list[WorldDraft]) -> None:
    row = next(r for r in rows if isinstance(r.made, Page))
    nothing = Insufficient(
        question=row.made.question,
        claim=row.made.claim,
        reason="",
        scope=row.made.evidence.scope,
    )
    on_topic = next(q for q in row.world.questions if row.world.must_cite(q.claim))
    assert mark_page(row.world, on_topic, nothing)["answered"] == (False,)
    off_topic = [q for q in make_world(2, 1).questions if q.claim is None]
    assert [mark_page(row.world, q, nothing)["silent"] for q in off_topic] == [(True,)] * len(
        off_topic
    )

"""Invented worlds: their truth is what their sources say, and a page is held against it."""

import dataclasses
from collections import Counter

import pytest

from evals.synthetic.scoring import Reader
from evals.synthetic.stories import QUESTIONS_A_WORLD, make_world, make_worlds
from evals.synthetic.wordings import RELATIONS, fill_wording, fits_wording
from evals.synthetic.world import Fact, Saying, Side, World, entails, side_on

INTENDED = {
    "plain": "supported",
    "denied": "refuted",
    "swapped": "unproven",
    "other value": "refuted",
    "absent": "unproven",
    "current": "supported",
    "superseded": "refuted",
    "retracted": "refuted",
    "denied and true": "supported",
    "contradicted": "mixed",
    "contradicted, denied": "mixed",
    "said": "supported",
    "said is no fact": "unproven",
    "swapped and denied": "refuted",
    "one weak source, copied": "unproven",
    "one origin, reprinted": "supported",
    "off topic": "None",
}
SEEDS = range(12)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [make_world(seed, 1) for seed in SEEDS]


def test_the_same_seed_gives_the_same_worlds() -> None:
    assert list(make_worlds(5, 30)) == list(make_worlds(5, 30))
    assert next(make_worlds(5, 1)) != next(make_worlds(6, 1))


@pytest.mark.parametrize("questions", [1, QUESTIONS_A_WORLD, QUESTIONS_A_WORLD + 3])
def test_a_suite_has_as_many_questions_as_were_asked_for(questions: int) -> None:
    found = list(make_worlds(1, questions))
    assert sum(len(w.questions) for w in found) == questions
    assert len({q.id for w in found for q in w.questions}) == questions


def test_a_suite_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        next(make_worlds(1, 0))


def test_every_kind_of_question_has_the_verdict_its_story_was_made_for(worlds: list[World]) -> None:
    found = Counter((q.kind, str(w.verdict(q.claim))) for w in worlds for q in w.questions)
    assert dict(found.keys()) == INTENDED
    assert {(kind, INTENDED[kind]) for kind, _ in found} == set(found)


def test_nothing_is_on_record_of_what_is_absent_and_something_of_what_is_not(
    worlds: list[World],
) -> None:
    for w in worlds:
        said = {q.kind: w.says(q.claim) for q in w.questions if q.claim}
        assert not any(said.get(k) for k in ("absent", "denied", "swapped", "said is no fact"))
        assert all(said.get(k, True) for k in ("plain", "retracted", "superseded", "said"))


def test_every_line_is_read_as_what_it_was_written_to_say(worlds: list[World]) -> None:
    readers = [Reader(w) for w in worlds]
    lines = [(r, line) for r in readers for s in r.world.sources for line in s.lines]
    assert len(lines) > 2_000
    misread = [line.text for reader, line in lines if reader.read(line.text) != line.says]
    assert not misread


def test_every_wording_of_an_event_and_of_its_denial_is_told_apart(worlds: list[World]) -> None:
    for w in worlds[:3]:
        reader = Reader(w)
        for said in {s for source in w.sources for line in source.lines for s in line.says}:
            relation = RELATIONS[said.fact.relation]
            for holds, wordings in ((True, relation.says), (False, relation.denies)):
                for wording in (x for x in wordings if fits_wording(x, said.fact)):
                    text = fill_wording(wording, said.fact)
                    assert reader.read(f"{text}.") == {Saying(said.fact, holds)}, text


def test_who_did_what_to_whom_is_read_by_grammar(worlds: list[World]) -> None:
    a, b = worlds[0].names[1:3]
    reader = Reader(worlds[0])
    [active] = reader.read(f"{a} sued {b}.")
    [passive] = reader.read(f"{b} was sued by {a}.")
    [other] = reader.read(f"{b} sued {a}.")
    assert active == passive != other


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It is not true that {a} sued {b}.", id="not true"),
        pytest.param("The claim that {a} sued {b} is false.", id="false"),
        pytest.param("A paper withdrew its report that {a} sued {b}.", id="withdrawn"),
        pytest.param("There is no evidence that {a} sued {b}.", id="no evidence"),
    ],
)
def test_a_frame_that_denies_turns_a_clause_over(worlds: list[World], text: str) -> None:
    a, b = worlds[0].names[1:3]
    [read] = Reader(worlds[0]).read(text.format(a=a, b=b))
    assert not read.holds


def test_what_a_person_says_is_not_said_by_the_sentence(worlds: list[World]) -> None:
    (a, b), p = worlds[0].names[1:3], worlds[0].persons[0]
    reader = Reader(worlds[0])
    for text in (f"{p} said that {a} sued {b}.", f"{a} sued {b}, according to {p}."):
        [read] = reader.read(text)
        assert read.speaker == p


def test_sides_follow_from_meaning() -> None:
    bought = Fact.of("bought", a="A", b="B", n="40")
    claim = Saying(bought)
    swapped = Saying(Fact.of("bought", a="B", b="A", n="40"))
    assert side_on(claim, claim) is Side.FOR
    assert side_on(Saying(bought.but(n="41")), claim) is Side.AGAINST
    assert side_on(Saying(bought.but(n="")), claim) is Side.NEITHER
    assert side_on(claim, Saying(bought.but(n=""))) is Side.FOR
    assert side_on(Saying(bought.but(n=""), holds=False), claim) is Side.AGAINST
    assert side_on(Saying(bought, speaker="P"), claim) is Side.NEITHER
    assert side_on(swapped, claim) is Side.NEITHER
    assert side_on(claim, Saying(bought.but(n=""), holds=False)) is Side.AGAINST
    assert side_on(Saying(bought, holds=False), Saying(bought.but(n=""))) is Side.NEITHER


def test_less_detail_is_carried_and_more_is_not() -> None:
    full, bare = (Saying(Fact.of("sued", a="A", b="B", **w)) for w in ({"what": "x"}, {}))
    assert entails(full, bare)
    assert not entails(bare, full)
    never, never_x = (dataclasses.replace(s, holds=False) for s in (bare, full))
    assert entails(never, never_x)
    assert not entails(never_x, never)

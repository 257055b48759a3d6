"""One-fact claims are answered right by a verdict or by a plain "X says so"."""

from evals.facts import Fact, FactAnswer, format_report, read_side
from evals.loaders.own import CASES
from evals.loaders.rows import read_jsonl
from tests.unit.agent import pages


def fact(truth: str) -> Fact:
    return Fact.model_validate({"id": "f", "claim": "the lake froze", "truth": truth})


def test_a_short_page_takes_no_side() -> None:
    assert read_side(pages.insufficient()) == ("open", False)


def test_what_was_answered_is_held_against_what_the_notes_say() -> None:
    right = FactAnswer(fact=fact("for"), side="for", committed=True)
    wrong = FactAnswer(fact=fact("against"), side="for", committed=False)
    silent = FactAnswer(fact=fact("open"), side="open", committed=False)
    assert [a.right for a in (right, wrong, silent)] == [True, False, True]
    assert [a.opposite for a in (right, wrong, silent)] == [False, True, False]
    told = "\n".join(format_report([right, wrong, silent]))
    assert "settled by the notes, answered right        1 of 2" in told
    assert "settled by the notes, the opposite answered 1" in told


def test_every_claim_of_the_file_can_be_read_and_names_a_truth() -> None:
    facts = [row.read(Fact) for row in read_jsonl(CASES / "facts.jsonl")]
    assert len({f.id for f in facts}) == len(facts) == 90
    assert {f.truth for f in facts} == {"for", "against", "open"}

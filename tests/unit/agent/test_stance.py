from collections.abc import Sequence

from agent.claims import read
from agent.stance import stances
from agent.types import Pair, Ruling, Stance, Support
from tests.fakes import FakeShelf, ScriptedVerifier

SHELF = FakeShelf([])
CLAIM = read("Did the river bridge collapse?")


def stance_of(text: str, support: Support, violated: str = "") -> Stance:
    class One(ScriptedVerifier):
        def judge(self, pairs: Sequence[Pair]) -> list[Ruling]:
            return [self._judge(pair.evidence[0].text) for pair in pairs]

    verifier = One({text: support}, {text: violated} if violated else {})
    [found] = stances(CLAIM, [text], SHELF, verifier)
    return found


def test_what_carries_the_claim_speaks_for_it() -> None:
    assert stance_of("The river bridge collapsed.", Support.SUPPORTED) is Stance.FOR


def test_what_contradicts_it_speaks_against_it() -> None:
    said = "The river bridge never collapsed."
    assert stance_of(said, Support.CONTRADICTED, "negation") is Stance.AGAINST


def test_another_number_or_name_is_something_else_and_no_contradiction() -> None:
    said = "The river bridge of Springfield collapsed."
    assert stance_of(said, Support.CONTRADICTED, "names") is Stance.NEITHER


def test_a_sentence_that_lacks_a_word_of_the_claim_does_not_speak_for_it() -> None:
    assert stance_of("The river bridge was inspected.", Support.SUPPORTED) is Stance.NEITHER


def test_what_says_the_opposite_in_the_same_words_does_not_speak_for_it() -> None:
    said = "The river bridge did not collapse."
    assert stance_of(said, Support.SUPPORTED) is Stance.NEITHER


def test_a_denial_of_something_else_says_nothing_about_the_claim() -> None:
    said = "The river bridge collapsed after claims about lizards that are false."
    assert stance_of(said, Support.UNSUPPORTED) is Stance.NEITHER


def test_what_calls_it_false_speaks_against_it() -> None:
    said = "The story that the river bridge collapsed is fake."
    assert stance_of(said, Support.SUPPORTED) is Stance.AGAINST


def test_silence_speaks_for_neither_side() -> None:
    said = "The paper does not say whether the river bridge collapsed."
    assert stance_of(said, Support.CONTRADICTED) is Stance.NEITHER


def test_another_subject_speaks_for_neither_side() -> None:
    said = "The railway tunnel in the north was painted green."
    assert stance_of(said, Support.SUPPORTED) is Stance.NEITHER


def test_what_could_not_be_checked_speaks_for_neither_side() -> None:
    assert stance_of("The river bridge collapsed.", Support.UNCHECKED) is Stance.NEITHER

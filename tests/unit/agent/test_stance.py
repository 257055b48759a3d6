from collections.abc import Sequence

import numpy as np

from agent.claims import read
from agent.ports import Entailment, Probabilities
from agent.stance import stances
from agent.types import Check, Claim, Outcome, Pair, Ruling, Stance, Support
from tests.fakes import FakeShelf, ScriptedVerifier

SHELF = FakeShelf([])
CLAIM = read("Did the river bridge collapse?")


def stance_of(
    text: str, support: Support, violated: str = "", reader: Entailment | None = None
) -> Stance:
    class One(ScriptedVerifier):
        def judge(self, pairs: Sequence[Pair]) -> list[Ruling]:
            return [self._judge(pair.evidence[0].text) for pair in pairs]

    verifier = One({text: support}, {text: violated} if violated else {})
    [found] = stances(CLAIM, [text], SHELF, verifier, reader or UNDECIDED)
    return found


class Leaning:
    """Reads every text as supporting the claim, or its opposite, with one probability."""

    id = "leaning/1"

    def __init__(self, to_claim: float, to_opposite: float) -> None:
        self._supported = {CLAIM.text: to_claim, CLAIM.opposite: to_opposite}

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        supported = [self._supported[claim] for _, claim in pairs]
        return np.array([[p, 1 - p, 0.0] for p in supported], dtype=np.float32)


UNDECIDED = Leaning(0.5, 0.5)


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


PARAPHRASE = "Into the water fell the span of the bridge over the river."


def test_where_no_rule_can_tell_the_cross_encoder_decides() -> None:
    assert stance_of(PARAPHRASE, Support.UNSUPPORTED, reader=Leaning(0.95, 0.05)) is Stance.FOR
    assert stance_of(PARAPHRASE, Support.UNSUPPORTED, reader=Leaning(0.05, 0.95)) is Stance.AGAINST


def test_a_reading_that_does_not_turn_with_the_opposite_is_not_followed() -> None:
    assert stance_of(PARAPHRASE, Support.UNSUPPORTED, reader=Leaning(0.95, 0.95)) is Stance.NEITHER


def test_an_unsure_reading_is_not_followed() -> None:
    assert stance_of(PARAPHRASE, Support.UNSUPPORTED, reader=Leaning(0.7, 0.3)) is Stance.NEITHER


def test_nothing_speaks_for_a_claim_of_another_number_or_name() -> None:
    other = stance_of(PARAPHRASE, Support.CONTRADICTED, "numbers", Leaning(0.95, 0.05))
    assert other is Stance.NEITHER


def test_the_same_thing_with_another_figure_speaks_against_it() -> None:
    claim = read("Did the river bridge collapse cost 30 million euros?")
    text = "The collapse of the river bridge cost 20 million euros."
    check = Check(name="money", outcome=Outcome.VIOLATED, detail="differs", evidence=text)
    ruling = Ruling(support=Support.CONTRADICTED, score=0.1, reason="money", checks=(check,))
    assert figure_stance(claim, text, ruling) is Stance.AGAINST


def test_another_figure_of_something_else_speaks_for_neither_side() -> None:
    claim = read("Did the river bridge collapse cost 30 million euros?")
    text = "The river tunnel cost 20 million euros."
    check = Check(name="money", outcome=Outcome.VIOLATED, detail="differs", evidence=text)
    ruling = Ruling(support=Support.CONTRADICTED, score=0.1, reason="money", checks=(check,))
    assert figure_stance(claim, text, ruling) is Stance.NEITHER


def figure_stance(claim: Claim, text: str, ruling: Ruling) -> Stance:
    class One(ScriptedVerifier):
        def judge(self, pairs: Sequence[Pair]) -> list[Ruling]:
            return [ruling for _ in pairs]

    neutral = Neutral()
    [found] = stances(claim, [text], SHELF, One({}), neutral)
    return found


class Neutral:
    """Reads nothing out of anything."""

    id = "neutral/1"

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Probabilities:
        return np.tile(np.array([0.0, 0.0, 1.0], dtype=np.float32), (len(pairs), 1))

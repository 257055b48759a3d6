"""What speaks for a claim, what against it, and what for neither side."""

import pytest

from agent.claims import read_claim
from agent.stance import SourceSentence, proposition, stance_by_rules
from agent.stance.concepts import concepts, opposite
from agent.types import Stance


def stance(
    question: str, text: str, *, source: str = "", context: str = "", kind: str = ""
) -> Stance:
    claim = read_claim(question)
    said = SourceSentence(text, source=source, context=context, kind=kind)
    return stance_by_rules(claim, proposition(claim), said) or Stance.NEITHER


BRIDGE = "Did the river bridge collapse?"
FOR = (
    (BRIDGE, "The river bridge collapsed."),
    (BRIDGE, "The river bridge collapsed after claims about lizards that are false."),
    ("Was the mayor of Ostby acquitted?", "A jury found the mayor of Ostby not guilty."),
    ("Did Ostby ban plastic bags?", "The city of Ostby outlawed plastic bags in March."),
    ("Did crime rise in Ostby in 2021?", "Crime in Ostby went up by 4 percent in 2021."),
    ("Was Norvik Bank bought by Tellus Group?", "Tellus Group acquired Norvik Bank."),
    ("Were dozens of shops in Ostby attacked?", "In Ostby 64 shops were set on fire."),
    ("Has Tellus Group taken Norvik Bank to court?",
     "Norvik Bank faces a lawsuit by Tellus Group."),
    ("Was Norvik Bank fined by the Ostby Water Board?",
     "Norvik Bank must pay a fine of $6 million to the Ostby Water Board."),
    ("Were 689 power cuts counted by the Ostby Water Board?",
     "The Ostby Water Board registered 689 power cuts."),
    ("Did Anna Berg say that Tellus Group bought Norvik Bank?",
     "In a speech, Anna Berg claimed that Norvik Bank was sold to Tellus Group."),
    ("Tellus Group did not sue Norvik Bank.",
     "The statement that Norvik Bank was sued by Tellus Group is false."),
    ("Did the mayor of Ostby say that the tap water cannot be drunk?",
     "The mayor of Ostby said that the tap water cannot be drunk."),
)  # fmt: skip
AGAINST = (
    (BRIDGE, "The river bridge never collapsed."),
    (BRIDGE, "The story that the river bridge collapsed is fake."),
    (BRIDGE, "No report of a collapse of the river bridge has been confirmed."),
    ("Did crime rise in Ostby in 2021?", "Crime in Ostby fell by 4 percent in 2021."),
    ("Was the mayor of Ostby convicted?", "A jury found the mayor of Ostby not guilty."),
    ("Did rents fall in every district of Ostby?", "In three districts of Ostby rents rose."),
    ("Is tap water in Ostby not linked to any illness?",
     "A study of Ostby tap water found a link to one illness."),
    ("Did the river bridge collapse cost 30 million euros?",
     "The collapse of the river bridge cost 20 million euros."),
    ("Did Tellus Group sue Norvik Bank?",
     "Ostby Daily has retracted its report that Tellus Group sued Norvik Bank."),
    ("Did Tellus Group sue Norvik Bank?",
     "It is not true that Norvik Bank was sued by Tellus Group."),
    ("Did the Ostby Water Board count 689 power cuts?",
     "An earlier edition stated wrongly that the Ostby Water Board registered 689 power cuts."),
    ("Did the Ostby Water Board count 689 power cuts?",
     "670 power cuts were registered by the Ostby Water Board."),
    ("Does the dust of Ostby cause asthma?",
     "Doctors found no link between the dust of Ostby and asthma."),
    ("Does the dust of Ostby spread asthma?",
     "Asthma also spread in towns that have no dust of Ostby."),
    (BRIDGE, "The river bridge collapsed – False"),
    ("Was Anna Berg the first mayor of Ostby without a party?",
     "Anna Berg was not the first mayor of Ostby without a party."),
    ("Did the WHO ban the dust of Ostby?", "The WHO did not ban the dust of Ostby."),
)  # fmt: skip
NEITHER = (
    (BRIDGE, "The river bridge was inspected."),
    (BRIDGE, "The river bridge could collapse."),
    (BRIDGE, "The paper does not say whether the river bridge collapsed."),
    (BRIDGE, "The railway tunnel in the north was painted green."),
    (BRIDGE, "The engineer denied that the river bridge had collapsed."),
    (BRIDGE, "A clip shows how the river bridge collapsed."),
    ("Did crime rise in Ostby in 2021?", "Crime in Ostby rose by 4 percent in 2019."),
    ("Did crime rise in Ostby in 2021?", "Anna Berg said that crime in Ostby rose in 2021."),
    ("Did the river bridge collapse cost 30 million euros?",
     "The river tunnel cost 20 million euros."),
    ("Did Tellus Group sue Norvik Bank?", "Norvik Bank sued Tellus Group."),
    ("Did rents fall in every district of Ostby?", "Rents fell in one district of Ostby."),
    ("Did the Ostby Water Board close the Ilm Bridge?",
     "The Harfleet Water Board did not close the Ilm Bridge."),
    ("Was Norvik Bank fined by the Ostby Water Board?",
     "The Ostby Water Board must pay a fine to Norvik Bank."),
    ("Did Anna Berg say that Tellus Group bought Norvik Bank?", "Tellus Group bought Norvik Bank."),
    ("Did Anna Berg say that Tellus Group bought Norvik Bank?",
     "Ole Lind said that Tellus Group bought Norvik Bank."),
    (BRIDGE, "Plain statements that the river bridge did not collapse were removed."),
    ("Do the police of Ostby never help collectors?",
     "The police of Ostby may not help collectors."),
    ("Did the Ostby Water Board count 689 power cuts?",
     "It is no longer correct that the Ostby Water Board counted 670 power cuts."),
    (BRIDGE, "Claim: The river bridge collapsed."),
    (BRIDGE, "A photo of a fire is peddled as proof: the river bridge collapsed."),
    (BRIDGE, "Not one paper has reported that the river bridge collapsed."),
    ("Does a clip show that the river bridge collapsed?",
     "A clip shows a tunnel and was passed off as the river bridge that collapsed."),
    ("Did Ostby ban plastic bags?", "The city of Ostby pledged to ban plastic bags."),
    ("Did rents fall between 2019 and 2020 in Ostby?",
     "In Ostby rents rose from 2020 to 2021."),
    ("Do 52 percent of the people of Ostby live in towns?",
     "The share of people of Ostby who live in towns grew by 6 percent."),
    ("Do 45 people live in Ostby?", "In 2003 there were 136 people who live in Ostby."),
    ("Did violent crime rise in Ostby?", "Hate crime fell in Ostby."),
    ("Was Anna Berg the first mayor of Ostby who won twice?",
     "Anna Berg is the first mayor of Ostby since Ole Lind who won twice."),
    ("Did the WHO ban the dust of Ostby?", "The mayor did not ban the dust of Ostby."),
)  # fmt: skip


@pytest.mark.parametrize(("question", "text"), FOR)
def test_what_says_the_claim_in_these_or_other_words_speaks_for_it(
    question: str, text: str
) -> None:
    assert stance(question, text) is Stance.FOR


@pytest.mark.parametrize(("question", "text"), AGAINST)
def test_what_says_the_opposite_speaks_against_it(question: str, text: str) -> None:
    assert stance(question, text) is Stance.AGAINST


@pytest.mark.parametrize(("question", "text"), NEITHER)
def test_what_says_something_else_or_leaves_it_open_speaks_for_neither(
    question: str, text: str
) -> None:
    assert stance(question, text) is Stance.NEITHER


def test_a_title_names_what_the_sentence_leaves_out() -> None:
    text, title = "Two workers were hurt when it fell in Ostby.", "The Ostby harbour crane"
    question = "Were workers hurt at the Ostby crane?"
    assert stance(question, text, source=title) is Stance.FOR
    assert stance(question, text) is Stance.NEITHER


def test_what_is_told_of_a_clip_is_not_told_as_a_fact() -> None:
    context = "Two clips were posted by the same account."
    assert stance(BRIDGE, "In one the river bridge collapses.", context=context) is Stance.NEITHER


def test_words_for_one_thing_are_one_idea_and_opposites_are_known() -> None:
    assert {i.name for i in concepts("cops")} == {i.name for i in concepts("Policemen")}
    [rose], [fell] = concepts("rose"), concepts("went down")
    assert opposite(rose.name) == fell.name
    assert opposite(fell.name) == rose.name


def test_a_phrase_that_holds_a_negation_is_one_idea() -> None:
    assert [i.name for i in concepts("found not guilty")] == ["acquit"]


def test_a_possible_cause_is_neither_denied_nor_stated() -> None:
    question = "Does the dust of Ostby cause asthma?"
    text = "The agency calls the dust of Ostby a possible cause of asthma."
    assert stance(question, text) is Stance.PARTLY


def test_a_checkers_ruling_that_half_of_it_is_right_counts_on_both_sides() -> None:
    title = "Check of the claim that crime rose in Ostby"
    text = "The mayor gave the figure correctly, but it does not tell the whole story."
    question = "Did crime rise in Ostby?"
    assert stance(question, text, source=title, kind="fact-check") is Stance.BOTH
    assert stance(question, text, source=title, kind="news") is not Stance.BOTH
    other = "Check of the claim that rents rose in Ostby"
    assert stance(question, text, source=other, kind="fact-check") is not Stance.BOTH


def test_a_phrase_may_have_a_gap() -> None:
    assert "sue" in {i.name for i in concepts("took the bank of Ostby to court")}
    assert "sue" not in {i.name for i in concepts("took the road to the lake")}

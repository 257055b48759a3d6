"""How strongly and in what order a claim says a thing, against the words that it cites."""

import pytest

from agent.checks import check
from agent.types import CheckResult, ClaimEvidence, EvidenceSpan, Outcome
from agent.verification.units import split_into_clauses

OK, VIOLATED, UNKNOWN, NONE = (
    Outcome.OK,
    Outcome.VIOLATED,
    Outcome.UNKNOWN,
    Outcome.NOT_APPLICABLE,
)
LAMPS = (
    "Towns that bought the new lamps were found in the survey. There, the lamps were associated"
    " with a slightly lower number of thefts. The deaths from all causes stayed as they were."
)
FLOOD = "The bridge over the Lind fell. The report explains part of the fall with the flood."


def found(name: str, claim: str, evidence: str) -> CheckResult:
    return next(c for c in check(claim, [EvidenceSpan(text=evidence)]) if c.name == name)


@pytest.mark.parametrize(
    ("outcome", "claim", "evidence"),
    [
        (VIOLATED, "The lamps led to a slightly lower number of thefts.", LAMPS),
        (VIOLATED, "New lamps drove a drop in the number of thefts in towns.", LAMPS),
        (VIOLATED, "The lamps made the number of thefts fall.", "Lamps came. The thefts fall."),
        (OK, "The lamps led to fewer thefts.", "Thefts fell because of the new lamps."),
        (NONE, "The lamps did not cause the thefts.", LAMPS),
        (VIOLATED, "The bridge fell because of the flood.", FLOOD),
        (OK, "The bridge fell partly because of the flood.", FLOOD),
        (
            VIOLATED,
            "Salt raises the risk of gout.",
            "Those who ate salt had a higher risk of gout.",
        ),
        (VIOLATED, "Salt protected them from gout.", "Salt did not raise the risk of gout."),
        (OK, "Salt raises the risk of gout.", "Salt increases the risk of gout, they found."),
        (VIOLATED, "Because of the new lamps, the number of thefts fell.", LAMPS),
    ],
)
def test_an_association_is_no_cause_and_part_of_a_cause_not_the_whole(
    outcome: Outcome, claim: str, evidence: str
) -> None:
    assert found("causation", claim, evidence).outcome is outcome


def test_before_and_after_are_no_opposites_where_both_sides_changed_places() -> None:
    claim, evidence = "The strike came after the vote.", "The vote came before the strike."
    assert found("negation", claim, evidence).outcome is not VIOLATED


@pytest.mark.parametrize(
    ("outcome", "claim", "evidence"),
    [
        (VIOLATED, "The drug raises blood pressure.", "The drug can raise blood pressure."),
        (VIOLATED, "May became the wettest month.", "May was on course to become wettest month."),
        (VIOLATED, "The hall was burning.", "They came believing the hall was burning."),
        (OK, "They spoke of a risk of collapse.", "They spoke of a risk of collapse."),
        (VIOLATED, "The dam will collapse.", "The dam is at risk of collapse."),
        (VIOLATED, "Sex affects whether tumors grow.", "Sex can also affect whether tumors grow."),
        (VIOLATED, "The textbooks were changed.", "There were calls for the textbooks to change."),
        (VIOLATED, "Salt raises the risk of gout.", "Salt may raise the risk of gout."),
        (
            VIOLATED,
            "The vault was empty when the guards reached the bank on Elm Street.",
            (
                "The guards drove to Elm Street. The guards reached the bank fearing, and perhaps"
                " believing the vault was empty."
            ),
        ),
    ],
)
def test_a_claim_may_not_be_surer(outcome: Outcome, claim: str, evidence: str) -> None:
    assert found("modality", claim, evidence).outcome is outcome


@pytest.mark.parametrize(
    ("outcome", "claim", "evidence"),
    [
        (
            VIOLATED,
            "The new survey shows a higher number of cracks in the tower.",
            (
                "Lindqvist also said that a new survey pointed to a higher number of cracks in the"
                " tower."
            ),
        ),
        (
            VIOLATED,
            "The shooting was self-defense.",
            "Officials described the shooting as self-defense.",
        ),
        (
            VIOLATED,
            "The other eleven studies had serious flaws.",
            "The board judged that the other eleven studies had serious flaws.",
        ),
        (
            VIOLATED,
            "The charges included 148 thefts and 7 fires.",
            (
                "Lind pointed to those in custody and said their charges included 148 thefts and 7"
                " fires."
            ),
        ),
        (
            OK,
            "Thefts fell 4 percent by the clerk's estimates.",
            "According to the clerk's estimates, thefts fell 4 percent.",
        ),
        (VIOLATED, "The theory is a bad joke.", "Gehner called the theory a bad joke."),
        (OK, "The film is about a ship called the Star.", "The film tells of a ship called Star."),
        (
            VIOLATED,
            "Global warming has not slowed down.",
            "The writer tells of a study which says that global warming has not slowed down.",
        ),
        (
            OK,
            "Thefts fell for a second year, according to the FBI.",
            (
                "The Times, in a report by Lee, said thefts fell for a second year according to"
                " the FBI."
            ),
        ),
        (
            OK,
            "The clips had been moving across the web for weeks.",
            (
                "The clips had been moving across the web for weeks without a label saying they"
                " were made."
            ),
        ),
        (
            OK,
            "Lingo had said that the calls were a warning about machines.",
            (
                "Lingo testified that the town was chosen for its press, and Lingo had said earlier"
                " that the calls were a warning about machines."
            ),
        ),
    ],
)
def test_who_says_it_is_not_what_is_said(outcome: Outcome, claim: str, evidence: str) -> None:
    assert found("attribution", claim, evidence).outcome is outcome


@pytest.mark.parametrize(
    ("outcome", "claim", "evidence"),
    [
        (
            VIOLATED,
            "The board adopted the notice on May 24, 2024.",
            "The board adopted the notice on May 23, 2024 and released it on May 24, 2024.",
        ),
        (
            OK,
            "The board released the notice on May 24, 2024.",
            "The board adopted the notice on May 23, 2024 and released it on May 24, 2024.",
        ),
        (
            VIOLATED,
            "The board adopted the notice on May 24, 2024 and released it on May 24, 2024.",
            "The board adopted the notice on May 23, 2024 and released it on May 24, 2024.",
        ),
        (
            VIOLATED,
            "The board fined Steve Lind on May 30, 2024.",
            "Lake News wrote on May 30, 2024 that the board had fined Steve Lind on May 26, 2024.",
        ),
        (
            OK,
            "There were more thefts in 2022 than in 2021.",
            "In all, there were 80 more thefts in 2022 than in 2021.",
        ),
        (OK, "Ann Lind died on May 3, 2004.", "Ann Lind (June 1, 1931 - May 3, 2004) was a poet."),
    ],
)
def test_a_date_belongs_to_the_words_beside_it(outcome: Outcome, claim: str, evidence: str) -> None:
    assert found("dates", claim, evidence).outcome is outcome


def test_a_share_belongs_to_the_words_beside_it() -> None:
    evidence = "Rape fell an estimated 5.2 percent, robbery 8.9 percent and theft 3.0 percent."
    assert found("percentages", "Rape fell 8.9 percent.", evidence).outcome is VIOLATED
    assert found("percentages", "Robbery fell 8.9 percent.", evidence).outcome is OK


def test_the_day_of_a_report_is_not_that_of_what_it_reports() -> None:
    evidence = "Lake News reported on February 6, 2024 that the clerk had traced the calls."
    assert found("dates", "The calls were made on February 6.", evidence).outcome is VIOLATED
    assert found("dates", "On February 6 Lake News reported it.", evidence).outcome is OK


def test_what_is_not_false_is_not_false() -> None:
    claim, evidence = (
        "The caller ID was not false.",
        "The caller ID was false and seemed to be his.",
    )
    assert found("negation", claim, evidence).outcome is VIOLATED


def test_the_nearest_sentence_decides_which_way_a_claim_points() -> None:
    evidence = (
        "The Post says that the wall is often seen. Chiao himself said that he had not seen the"
        " wall. The mark does NOT mean that the goal has been missed."
    )
    assert found("negation", "Chiao said that he had seen the wall.", evidence).outcome is VIOLATED
    assert found("negation", "Chiao said that he had not seen the wall.", evidence).outcome is OK
    assert found("negation", "The mark: the goal has been missed.", evidence).outcome is VIOLATED


def test_a_total_is_no_rival_of_a_part() -> None:
    evidence = "Two of the eight data sets put May in second place. The other six put it in third."
    claim = "Six data sets put May in third place and two in second place."
    assert found("numbers", claim, evidence).outcome is OK


def test_a_denial_is_seen_where_the_sentence_before_says_of_what() -> None:
    evidence = "The review says that the network uses waves. Such waves do not damage DNA in cells."
    claim = "The review says that waves of the network damage DNA in cells."
    assert found("negation", claim, evidence).outcome is VIOLATED


def test_a_finding_points_at_words_of_the_sentence_behind_who_reports_it() -> None:
    claim = "According to Lake News, the bridge fell because of the flood."
    extract = EvidenceSpan(text="The flood came. The bridge fell at noon.", publisher="Lake News")
    (unit,) = split_into_clauses(ClaimEvidence(claim=claim, evidence=(extract,)))
    (cause,) = (c for c in unit.checks if c.name == "causation")
    assert cause.outcome is VIOLATED
    assert cause.span is not None
    assert claim[slice(*cause.span)] == "because"


@pytest.mark.parametrize(
    ("surer", "claim"),
    [
        (True, "The mayor, who spoke on Monday, said that the ferry used old charts."),
        (True, "The mayor said that the bridge had opened to carts before the fair."),
        (False, "The mayor said that the ferry had apparently used old charts."),
        (False, "It is not certain that the ferry used old charts."),
    ],
)
def test_a_verb_that_is_hedged_in_the_evidence_is_not_told_as_done(
    *, surer: bool, claim: str
) -> None:
    evidence = (
        "The mayor spoke at the harbor on Monday. The ferry apparently used old charts, the mayor "
        "said. The bridge was to open to carts after the fair."
    )
    assert (found("modality", claim, evidence).outcome is VIOLATED) is surer


def test_a_quotation_stays_with_a_name_of_two_parts_that_opens_its_sentence() -> None:
    evidence = (
        'De Boer said that staff "would not be part of a raid". James Hale said nothing of it.'
    )
    wrong = 'James Hale said that staff "would not be part of a raid".'
    assert found("quotations", wrong, evidence).outcome is VIOLATED
    assert found("quotations", wrong.replace("James Hale", "De Boer"), evidence).outcome is OK


def test_a_number_or_so_is_about_that_number() -> None:
    evidence = "A train passed every 25.9 seconds in 2024."
    assert found("numbers", "A train passed every 26 seconds or so.", evidence).outcome is OK
    assert found("numbers", "A train passed every 29 seconds or so.", evidence).outcome is VIOLATED


def test_a_verb_of_two_words_has_an_opposite() -> None:
    evidence = "The journal turned down a call by the minister to withdraw the study."
    wrong = "The journal heeded a call by the minister to withdraw the study."
    assert found("negation", wrong, evidence).outcome is VIOLATED
    assert found("negation", wrong.replace("heeded", "rejected"), evidence).outcome is OK
    up = "Sales of the shop in the harbor went up in May."
    assert found("negation", up.replace("went up", "fell"), up).outcome is VIOLATED
    assert found("negation", up.replace("went up", "rose"), up).outcome is OK


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        (
            "The letter does not say that any ranger was arrested. Rangers spoke to the mayor.",
            "Several rangers were arrested.",
        ),
        (
            "The bureau answers the question whether the ice stopped melting in 1998.",
            "The ice stopped melting in 1998.",
        ),
        (
            "It is unclear whether the harbor goals have been missed. The year was warm.",
            "The harbor goals were definitively missed.",
        ),
        (
            "Moss faced three counts of arson. Moss had pleaded not guilty in June.",
            "Moss was convicted of arson.",
        ),
    ],
)
def test_what_the_evidence_leaves_open_is_no_fact(evidence: str, claim: str) -> None:
    assert found("modality", claim, evidence).outcome is VIOLATED
    assert found("modality", claim, f"{evidence} {claim}").outcome is not VIOLATED
    said = f"The paper does not say whether {claim[0].lower()}{claim[1:]}"
    assert found("modality", said, evidence).outcome is not VIOLATED


def test_a_charge_with_a_judgment_may_be_told_as_a_conviction() -> None:
    evidence = "Moss faced three counts of arson. In May the jury found Moss guilty of two."
    assert found("modality", "Moss was convicted of arson.", evidence).outcome is not VIOLATED
    judged = evidence.replace("found Moss guilty", "returned a guilty verdict")
    assert found("modality", "Moss was convicted of arson.", judged).outcome is not VIOLATED


def test_preventing_is_causing_not_to_happen() -> None:
    evidence = "The study found that the vaccine does not raise the risk of the illness."
    claim = "The vaccine prevents the illness."
    assert found("causation", claim, evidence).outcome is VIOLATED
    assert found("causation", claim, f"{evidence} The vaccine averts illness.").outcome is OK
    kept = "The guards prevented the crowd from entering."
    assert found("causation", kept, "The crowd was stopped by guards.").outcome is not VIOLATED

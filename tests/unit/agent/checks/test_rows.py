import pytest

from agent.checks import check
from agent.types import CheckName, EvidenceSpan, Outcome

BOATS = (
    "Masts by year and yard. Year 2021: Yard East yard; Masts 8,150. Year 2021: Yard West yard; "
    "Masts 2,040. Year 2022: Yard East yard; Masts 7,300. Year 2022: Yard West yard; Masts 3,610."
)
TEAMS = "Ostby: Teams 2021 31; Teams 2022 44. Selden: Teams 2021 52; Teams 2022 29."
PROSE = (
    "The auditor listed two things: the fund lost 3 million crowns in 2021; the hall cost "
    "5 million crowns in 2022. She named two more: the rink cost 1 million crowns; the pool cost "
    "2 million crowns."
)


def numbers(claim: str, source: str) -> Outcome:
    results = check(claim, [EvidenceSpan(text=source)])
    return next(r.outcome for r in results if r.name is CheckName.NUMBERS)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The west yard made 3,610 masts in 2022.", BOATS),
        ("The west yard made 2,040 masts in 2021 and 3,610 in 2022.", BOATS),
        ("In 2022 a yard made 7,300 masts.", BOATS),
        ("Ostby had 44 teams in 2022.", TEAMS),
        ("Teams in Ostby rose from 31 in 2021 to 44 in 2022.", TEAMS),
        ("Ostby, with 44 teams, had more than Selden in 2022.", TEAMS),
        ("The pool cost 2 million crowns.", PROSE),
    ],
)
def test_a_figure_of_its_row_and_column_stands(claim: str, source: str) -> None:
    assert numbers(claim, source) in {Outcome.OK, Outcome.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The west yard made 2,040 masts in 2022.", BOATS),
        ("The west yard made 7,300 masts in 2022.", BOATS),
        ("Ostby had 31 teams in 2022.", TEAMS),
        ("Ostby had 29 teams in 2022.", TEAMS),
    ],
)
def test_a_figure_of_another_row_or_column_falls(claim: str, source: str) -> None:
    assert numbers(claim, source) is Outcome.VIOLATED

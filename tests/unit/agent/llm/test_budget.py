"""What a draft and a day may cost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from agent.llm import budget
from agent.llm.budget import (
    Budget,
    Limits,
    Spending,
    Stated,
    Table,
    Unpriced,
    Used,
    prices,
)
from agent.llm.errors import BudgetSpent, ModelMissing, SpendingUnwritable

DAY = date(2026, 11, 22)
PRICES = Stated(input=1.0, output=10.0)


def made(limits: Limits, spending: Spending | None = None, priced: bool = True) -> Budget:  # noqa: FBT001, FBT002
    return Budget(limits, PRICES if priced else Unpriced(), spending or Spending(), lambda: DAY)


def spend(of: Budget, tokens_in: int, tokens_out: int) -> None:
    """One call that takes all that was reserved for it."""
    reserved = of.reserve("m", tokens_in, tokens_out)
    of.settle(reserved, "m", Used(tokens_in, 0, tokens_out))


def test_a_draft_without_calls_costs_nothing() -> None:
    with Budget().open() as account:
        assert account.usage().model == "embedded"
        assert account.usage().cost is None


@pytest.mark.parametrize(
    "limits",
    [Limits(draft_tokens=1_000), Limits(draft_cost=0.001), Limits(day_tokens=1_000)],
    ids=["tokens", "money", "day"],
)
def test_a_call_that_could_pass_a_limit_is_not_made(limits: Limits) -> None:
    of = made(limits)
    with of.open() as account:
        spend(of, 400, 50)
        with pytest.raises(BudgetSpent) as refused:
            of.reserve("m", 400, 200)
    assert refused.value.advice
    assert account.input_tokens == 400


def test_what_was_reserved_and_not_used_is_given_back() -> None:
    of = made(Limits(draft_tokens=1_000, day_tokens=1_000))
    with of.open():
        for _ in range(9):
            reserved = of.reserve("m", 100, 500)
            of.settle(reserved, "m", Used(0, 0, 0))
        spend(of, 400, 600)


def test_a_day_is_shared_by_drafts_and_processes_and_the_next_begins_anew(tmp_path: Path) -> None:
    days = iter([DAY, DAY, date(2026, 11, 23)])
    for n in range(3):
        spending = Spending(tmp_path / "spending.sqlite3")
        of = Budget(Limits(day_tokens=900), PRICES, spending, lambda: next(days))
        with of.open():
            if n == 1:
                with pytest.raises(BudgetSpent, match="today"):
                    of.reserve("m", 300, 200)
            else:
                spend(of, 300, 200)


def test_what_a_killed_process_had_reserved_stays_counted(tmp_path: Path) -> None:
    path = tmp_path / "spending.sqlite3"
    assert Spending(path).reserve(DAY, 500, 0.1, None, None)
    assert Spending(path).on(DAY) == (500, 0.1)


def _damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE spent")


def test_where_spending_cannot_be_written_no_call_is_made_and_the_file_is_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spending.sqlite3"
    of = made(Limits(), Spending(path))
    _damage(path)
    with of.open(), pytest.raises(SpendingUnwritable, match=r"spending\.sqlite3.*VERDICT_SPENDING"):
        of.reserve("m", 100, 100)
    with pytest.raises(SpendingUnwritable, match="Free space"):
        Spending(tmp_path)


def test_a_call_whose_cost_cannot_be_written_stays_reserved_and_the_page_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "spending.sqlite3"
    of = made(Limits(), Spending(path))
    with of.open() as account:
        reserved = of.reserve("m", 100, 100)
        _damage(path)
        of.settle(reserved, "m", Used(50, 0, 50))
    assert account.usage().output_tokens == 50
    assert "stays counted" in account.usage().notes[-1]


def test_money_is_counted_with_cached_tokens() -> None:
    of = made(Limits())
    with of.open() as account:
        reserved = of.reserve("m", 1_000_000, 100_000)
        of.settle(reserved, "m", Used(1_000_000, 400_000, 100_000))
        account.calls += 1
    assert account.usage().cost == pytest.approx(2.0)
    assert account.usage().cached_tokens == 400_000


def test_an_unknown_price_is_said_and_tokens_are_counted_all_the_same() -> None:
    of = made(Limits(draft_cost=0.01), priced=False)
    with of.open() as account:
        spend(of, 400_000, 0)
        account.calls += 1
    usage = account.usage()
    assert (usage.cost, usage.input_tokens) == (None, 400_000)
    assert "price of the model m is not known" in usage.notes[0]


def test_the_table_knows_published_models_and_says_so_of_others() -> None:
    table = Table()
    whole, cached = (
        table.cost("gpt-5-mini", 1_000_000, 0, 0),
        table.cost("gpt-5-mini", 0, 1_000_000, 0),
    )
    assert whole
    assert cached
    assert cached < whole < 10
    assert table.cost("my-local-model", 1, 0, 1) is None


def test_stated_prices_go_before_any_table() -> None:
    assert prices(2.0, 4.0).cost("anything", 500_000, 0, 250_000) == pytest.approx(2.0)


def test_a_setting_that_is_wrong_is_an_error_until_a_model_has_answered() -> None:
    with Budget().open() as account:
        with pytest.raises(ModelMissing):
            budget.excuse(ModelMissing("Not found."), "Nothing.")
        account.models["m"] = None
        budget.excuse(ModelMissing("Not found."), "The rest was written without it.")
    assert account.usage().notes == ("Not found. The rest was written without it.",)


def test_asking_outside_of_an_account_is_a_fault_of_ours() -> None:
    with pytest.raises(LookupError):
        budget.current()


def test_accounts_of_two_drafts_do_not_mix() -> None:
    of = made(Limits())
    note: Callable[[str], None]
    with of.open() as first:
        spend(of, 10, 0)
        with of.open() as second:
            spend(of, 5, 0)
            note = budget.current().note
        note("seen")
        spend(of, 1, 0)
    assert (first.input_tokens, second.input_tokens) == (11, 5)
    assert not first.notes

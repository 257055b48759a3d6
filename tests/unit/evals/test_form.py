"""The linter of a page's form catches what breaks it, and nothing on a page that keeps it."""

# ruff: noqa: E501  (a broken page reads best beside the break)

from collections.abc import Callable

import pytest

from evals.form import lint

PAGE = """Is the river bridge closed to cars?

Checked on January 27, 2026
Disclaimer: This first draft can contain mistakes. Please verify important information.
Verdict: Refuted - two origins say that it is open

Executive summary

The Gazette reported in January that the river bridge is open to cars again after months of repairs \
by the city, and the council's own list of closed roads of the same week does not name it [1] [2]. \
Drivers used the bridge on January 26, the Herald said, one day after the last barrier had gone [3].

1. Where the claim of a closed bridge comes from

Posts showed a video of the river bridge from 2019, according to the Gazette [1] [3].

2. What the council's rules say about closing it

Under the rules, the council may close the bridge for repairs only [2] [1].

3. What the record supports and the limits of available reporting

The sources reviewed here do not contain a report of a closure in January 2026 [1] [2] [3].

4. Bottom line and what to watch next

The bridge is open in what was reviewed, and the next inspection is what to watch [1] [3].

Want to dive deeper?
When did the city of the river bridge last close it to cars?
Which documents stand behind the report of the Gazette on repairs?
What did the council decide about the bridge after January 2026?

Sources
[1] Bridge open - The Gazette, January 25, 2026 - https://gazette.example.org/bridge
[2] Closed roads - City Council, no date - https://council.example.org/roads
[3] Drivers return - The Herald, January 27, 2026 - https://herald.example.org/drivers
"""

BREAKS: dict[str, Callable[[str], str]] = {
    "title": lambda t: t.replace("to cars?", "to cars.", 1),
    "date": lambda t: t.replace("January 27, 2026\nDis", "2026-01-27\nDis"),
    "disclaimer": lambda t: t.replace("Disclaimer:", "Note:"),
    "summary": lambda t: t.replace("The Gazette reported in", "A [1]. B [1]. C [1]. The Gazette reported in"),
    "sections": lambda t: t.replace("\n3. What", "\n5. What"),
    "bottom-line": lambda t: t.replace("4. Bottom line", "4. Closing thoughts"),
    "limits": lambda t: t.replace("3. What the record supports and the limits of", "3. On"),
    "cited": lambda t: t.replace(" [2] [1].\n\n3.", ".\n\n3."),
    "group-place": lambda t: t.replace(" [2] [1].\n\n3.", ". [2] [1]\n\n3."),
    "numbering": lambda t: t.replace("[3]", "[9]"),
    "brackets": lambda t: t.replace("[2] [1].\n\n3.", "[2, 1].\n\n3."),
    "repeats": lambda t: t.replace("[1] [3].\n\n2.", "[1] [1].\n\n2."),
    "heading-cites": lambda t: t.replace("comes from\n", "comes from [1]\n"),
    "summary-cites": lambda t: t.replace("[1] [2] [3].\n\n4.", "[1].\n\n4.").replace("only [2] [1]", "only [1]"),
    "no-new-source": lambda t: t.replace("watch [1] [3].", "watch [4]."),
    "record": lambda t: t.replace("The sources reviewed here do", "These texts do"),
    "follow-ups": lambda t: t.replace("Which documents stand", "Say which documents stand", 1).replace("on repairs?", "on repairs."),
    "voice": lambda t: t.replace("Posts showed", "We saw that posts showed"),
    "prose": lambda t: t.replace("Posts showed", "- Posts showed"),
    "source-list": lambda t: t.replace("\n[2] Closed roads", "\n[3] Closed roads"),
    "absence": lambda t: t.replace("do not contain", "lack"),
    "watch": lambda t: t.replace("and the next inspection is what to watch", "all say"),
    "follow-up-form": lambda t: t.replace("When did the city of the river bridge last close it to cars?", "When?"),
}  # fmt: skip


def test_a_page_that_keeps_the_form_has_nothing_to_mend() -> None:
    assert lint(PAGE) == []


@pytest.mark.parametrize("rule", sorted(BREAKS))
def test_each_break_is_named(rule: str) -> None:
    broken = BREAKS[rule](PAGE)
    assert broken != PAGE
    assert rule in [name for name, _, _ in lint(broken)]


def test_a_text_that_is_no_page_breaks_rules_and_nothing_else() -> None:
    assert lint("")
    assert lint("Just a line.")

"""What an editor looks for beside truth: origins, attribution, key facts, repeats, asides.

Whether a sentence is told in other words is for a judge that knows rewordings. Each sentence is
read by itself, so that a long page hides nothing.
"""

import re
from collections.abc import Sequence
from typing import Final

from agent.language.text import content
from evals.metrics.types import Cited, Judge, Response, Score, Statement, full_support

ORIGINS: Final = 2
COMMON: Final = 2
"""Content words that two sentences must share before they are compared for meaning."""
CONTAINED: Final = 0.9
"""Share of the content words of a statement that another one has where it contains it."""
_TELLS: Final = (
    "said|says|told|tells|wrote|writes|reported|announced|announces|noted|notes|added|adds|argued"
    "|argues|explained|explains|concluded|concludes|confirmed|confirms|warned|warns|testified"
    "|stated|states|described|describes|discussed|discusses|called|calls|rated|rates|quoted|quotes"
    "|summarized|summarizes|recalled|recalls|asked|asks|recommended|recommends|criticized"
    "|criticizes|pointed|points|denied|denies|disputed|disputes|acknowledged|admitted|found|finds"
    "|carries|checked"
)
_OPENS: Final = re.compile(
    rf"^(?:According to |[^\"“;:]{{2,110}}?\b(?:{_TELLS}|reports (?=that|on|a |the ))\b)"
)
_CLOSES: Final = re.compile(rf",? (?:according to [^;]+|[^,;]{{2,60}} (?:{_TELLS}))[.?!]?[\"”]?$")


def several_origins(response: Response) -> Score:
    """Statements whose citations come from two origins or more / statements.

    Reprints of one wire story are one origin. A dead citation has none; a source whose origin
    nobody gave is its own.
    """
    return Score.of(
        float(len({_origin(c) for c in s.citations if c.text is not None}) >= ORIGINS)
        for s in response.statements
    )


def attributed(response: Response) -> Score:
    """Statements that open or close by saying who says so / statements.

    By form alone: "X reported that ...", "According to X, ...", "..., according to X". Whether X
    is the one who said it is for `citation_recall`.
    """
    return Score.of(
        float(bool(_OPENS.search(s.text) or _CLOSES.search(s.text))) for s in response.statements
    )


def told_facts(facts: Sequence[str], response: Response, judge: Judge) -> Score:
    """Key facts that one statement of the response entails / key facts.

    An empty response tells none of them.
    """
    return Score.of(_judge_fact(fact, response, judge) for fact in facts)


def asides(response: Response, claim: str, judge: Judge) -> Score:
    """Statements that bear on neither the claim nor its opposite / statements. Lower is better.

    Args:
        response: what a page tells of its sources.
        claim: what the page is about.
        judge: of bearing: whether a statement bears on a claim, for or against it.
    """
    marks = (full_support(judge(s.text, claim)) for s in response.statements)
    return Score.of(None if mark is None else 1 - mark for mark in marks)


def repeats(response: Response, judge: Judge) -> Score:
    """Statements that say what an earlier one of the response says / statements. Lower is better.

    Two statements say the same where each entails the other, or where they cite a source in common
    and nine in ten content words of one stand in the other: then the shorter adds nothing. Pairs
    with fewer than two content words in common are not compared.
    """
    said = [(s, frozenset(content(s.text))) for s in response.statements]
    return Score.of(
        any_holds([_say_the_same(earlier, later, judge) for earlier in said[:n]])
        for n, later in enumerate(said)
    )


def _origin(cited: Cited) -> str:
    return cited.origin or cited.id


def _judge_fact(fact: str, response: Response, judge: Judge) -> float | None:
    return any_holds([full_support(judge(s.text, fact)) for s in response.statements])


def _say_the_same(
    one: tuple[Statement, frozenset[str]], other: tuple[Statement, frozenset[str]], judge: Judge
) -> float | None:
    (first, words), (second, others) = one, other
    common = len(words & others)
    if common < COMMON:
        return 0.0
    sources = {c.id for c in first.citations} & {c.id for c in second.citations}
    if sources and common >= CONTAINED * min(len(words), len(others)):
        return 1.0
    forth = full_support(judge(first.text, second.text))
    return full_support(judge(second.text, first.text)) if forth else forth


def any_holds(marks: Sequence[float | None]) -> float | None:
    """1 where one of them holds; unknown where one that is not scored could."""
    if 1.0 in marks:
        return 1.0
    return None if None in marks else 0.0

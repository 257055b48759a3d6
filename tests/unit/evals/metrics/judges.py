"""A judge that anybody can follow: words of the hypothesis that the premise has."""

import re

from agent.types import Support
from evals.metrics.types import Cited, Response, Statement


def judge(premise: str, hypothesis: str) -> Support:
    """All words there: supported. At least half: partial. A "?" in the hypothesis: unchecked."""
    if "?" in hypothesis:
        return Support.UNCHECKED
    wanted, held = (set(re.findall(r"\w+", text.lower())) for text in (hypothesis, premise))
    if wanted <= held:
        return Support.SUPPORTED
    return Support.PARTIAL if 2 * len(wanted & held) >= len(wanted) else Support.UNSUPPORTED


def statement(text: str, *words: str | None) -> Statement:
    """A statement whose citations are named after their words; None is a dead one."""
    cited = tuple(Cited(id=w or f"dead {i}", text=w) for i, w in enumerate(words))
    return Statement(text=text, citations=cited)


def answer(*statements: Statement) -> Response:
    return Response(statements=statements)

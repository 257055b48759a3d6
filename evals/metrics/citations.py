"""Citation quality: does what is cited carry what is said, and is all of it needed?

`alce_*` are the published metric to the letter, holes included, for comparison with published
figures. `strict_*` are ours: the same two questions without a way to gain by citing badly.
"""

from collections.abc import Sequence

from agent.types import Support, Value
from evals.metrics.types import (
    Cited,
    Judge,
    Response,
    Score,
    Statement,
    full_support,
    support_weight,
)

ALCE_CITATIONS = 3
"""Citations a sentence of which ALCE's script reads (`--at_most_citations`)."""


class SupportShares(Value):
    """Statements by how much of them the cited words carry, all citations read together."""

    full: Score
    partial: Score
    none: Score
    """Unsupported, contradicted, uncited and dead ones."""


def alce_recall(response: Response, judge: Judge, at_most: int = ALCE_CITATIONS) -> Score:
    """Share of statements that their citations, read together, entail.

    mean_i [ C_i nonempty, every citation resolves, phi(concat(C_i), s_i) = 1 ], C_i cut to its
    first `at_most`. A response without statements is not scored. Its own script takes `[0]` for
    the last document; here it is dead. Source: Gao et al. 2023 (arXiv 2305.14627), `eval.py`.
    """
    marks = [_judge_jointly(_titled_texts(s)[:at_most], s, judge) for s in response.statements]
    return Score.of(None if m is None else full_support(m) for m in marks)


def alce_precision(response: Response, judge: Judge, at_most: int = ALCE_CITATIONS) -> Score:
    """Share of citations that help.

    A citation c of s counts where s is entailed as a whole and not (phi(c, s) = 0 and
    phi(concat(C minus c), s) = 1). Citations of a statement with a dead one are left out, which
    rewards it: see `strict_precision`. No citation that counts scores 0. Source: as `alce_recall`.
    """
    if not response.statements:
        return Score.of(())
    marks: list[float | None] = []
    for statement in response.statements:
        if all(c.text is not None for c in statement.citations):
            cited = _titled_texts(statement)[:at_most]
            marks += _mark_useful(
                cited, statement.text, full_support(_judge_jointly(cited, statement, judge)), judge
            )
    return Score.of(marks, empty=0.0)


def strict_recall(response: Response, judge: Judge) -> Score:
    """Share of statements that the cited words, read together, fully support.

    As `alce_recall`, but all citations are read, without titles; an empty response scores 0.
    """
    return Score.of(
        (full_support(_judge_support(s, judge)) for s in response.statements), empty=0.0
    )


def strict_precision(response: Response, judge: Judge) -> Score:
    """Share of citations that help, dead ones included in the denominator.

    As `alce_precision`, but every citation counts, once a statement: dead ones, those beside a
    dead one and those of an unsupported statement score 0; so does a response that cites nothing.
    """
    marks: list[float | None] = []
    for statement in response.statements:
        whole = full_support(_judge_support(statement, judge))
        marks += _mark_useful(_live_texts(statement), statement.text, whole, judge)
        marks += [0.0 for c in _distinct_citations(statement) if c.text is None]
    return Score.of(marks, empty=0.0)


def weighted_recall(response: Response, judge: Judge, *, first_only: bool = True) -> Score:
    """Weighted support over statements: full 1, partial 0.5, none 0.

    sum of weights / statements; uncited and dead score 0 and stay in the denominator, and an
    empty response scores 0. TREC RAG 2024 judged the first citation of a statement; without
    `first_only` the best of all counts, so that the share stays in [0, 1]. Source: Thakur et al.
    2025 (arXiv 2504.15205).
    """
    return Score.of(
        (_best_mark(_mark_weights(s, judge, first_only=first_only)) for s in response.statements),
        empty=0.0,
    )


def weighted_precision(response: Response, judge: Judge, *, first_only: bool = True) -> Score:
    """Weighted support over judged citations: full 1, partial 0.5, none and dead 0.

    sum of weights / citations; a response that cites nothing scores 0. Source: as
    `weighted_recall`.
    """
    marks = (m for s in response.statements for m in _mark_weights(s, judge, first_only=first_only))
    return Score.of(marks, empty=0.0)


def support_shares(response: Response, judge: Judge) -> SupportShares:
    """Shares of statements with full, partial and no support by all that they cite.

    The three add up to 1. Source: the labels of Liu et al. 2023 (arXiv 2304.09848).
    """
    found = [_judge_support(s, judge) for s in response.statements]
    known = {Support.SUPPORTED: "full", Support.PARTIAL: "partial"}

    def share(name: str) -> Score:
        return Score.of(
            None if f is Support.UNCHECKED else float(known.get(f, "none") == name) for f in found
        )

    return SupportShares(full=share("full"), partial=share("partial"), none=share("none"))


def dead_citation_rate(response: Response) -> Score:
    """Citations that point nowhere / citations. Lower is better; not scored without citations."""
    return Score.of(float(c.text is None) for s in response.statements for c in s.citations)


def uncited_rate(response: Response) -> Score:
    """Statements without a citation / statements. Lower is better; an empty response scores 1."""
    return Score.of((float(not s.citations) for s in response.statements), empty=1.0)


def over_citation_rate(response: Response, judge: Judge) -> Score:
    """Citations to no purpose / citations of fully supported statements. Lower is better.

    A citation is to no purpose where it does not support the statement alone and the others do
    without it: ALCE's "overcite", counted by citation.
    """
    marks: list[float | None] = []
    for statement in response.statements:
        whole = full_support(_judge_support(statement, judge))
        if whole:
            useful = _mark_useful(_live_texts(statement), statement.text, whole, judge)
            marks += [None if mark is None else 1 - mark for mark in useful]
        elif whole is None:
            marks += [None for _ in _live_texts(statement)]
    return Score.of(marks)


def _distinct_citations(statement: Statement) -> list[Cited]:
    """A citation given twice counts once."""
    return list(dict.fromkeys(statement.citations))


def _live_texts(statement: Statement) -> list[str]:
    return [c.text for c in _distinct_citations(statement) if c.text is not None]


def _titled_texts(statement: Statement) -> list[str]:
    """Documents in ALCE's form."""
    return [f"Title: {c.title}\n{c.text}" for c in statement.citations]


def _judge_support(statement: Statement, judge: Judge) -> Support:
    return _judge_jointly(_live_texts(statement), statement, judge)


def _judge_jointly(words: Sequence[str], statement: Statement, judge: Judge) -> Support:
    """Support by all citations read together; none where one of them is dead."""
    if not words or any(c.text is None for c in statement.citations):
        return Support.UNSUPPORTED
    return judge("\n".join(words), statement.text)


def _mark_useful(
    words: Sequence[str], text: str, whole: float | None, judge: Judge
) -> list[float | None]:
    """For each citation: 1 where it supports alone or is needed; `whole` is the joint support."""
    if not whole or len(words) == 1:
        return [whole for _ in words]
    return [_mark_help(words, i, text, judge) for i in range(len(words))]


def _mark_help(words: Sequence[str], i: int, text: str, judge: Judge) -> float | None:
    alone = full_support(judge(words[i], text))
    if alone:
        return alone
    without = full_support(judge("\n".join((*words[:i], *words[i + 1 :])), text))
    if without == 0.0:
        return 1.0
    return None if without is None or alone is None else 0.0


def _mark_weights(statement: Statement, judge: Judge, *, first_only: bool) -> list[float | None]:
    cited = _distinct_citations(statement)[: 1 if first_only else None]
    return [0.0 if c.text is None else support_weight(judge(c.text, statement.text)) for c in cited]


def _best_mark(marks: Sequence[float | None]) -> float | None:
    """The highest mark; unknown where one not scored could be higher than what is known."""
    top = max((m for m in marks if m is not None), default=0.0)
    return None if top < 1 and None in marks else top

"""Assertions for the tests of other projects; no plugin, no set-up.

from evals.assertions import assert_supported

def test_the_answer_is_carried():
assert_supported("The bridge was closed in May.", ["The city closed the bridge on May 3."])
"""

from collections.abc import Sequence
from functools import cache

from agent import bootstrap
from agent.ports import Judge
from agent.settings import Settings
from agent.types import ClaimEvidence, EvidenceSpan, Verification
from evals.case import Document, PageCase
from evals.systems.desk import DeskSystem


def rule_on(claim: str, evidence: Sequence[str]) -> Verification:
    """What the embedded verifier rules on one sentence and the texts that it cites."""
    extracts = tuple(EvidenceSpan(text=text) for text in evidence)
    return _load_verifier().verify([ClaimEvidence(claim=claim, evidence=extracts)])[0]


def assert_supported(claim: str, evidence: Sequence[str]) -> None:
    """Fail unless the texts together carry the sentence.

    Raises:
        AssertionError: they do not; the message gives the ruling and its reason.
    """
    found = rule_on(claim, evidence)
    assert found.accepted, f"{found.support}: {claim!r}: {found.reason}"  # noqa: S101


def assert_not_supported(claim: str, evidence: Sequence[str]) -> None:
    """Fail where the texts carry the sentence, or where it could not be checked.

    Raises:
        AssertionError: the sentence stands, or nobody can tell.
    """
    found = rule_on(claim, evidence)
    assert not found.accepted, f"supported: {claim!r}: {found.reason}"  # noqa: S101
    assert found.score is not None, f"not checked: {claim!r}: {found.reason}"  # noqa: S101


def assert_page_supported(text: str, sources: Sequence[str]) -> None:
    """Fail unless every sentence of a cited text stands.

    Args:
        text: Markdown whose `[1]` is the first of `sources`.
        sources: the texts that it cites, in the order of their numbers.

    Raises:
        AssertionError: sentences fall; the message lists them with their reasons.
    """
    documents = tuple(Document(n=n, text=source) for n, source in enumerate(sources, start=1))
    case = PageCase(id="page/asserted", cluster="asserted", text=text, sources=documents)
    [outcome] = _load_desk().answer([case])
    fell = [f"{s.support}: {s.text!r}: {s.reason}" for s in outcome.sentences if not s.kept]
    assert not outcome.error, outcome.error  # noqa: S101
    assert not fell, "\n".join(fell)  # noqa: S101


@cache
def _load_verifier() -> Judge:
    return bootstrap.build_judge(Settings())


@cache
def _load_desk() -> DeskSystem:
    return DeskSystem(Settings(), None)

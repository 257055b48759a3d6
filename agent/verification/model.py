"""A second opinion by a language model: it may let a sentence fall, never let one stand."""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Final

from agent.llm import budget
from agent.llm.context import encoded, marker
from agent.llm.errors import ChatError
from agent.ports import Chat
from agent.types import CheckName, CheckResult, ClaimEvidence, Outcome, Support, Verification
from prompts import load
from prompts.opinion import Opinion, OpinionAnswer

BORDERLINE: Final = 0.9
"""Score of the first verifier below which a second opinion is worth its tokens."""
MOST: Final = 24
"""Sentences of one question; what goes beyond it falls as not checked."""
SHOWN: Final = 160
"""Characters of the model's reason that are kept."""
LOWERED: Final = {"part": Support.PARTIAL, "none": Support.UNSUPPORTED}


class SecondOpinion:
    """Asks about standing rulings that were close; everything else passes through as it is."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def review(
        self, pairs: Sequence[ClaimEvidence], verifications: Sequence[Verification]
    ) -> list[Verification]:
        """Return the rulings in order, each as it was or lower.

        Where the model fails, the borderline sentences are ruled `UNCHECKED`: an opinion that was
        asked for and not had closes the gate.
        """
        reviewed = list(verifications)
        close = [
            n for n, r in enumerate(verifications) if r.accepted and (r.score or 0.0) < BORDERLINE
        ]
        if not close:
            return reviewed
        opinions = self._ask({n: pairs[n] for n in close[:MOST]})
        for n in close:
            reviewed[n] = _lowered(verifications[n], opinions.get(n))
        return reviewed

    def _ask(self, pairs: Mapping[int, ClaimEvidence]) -> dict[int, Opinion]:
        try:
            return ask_opinions(self._chat, pairs)
        except ChatError as error:
            budget.excuse(error, "There was no second opinion.")
            return {}


def ask_opinions(chat: Chat, pairs: Mapping[int, ClaimEvidence]) -> dict[int, Opinion]:
    """Ask once whether the evidence of each numbered pair carries its claim.

    Raises:
        ChatError: the model failed or answered in another form.
    """
    records = "\n".join(_record(n, pair) for n, pair in pairs.items())
    request = load("opinion").request(marker=marker(token_hex, records), sentences=records)
    answer = chat.ask(request, OpinionAnswer)
    return {o.number: o for o in answer.opinions if o.number in pairs}


def fingerprint() -> str:
    """Of what a model is asked: with another prompt it is another judge."""
    return load("opinion").fingerprint


def _record(number: int, pair: ClaimEvidence) -> str:
    evidence = [f"{e.publisher or 'unnamed'}: {e.text}" for e in pair.evidence]
    return encoded({"number": number, "sentence": pair.claim, "evidence": evidence})


def _lowered(verification: Verification, opinion: Opinion | None) -> Verification:
    if opinion is None:
        return _with(
            verification, Support.UNCHECKED, Outcome.UNKNOWN, "there was no second opinion"
        )
    support = LOWERED.get(opinion.support)
    if support is None:
        return _with(verification, verification.support, Outcome.OK, "a second model agrees")
    said = " ".join(opinion.reason.split())[:SHOWN]
    how = "only part of it" if support is Support.PARTIAL else "nothing of it"
    detail = f'the first check let it stand; a second model finds {how} carried ("{said}")'
    return _with(verification, support, Outcome.VIOLATED, detail)


def _with(
    verification: Verification, support: Support, outcome: Outcome, detail: str
) -> Verification:
    check = CheckResult(name=CheckName.OPINION, outcome=outcome, detail=detail)
    return Verification(
        support=support,
        score=verification.score,
        reason=verification.reason if support is verification.support else detail,
        clauses=verification.clauses,
        checks=(*verification.checks, check),
        certificate=verification.certificate,
        verifier=verification.verifier,
    )

"""What to look for: the claim, its words as sources write them, its opposite, and each facet."""

from agent.claims import read
from agent.spelling import Speller
from agent.types import Claim, Plan, Question
from agent.words import ALIASES, tokens


class EmbeddedPlanner:
    """Plans by rule; the same question to the same library gives the same plan."""

    def __init__(self, speller: Speller | None = None) -> None:
        """Read typos as `speller` does; without one every word is read as typed."""
        self._speller = speller

    def plan(self, question: Question) -> Plan:
        claim = read(question.text, question.asked_on)
        typed: tuple[str, ...] = ()
        if self._speller and (spelled := self._speller.corrected(question.text)).changed:
            typed = (claim.text,)
            notes = tuple(f'"{was}" is read as "{now}".' for was, now in spelled.changed)
            mended = read(spelled.text, question.asked_on)
            claim = Claim(**{**dict(mended), "notes": (*notes, *mended.notes)})
        words = " ".join(" ".join(ALIASES.get(t, (t,))) for t in tokens(claim.text))
        queries = (
            claim.text,
            words,
            claim.opposite,
            f"fact check: the claim that {claim.text} is false",
            f"laws, rules and policy on {claim.text}",
            f"studies, data and investigations on {claim.text}",
            *typed,
        )
        return Plan(question=question, claim=claim, queries=tuple(dict.fromkeys(queries)))

"""What to look for: the claim, its words as sources write them, and its denial."""

from agent.claims import read
from agent.types import Plan, Question
from agent.words import ALIASES, tokens


class EmbeddedPlanner:
    """Plans by rule; the same question gives the same plan."""

    def plan(self, question: Question) -> Plan:
        claim = read(question.text)
        spelled = " ".join(" ".join(ALIASES.get(t, (t,))) for t in tokens(claim.text))
        queries = (
            claim.text,
            spelled,
            f"fact check: the claim that {claim.text} is false",
            f"rules, data and investigations about {claim.text}",
        )
        return Plan(question=question, claim=claim, queries=tuple(dict.fromkeys(queries)))

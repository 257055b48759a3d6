"""Plan a draft: the claim, its opposite and what to search for."""

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Final

from agent.claims import read_claim
from agent.claims.normalize import SpellingCorrector
from agent.language.lexicon import pattern
from agent.language.text import ALIASES, content, expanded, tokens
from agent.llm import budget
from agent.llm.context import encoded, marker
from agent.llm.errors import ChatError
from agent.ports import Chat, Planner
from agent.types import Claim, ClaimKind, Plan, Question
from prompts import load
from prompts.plan import PlanAnswer


class EmbeddedPlanner:
    """Plans by rule; the same question to the same library gives the same plan."""

    def __init__(self, speller: SpellingCorrector | None = None) -> None:
        """Read typos as `speller` does; without one every word is read as typed."""
        self._speller = speller

    def plan(self, question: Question) -> Plan:
        claim = read_claim(question.text, question.asked_on)
        typed: tuple[str, ...] = ()
        if self._speller and (spelled := self._speller.correct(question.text)).changed:
            typed = (claim.text,)
            notes = tuple(f'"{was}" is read as "{now}".' for was, now in spelled.changed)
            mended = read_claim(spelled.text, question.asked_on)
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


QUERIES: Final = 10
QUERY_WORDS: Final = 30
NEW: Final = 0.34
"""Share of a claim's meaning words that need not be words of the question: its grammar, spelled."""
PLAIN: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
NEGATION: Final = pattern(r"\b(?:{core.negation}|[a-z]+n't|false|fake)\b", re.IGNORECASE)


class ModelPlanner:
    """Plans with a model on top of the plan by rule, which stands wherever the model fails."""

    def __init__(self, chat: Chat, rules: Planner | None = None) -> None:
        """Ask the model behind `chat`; `rules` read the claim first."""
        self._chat = chat
        self._rules = rules or EmbeddedPlanner()

    def plan(self, question: Question) -> Plan:
        """Read the claim and plan the queries.

        Raises:
            ChatError: of a kind that a person must mend, such as a refused key.
        """
        ruled = self._rules.plan(question)
        asked = encoded({"question": question.text})
        request = load("plan").request(
            question=asked, asked=question.asked_on.isoformat(), marker=marker(token_hex, asked)
        )
        try:
            answer = self._chat.ask(request, PlanAnswer)
        except ChatError as error:
            budget.excuse(error, "The search was planned without the model.")
            return ruled
        own = [" ".join(q.split()[:QUERY_WORDS]) for q in answer.queries[:QUERIES]]
        queries = (*ruled.queries, answer.opposite, *own)
        return Plan(
            question=question,
            claim=_claim(ruled.claim, answer),
            queries=tuple(dict.fromkeys(q for q in queries if q.strip())),
        )


def _claim(ruled: Claim, answer: PlanAnswer) -> Claim:
    """The model's reading where it only words the question better, else the reading by rule.

    The claim is printed on the page unchecked, so it may bring no figure and no name, may not turn
    the question round, and may have few words that are not the question's. A claim that the rules
    take for an opinion stays one; the model may add that it is.
    """
    kind = ruled.kind if ruled.kind is not ClaimKind.FACTUAL else ClaimKind(answer.kind)
    text = " ".join(answer.claim.split()).rstrip(".?! ")
    own = ruled.asks is None and _words_the_same(ruled.text, text) and read_claim(text).text == text
    return Claim(**{**dict(ruled), "text": text if own else ruled.text, "kind": kind})


def _words_the_same(ruled: str, text: str) -> bool:
    known = {*expanded(ruled), *content(ruled)}
    said = content(text)
    new = [word for word in said if word not in known]
    if not said or len(new) > NEW * len(said) or len(text.split()) > QUERY_WORDS:
        return False
    if len(NEGATION.findall(ruled)) != len(NEGATION.findall(text)):
        return False
    return len(known & set(said)) * 2 >= len(set(content(ruled))) and _lower(text, new)


def _lower(text: str, new: Sequence[str]) -> bool:
    """Whether the words that are new are plain words in small letters: no figures, no names."""
    strangers = [t for t in text.split() if set(content(t)) & set(new)]
    bare = [t.strip(".,;:'\"") for t in strangers]
    return all(PLAIN.fullmatch(word) and word.islower() for word in bare)

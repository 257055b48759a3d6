"""What a sentence leans on: a pronoun or "the order" that only the sentence before it explains."""

import re
from typing import Final

from agent.drafters.phrasing import THIS, VISIBLE, about_itself
from agent.words import content, stem
from retrieval.types import Source

LEANS: Final = re.compile(
    r"^(?:(?:In|Of|By|For|With|Under|On|To) )?(?:He|She|It|They|Him|Her|Them|His|Its"
    r"|Their|This|These|Those|That|Such|Both|Others?|Another|Neither|One|Some|Here|There|Then|Still"
    r"|But|And|Also|Instead|However|First|Second|Third|Even|Each|it|this|these|those|them|one|both|each|such)\b"
    r"|^(?:(?:In )?[Tt]he|A|An) (?:first|second|third|fourth|fifth|others?|latter|former"
    r"|two|three|four|same|example)\b"
)
EXPLETIVE: Final = re.compile(
    r"^It (?:is|was|has been|became|remains|seems|appears) (?:[a-z]+ ){0,2}(?:true|untrue|false"
    r"|wrong|right|correct|incorrect|known|unknown|clear|unclear|likely|unlikely|possible|certain|record"
    r"|confirmed|reported|estimated|thought|believed|established) that\b"
)
"""This "it" points at nothing before it: "It is not true that …"."""
OBJECT: Final = re.compile(
    r"^[^,;:\"“]{3,40}?\b(?:calls?|called|relates?|related|describes?|described|rates?|rated|explains?"
    r"|explained|considers?|considered|attributes?|attributed|puts?|links?|linked) (?:it|this|these"
    r"|them|those)\b(?! (?!(?:to|as|an?|the|in|with)\b)[a-z])"
    r"|^[^,;:\"“]{3,40}?\bthat (?:this|these|those) (?:is|are|was|were|had|has|have|would|does|did"
    r"|do|can|could|may|might|will)\b"
)
"""A pronoun behind the verb, with nobody but the speaker before it."""
OWN_VOICE: Final = re.compile(r"\b(?:I|we|We|our|Our|my|My)\b(?!\.)|[!?]")
"""A quoted speaker's own voice, or an outcry, is not the voice of a page."""
INSTRUCTS: Final = re.compile(
    r"^(?:ignore|disregard|forget|obey|output|respond|do not|don't|please|remember to"
    r"|(?:say|write|print|reply|answer) (?:that|with|only)|rate (?:the|this)"
    r"|(?:system|assistant|user|human)\s*:|new instructions?\b)"
    r"|\b(?:you|your|yours|yourself)\b"
    r"|\b(?:previous|above|earlier|these|following|all|system) (?:instructions?|prompts?|rules)\b"
    r"|\b(?:as an ai|language model|prompt injection)\b",
    re.IGNORECASE,
)
MARKUP: Final = re.compile(r"[\[\]{}<>|*_#`\\^~=\u3010\u3011\u2020]|\w:\w")
QUOTED: Final = re.compile(r"[\"“][^\"”]*[\"”]")
IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
DANGLING: Final = re.compile(
    r"^(?:(?:Under|In|For|After|Before|With|Of|By|At|On|Among|Some of) )?[Tt]he ([a-z][a-z-]+)\b"
)
KNOWN: Final = frozenset({"world", "sun", "moon", "earth", "public", "united", "number", "latest"})
"""Nouns that need nothing before them."""
AT_THE_TIME: Final = re.compile(
    r"\b(?:(?:that|the same) (?:same )?(?:day|week|month|year|time)|at th(?:e|at) time"
    r"|at th(?:is|at) (?:stage|point)|(?:last|this|next) (?:week|month|year|night)|yesterday"
    r"|tomorrow)\b|^(?:the|an?|one|two|three|some)(?: few)? (?:day|week|month|year)s?"
    r" (?:before|after|later|earlier)\b",
    re.IGNORECASE,
)
"""A time that only another sentence, or the day of publication, gives."""


def fit(text: str) -> bool:
    """Whether a sentence can stand on a page at all."""
    loud = OWN_VOICE.search(text) or INSTRUCTS.search(QUOTED.sub("", text))
    return not (loud or AT_THE_TIME.search(text) or MARKUP.search(IN_BRACKETS.sub("", text)))


def leans_back(text: str, source: Source, before: str | None = None) -> bool:
    """Whether a sentence needs the one before it: a pronoun, or "the order" of a while ago.

    Args:
        text: The sentence.
        source: Whose it is.
        before: The sentence before it, where known: one that does not name the thing explains
            nothing.
    """
    if points_back(text):
        return True
    noun = DANGLING.match(text)
    if noun is None or noun[1] in KNOWN or about_itself(text, source) or VISIBLE.match(text):
        return False
    return before is None or stem(noun[1]) in content(before)


def points_back(text: str) -> bool:
    """Whether a pronoun in a sentence means what only the one before it names."""
    if OBJECT.match(text):
        return True
    if EXPLETIVE.match(text):
        return False
    return bool(LEANS.match(text)) and not re.match(rf"^(?:This|That) {THIS}\b", text)

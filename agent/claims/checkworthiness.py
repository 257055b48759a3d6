"""Whether a text is a checkable claim, a question of fact, advice, taste or a forecast."""

import re
from typing import Final

from agent.claims.framing_patterns import POINTING
from agent.claims.questions import (
    ADJECTIVE,
    AUXILIARIES,
    DETERMINERS,
    NEGATED,
)
from agent.language.lexicon import any_of, pattern, words
from agent.language.text import content
from agent.language.verbs import base_of, is_base, is_participle
from agent.types import ClaimKind

AUXILIARY: Final = any_of("core.be", "core.have", "core.do", "core.modals")
QUESTION_WORD: Final = pattern(
    r"^([Ww]ho(?:se|m)?|[Ww]h(?:at|en|ere|ich|y)"
    r"|[Hh]ow(?: (?:{claims.adjectives}|{claims.adverbs}|many|much|far|come|\w+ous))?)"
    r"(?:'s|'re)?\b(?!-)"
)
TASTE: Final = pattern(
    r"^(?:what(?:'s| is| are)? (?:the (?:best|worst|point)|your|{core.do} {core.pronouns})"
    r"|who(?:'s| is)? (?:the )?(?:best|worst|better|right)|which .*\b(?:better|best|worst)\b"
    r"|(?:how|wh\w+) (?:[\w-]+ )?should\b)",
    re.IGNORECASE,
)
ADVICE: Final = pattern(
    rf"^(?:how (?:{AUXILIARY}|to) (?:i|you|we|one)?\b|(?:what|where) {AUXILIARY} i\b"
    rf"|what {AUXILIARY} (?:an? )?[\w-]+(?: mean| stand for)?\W*$)",
    re.IGNORECASE,
)
"""Asks for instructions or a definition: nothing in it can be true or false."""


def find_question_word(text: str) -> str | None:
    """The wh-word of a question that asks for a missing piece, in small letters, else None.

    "WHO" in capitals is the organisation.
    """
    found = QUESTION_WORD.match(text)
    return found[1].lower() if found else None


JUDGING: Final = pattern(r"\b{claims.judgements}\b", re.IGNORECASE)
RANKED: Final = pattern(
    r"\b(?:best|worst|greatest|finest)\b(?![- ](?:sell|known|paid|picture|act))"
    r"|\b(?:better|worse) than\b",
    re.IGNORECASE,
)
MEASURED: Final = pattern(
    r"\b(?:on record|in history|since \d|in \d+ years|percent|rates?|deaths?|at [a-z]+ing)\b|%",
    re.IGNORECASE,
)
"""A ranking that a record can settle."""
REPORTED: Final = pattern(
    r"(?<!\bi )(?<!\bwill )(?<!\bwon't )(?<!\bto )"
    r"\b(?:{writing.reporting}|plan(?:s|ned)? to|sign(?:s|ed)|rul(?:es|ed) that"
    r"|vot(?:es|ed)|won(?!')|according to)\b",
    re.IGNORECASE,
)
"""Whether somebody said it can be looked up, whatever it is."""
_WILL: Final = (
    r"(?<!\ba\s)(?<!\b(?:the|his|her|our)\s)(?<!\b(?:free|last|good)\s)(?<!\btheir\s)\bwill\b"
)
"""The verb, not the will that somebody leaves or has."""
PREDICTIONS: Final = (
    # Case tells "Will" the name from "will" the verb at the start.
    re.compile(rf"{_WILL}|^Will (?:the|an?|it|there|[a-z])|\bwon't\b|\b\w+'ll\b"),
    pattern(
        r"(?:\b(?:{core.be}|not|never)|'s|'re) going to (?!(?:{core.determiners}|prison|jail"
        r"|court|war|bed|work)\b|[A-Z])|\bgonna\b|\b{core.be} about to\b"
    ),
    pattern(
        r"\b(?:next|coming) (?:\w+ )?(?:{core.spans}s?|election|summer|winter)\b|\btomorrow\b",
        re.IGNORECASE,
    ),
)
PRIVATE: Final = pattern(
    rf"^(?:{AUXILIARY} )?my \w+|^(?:{{core.be}}|{{core.have}}|did) i\b"
    r"|^i (?:{core.be}|{core.have}|feel|need|want|like)\b",
    re.IGNORECASE,
)
ADDRESSED: Final = words("core.pronouns") | {"yourself"}


def classify_kind(bare: str, statement: str) -> ClaimKind:
    """Sort a claim.

    Args:
        bare: what was asked, without frame, before it was turned round.
        statement: the claim that was made of it.
    """
    if (
        ADVICE.match(bare)
        or _is_order(bare)
        or POINTING.fullmatch(statement)
        or PRIVATE.match(bare)
    ):
        return ClaimKind.UNCLEAR
    reported = REPORTED.search(statement)
    if TASTE.match(bare) or (_states_taste(bare) and not reported):
        return ClaimKind.OPINION
    if any(p.search(text) for p in PREDICTIONS for text in (bare, statement)) and not reported:
        return ClaimKind.PREDICTION
    checkable = find_question_word(statement) or says_something(statement)
    return ClaimKind.FACTUAL if checkable else ClaimKind.UNCLEAR


def says_something(statement: str) -> bool:
    """Whether there is a subject and something that may be its verb."""
    words = [w.strip(".,;:!?\"'()") for w in statement.lower().split()]
    if not words:  # nothing that can be seen was typed
        return False
    first, *rest = words
    if not rest or not set(content(statement)) - {"say"}:
        return False
    return any(_may_be_verb(w) for w in rest) or first in {"there", "it"}


def _is_order(text: str) -> bool:
    """Whether it tells somebody to do something ("stop the count", "do not drink it")."""
    first, second, *_ = (*text.lower().split(), "", "")
    if first in {"do", "don't", "dont"} and second == "not":
        return True
    return is_base(first) and second in DETERMINERS | ADDRESSED and first not in AUXILIARIES


def _may_be_verb(word: str) -> bool:
    """Whether a word may be a verb, or an adjective as headlines use it ("Bridge open to …")."""
    if word in AUXILIARIES or word in NEGATED or word.endswith(("'s", "'re", "'ve", "ing")):
        return True
    adjective = ADJECTIVE.fullmatch(word) is not None
    return adjective or bool(base_of(word)) or is_base(word) or is_participle(word)


def _states_taste(text: str) -> bool:
    return bool(JUDGING.search(text) or (RANKED.search(text) and not MEASURED.search(text)))

"""The opposite of a statement, and whether a statement denies."""

import re
from collections.abc import Sequence
from typing import Final

from agent.claims.questions import (
    BE,
    DETERMINERS,
    HAVE,
    MODAL,
    NEGATED,
    PREPOSITIONS,
    is_adverb,
)
from agent.language.lexicon import any_of, pattern
from agent.language.verbs import base_of, is_base, is_participle

AUXILIARY: Final = any_of("core.be", "core.have", "core.do", "core.modals")
NEGATION: Final = pattern(
    r"\b(?:{core.negation}|[a-z]+n't|(?:" + AUXILIARY + r"|ca|wo)nt)\b", re.IGNORECASE
)
DENYING: Final = re.compile(
    r"^it (?:(?:is|was) (?:just )?(?:an? )?(?:false|untrue|not true|wrong|hoax|myth|lie)"
    r"|(?:is|was)n't true) that\s+(.+)$",
    re.IGNORECASE,
)
NOT: Final = pattern(r"\b(?P<auxiliary>" + AUXILIARY + r")\s+not\b", re.IGNORECASE)
SHORT: Final = re.compile(rf"\b(?:{'|'.join(NEGATED)})\b", re.IGNORECASE)
NO: Final = re.compile(r"\bno\s+(?!(?:longer|more|one|less|fewer|doubt)\b)(?=\w)", re.IGNORECASE)
AT_ALL: Final = re.compile(r"\s+(?:at all|whatsoever)\b", re.IGNORECASE)
ANY: Final = re.compile(r"\bany\b")
SHARE: Final = re.compile(
    r"(?:all|each|most|many|both|only|few|(?:every|some|any)(?:one|body|thing)?)\b", re.IGNORECASE
)
"""The opposite of "all are" is not "all are not"."""
JOINED: Final = re.compile(r"\b(?:and|but|or)\b", re.IGNORECASE)
FREE: Final = DETERMINERS | PREPOSITIONS | {"that"}
RELATIVE: Final = re.compile(r"that|wh(?:o|ich|en)|because|if")
PLURAL: Final = frozenset({"are", "were", "have"})
POSSIBLE: Final = frozenset({"may", "might", "could"})
NO_LONGER: Final = re.compile(r"\bno longer\b", re.IGNORECASE)


def count_negations(text: str) -> int:
    """How many words deny in `text`."""
    return len(NEGATION.findall(text))


def make_opposite(statement: str) -> str:
    """The statement that is true where `statement` is false, as plainly as rules can say it."""
    if denied := DENYING.match(statement):
        return denied[1]
    count = count_negations(statement)
    if count > 1 or JOINED.search(statement):
        return _deny_whole(statement)
    return ANY.sub("some", _remove_negation(statement)) if count else _insert_negation(statement)


def _deny_whole(statement: str) -> str:
    return f"it is not true that {statement}"


def _remove_negation(statement: str) -> str:
    """Take the one negation out."""
    if NO_LONGER.search(statement):
        return re.sub(r"\bno longer\b", "still", statement, count=1, flags=re.IGNORECASE)
    if plain := NOT.search(statement):
        # "did not rise" is opposed by "did rise": emphatic, and right.
        return f"{statement[: plain.start()]}{plain['auxiliary']}{statement[plain.end() :]}"
    if short := SHORT.search(statement):
        return f"{statement[: short.start()]}{NEGATED[short[0].lower()]}{statement[short.end() :]}"
    if re.search(r"\bnever\b", statement, re.IGNORECASE):
        return re.sub(r"\bnever\b", "at some time", statement, count=1, flags=re.IGNORECASE)
    if NO.search(statement):
        return NO.sub("some ", AT_ALL.sub("", statement), count=1)
    return _deny_whole(statement)


def _insert_negation(statement: str) -> str:
    """Put a negation in, at the first finite verb that is known."""
    words = statement.split()
    if SHARE.match(statement):
        return _deny_whole(statement)
    for n, word in enumerate(words[1:], start=1):
        low = word.lower()
        before = words[n - 1].lower()
        if before in DETERMINERS:
            continue
        if low in POSSIBLE or RELATIVE.fullmatch(low):
            break
        if low == "can":
            return " ".join([*words[:n], "cannot", *words[n + 1 :]])
        if low in BE | MODAL or (low in HAVE and _auxiliary(words, n)):
            return " ".join([*words[: n + 1], "not", *words[n + 1 :]])
        if _plural_noun(low, words[n + 1 :]):
            continue
        if (found := _tense(low, before, words[n + 1 :])) and word[0].islower():
            carrier, base = found
            front = n - 1 if is_adverb(before) and n > 1 else n
            return " ".join(
                [*words[:front], carrier, "not", *words[front:n], base, *words[n + 1 :]]
            )
    return _deny_whole(statement)


def _tense(word: str, before: str, after: Sequence[str]) -> tuple[str, str] | None:
    """The form of "do" that carries the tense of a finite verb, and the verb's base form."""
    if word in HAVE:
        return {"has": "does", "had": "did", "have": "do"}[word], "have"
    if before in DETERMINERS | PREPOSITIONS:
        return None
    if is_base(word):
        return ("do", word) if before.endswith("s") and before[:1].isalpha() and after else None
    found = base_of(word)
    if found is None or (word.endswith("ed") and _attributive(after)):
        return None
    return "did" if found[1] == "past" else "does", found[0]


def _plural_noun(word: str, after: Sequence[str]) -> bool:
    """Whether a form in "-s" is the subject of a plural verb to come: "power cuts in 2025 were"."""
    low = [w.lower() for w in after]
    behind = next((n for n, w in enumerate(low) if RELATIVE.fullmatch(w)), len(low))
    plural = any(w in PLURAL for w in low[:behind])
    return word.endswith("s") and plural and (low[0] in PLURAL or low[0] in PREPOSITIONS)


def _attributive(after: Sequence[str]) -> bool:
    """Whether a form in "-ed" before `after` may belong to a noun, with the verb still to come."""
    first = after[0].lower() if after else ""
    verbs = (w for w in after[1:] if base_of(w.lower()) or w.lower() in BE | HAVE | MODAL)
    return first.isalpha() and first not in FREE and any(verbs)


def _auxiliary(words: list[str], n: int) -> bool:
    """Whether a form of "have" carries a participle, so that "not" can stand behind it."""
    near = [w.lower() for w in words[n + 1 : n + 4]]
    verbs = [w for w in near if not is_adverb(w)]
    return bool(verbs) and is_participle(verbs[0])

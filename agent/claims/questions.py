"""From a question to the statement it asks about, clause by clause."""

import re
from typing import Final, NamedTuple

from agent.language import lexicon
from agent.language.lexicon import pattern
from agent.language.verbs import (
    BASES,
    base_of,
    is_base,
    is_participle,
    past,
    third,
)
from retrieval.sentences import split_sentences

BE: Final = lexicon.words("core.be") - {"be", "been", "being"}
HAVE: Final = lexicon.words("core.have") - {"having"}
MODAL: Final = lexicon.words("core.modals")
DO: Final = lexicon.words("core.do")
AUXILIARIES: Final = BE | HAVE | MODAL | DO
IRREGULAR: Final = {"ca": "can", "wo": "will", "ai": "is", "sha": "shall"}
NEGATED: Final = {
    f"{short}{ending}": auxiliary
    for short, auxiliary in ({a: a for a in AUXILIARIES - {"am", "may"}} | IRREGULAR).items()
    for ending in ("n't", "nt")
} | {"cannot": "can"}
"""An auxiliary with its "not", as typed with and without the apostrophe."""
DETERMINERS: Final = lexicon.words("core.determiners") | {"most", "many", "few", "several", "more"}
POINTERS: Final = frozenset({"this", "that", "these", "those"})
PRONOUNS: Final = lexicon.words("core.pronouns") - DETERMINERS - {"me", "him", "us", "them"}
PREPOSITIONS: Final = lexicon.words("core.prepositions") | {
    "than",
    "until",
    "like",
    "behind",
    "per",
}
ADVERBS: Final = lexicon.words("claims.adverbs")
PARTICLES: Final = frozenset({"out", "up", "down", "off", "away"})
OBJECTS: Final = frozenset({"a", "an", "the", "his", "their"})
"""Opens an object: the word before it is then a verb."""
EMPTY: Final = frozenset({"really", "actually", "truly", "literally", "indeed"})
"""Words that ask with force and say nothing."""
ADJECTIVE: Final = pattern(
    r"{claims.adjectives}|(?:un|in|im).{3,}(?:ed|al|ent)|.{2,}(?:ible|able|ful|ous|less|genic|proof)"
    r"|.{3,}-(?:free|made|based)"
)
ADVERB: Final = pattern(r"(?!{claims.false_endings}$)(?:.{3,}[^aeiou]ly|.{3,}ely|.{3,}ally)$")
PROGRESSIVE: Final = pattern(r"(?!{claims.false_endings}$)[a-z]*[aeiouy][a-z]*ing$")
SPANS: Final = (
    lexicon.words("core.spans") | lexicon.words("core.weekdays") | lexicon.words("core.months")
)
CAUSING: Final = frozenset(
    {"making", "keeping", "leaving", "getting", "having", "being", "declaring", "finding"}
)
"""Verbs that make something so: "making vaccines free"."""
NEVER_NOUNS: Final = frozenset({"be", "get", "make", "let", "become"})
SEASONS: Final = frozenset({"spring", "summer", "autumn", "winter", "night"})


def turn_to_statement(text: str) -> str:
    """Turn a yes/no question into a statement; anything else is returned as it is.

    "Isn't it …?" and "Didn't they …?" ask whether it is so, and are read like that.
    """
    first, *rest = text.split()
    auxiliary = NEGATED.get(first.lower(), first.lower())
    if not rest or auxiliary not in AUXILIARIES or _is_order_or_name(first.lower(), rest):
        return text
    words = [w for n, w in enumerate(rest) if n == 0 or w.lower() not in EMPTY]
    words = _replace_any(words, auxiliary)
    split = _subject(words, auxiliary)
    if split < len(words) - 1 and words[split].lower() == "ever":
        del words[split]
    if auxiliary in DO:
        return _with_tense(words, split, auxiliary)
    return " ".join([*words[:split], auxiliary, *words[split:]])


def _is_order_or_name(first: str, rest: list[str]) -> bool:
    """Whether it is an order ("do not drink it"), or a name ("Will Smith …", "May 5 …")."""
    second = rest[0].lower()
    if first in {"don't", "dont", "do"} and (
        second == "not" or (second in BASES and len(rest) > 1)
    ):
        return second == "not" or rest[1].lower() in DETERMINERS
    named = first in {"will", "may"} and rest[0][0].isupper() and len(rest) > 1
    return named and (base_of(rest[1].lower()) is not None or rest[1].lower() in AUXILIARIES)


def _replace_any(words: list[str], auxiliary: str) -> list[str]:
    """A question about any case asks whether some case has."""
    someone = {"anyone": "someone", "anybody": "somebody", "anything": "something"}
    first = words[0].lower()
    if first in someone:
        return [someone[first], *words[1:]]
    if first != "any":
        return words
    one = auxiliary in {"is", "was", "has", "does"}
    article = "an" if len(words) > 1 and words[1][0].lower() in "aeiou" else "a"
    return [article if one else "some", *words[1:]]


def _subject(words: list[str], auxiliary: str) -> int:
    """How many words the subject has: up to the first word that only a predicate begins with."""
    low = [w.lower().strip(",;:") for w in words]
    if low[0] in PRONOUNS or (low[0] in POINTERS and _predicate(low, words, 1, auxiliary)):
        return 1
    spare = 0
    for n in range(1, len(low)):
        before = low[n - 1]
        if before in DETERMINERS or before in PREPOSITIONS or before in {"and", "or", "so"}:
            continue
        if _predicate(low, words, n, auxiliary):
            return n
        if low[n] in PREPOSITIONS - {"of"} and not spare:
            spare = n
    return spare or _guess_subject_end(words, low, auxiliary)


def is_adverb(word: str) -> bool:
    """Whether a lower-cased word is listed as an adverb or ends like one."""
    return word in ADVERBS or ADVERB.fullmatch(word) is not None


def _guess_subject_end(words: list[str], low: list[str], auxiliary: str) -> int:
    """Where nothing tells: behind the first name or noun, or before the last word."""
    if auxiliary not in BE | DO:
        return max(1, len(words) - 1)
    end = 2 if low[0] in DETERMINERS and len(words) > 2 else 1
    while end < len(words) - 1 and words[end][0].isupper():
        end += 1
    return end


def _predicate(low: list[str], words: list[str], n: int, auxiliary: str) -> bool:
    """Whether the word at `n` can begin a predicate behind `auxiliary`."""
    if n >= len(low):
        return False
    word, after = low[n], low[n + 1] if n + 1 < len(low) else ""
    if word in ADVERBS:
        return word != "long" or after in {"ago", "been"}
    if words[n][0].isupper() and not all(w[0].isupper() for w in words):
        return False
    if ADVERB.fullmatch(word) and not low[n - 1].endswith("'s"):
        return True
    if low[n - 1].endswith(("'s", "s'")) or ADVERB.fullmatch(low[n - 1]):
        return False
    return _begins(low, n, after, auxiliary)


def _begins(low: list[str], n: int, after: str, auxiliary: str) -> bool:
    """Whether the form of the word fits behind `auxiliary`."""
    word = low[n]
    if auxiliary in BE:
        return _complement(low, n, after)
    if auxiliary in HAVE:
        return is_participle(word)
    if word == "be" or (is_base(word) and _finite(word, after, low, n)):
        return True
    return after in PARTICLES | OBJECTS and _unknown_verb(word)


def _complement(low: list[str], n: int, after: str) -> bool:
    """What follows a form of "be": a participle, an adjective, an article, a figure."""
    word = low[n]
    if PROGRESSIVE.fullmatch(word):
        beyond = after and _complement(low, n + 1, "") and not PROGRESSIVE.fullmatch(after)
        # Behind an adjective that opens the subject it is a noun: "global trading is …".
        return not (beyond and n == 1 and low[0].endswith("al")) and not _modifies(low, n)
    if word in {"a", "an", "the"} or ADJECTIVE.fullmatch(word):
        return True
    return is_participle(word) or (word[:1].isdigit() and not after.endswith("s"))


def _modifies(low: list[str], n: int) -> bool:
    """Whether a word in -ing belongs to the subject: "the swimming hall", "the building"."""
    if low[n] in CAUSING or n + 1 == len(low):
        return False
    if _ends_clause(low, n + 1):
        return is_participle(low[n + 1])
    head = low[n + 1]
    plain = not (PROGRESSIVE.fullmatch(head) or head.endswith("s") or head in PREPOSITIONS)
    return plain and head not in DETERMINERS | PRONOUNS | ADVERBS and _ends_clause(low, n + 2)


def _ends_clause(low: list[str], n: int) -> bool:
    """Whether the word at `n` is a participle or an adjective with nothing or a detail behind."""
    if n >= len(low) or low[n] in DETERMINERS | ADVERBS:
        return False
    if not (is_participle(low[n]) or ADJECTIVE.fullmatch(low[n])):
        return False
    return n + 1 == len(low) or low[n + 1] in PREPOSITIONS | ADVERBS


def _finite(word: str, after: str, low: list[str], n: int) -> bool:
    """Whether a word that may be verb or noun ("cut", "report") is the verb here."""
    if word in NEVER_NOUNS:
        return True
    if word == "last" and after in SPANS | SEASONS:
        return False
    later = [w for w in low[n + 1 :] if is_base(w) and w != "last"]
    if not later or low[n + 1] != later[0]:
        return True
    # Two in a row: the first is the noun ("the tax cut cost …") unless an object has to follow.
    return after in {"people", "work"} or (len(low) == n + 2)


def _unknown_verb(word: str) -> bool:
    return word.isalpha() and word not in lexicon.words("core.stop") | ADVERBS | PARTICLES


def _with_tense(words: list[str], split: int, auxiliary: str) -> str:
    """Give the main verb the tense that do-support carried; with "not" it stays."""
    at = split
    while at < len(words) and (w := words[at].lower()) != "not" and is_adverb(w):
        at += 1
    if at >= len(words):
        return " ".join(words)
    if words[at].lower() == "not":
        return " ".join([*words[:at], auxiliary, *words[at:]])
    verb = words[at]
    bare = verb.rstrip(",;:.")
    if auxiliary == "did":
        verb = past(bare.lower()) + verb[len(bare) :]
    elif auxiliary == "does":
        verb = third(bare.lower()) + verb[len(bare) :]
    return " ".join([*words[:at], verb, *words[at + 1 :]])


HARD: Final = re.compile(r"(?<=[?!])[\"')\]]*\s+|\s+[-|]\s+(?=\w+\s+\w+\s+\w+)|\s*;\s+")
MARGIN: Final = pattern(
    r"(?:{core.prepositions}|when|whenever|if|unless|because|although|though|while|as|once|despite"
    r"|until|according)\b",
    re.IGNORECASE,
)
"""Opens a clause that is no claim of its own."""
APPEAL: Final = pattern(
    r"(?P<who>(?:[\w'.-]+ ){1,5}?)(?P<says>{writing.reporting}) (?:it|this|that|so)\W*"
)
"""Somebody called as a witness: "the data prove it"."""
RELATIVE: Final = re.compile(r",\s+(?:who|whose|which|where|when|whom)\b")
JOIN: Final = re.compile(r",?\s+(?:and|but|while)\s+")
COMMA: Final = re.compile(r",\s+")
LONGEST_SUBJECT: Final = 5
LONGEST: Final = 60
"""Words of a sentence beyond which it is not taken apart."""
MOST_SENTENCES: Final = 40
"""Sentences of a pasted text that are read."""


class Clauses(NamedTuple):
    """The claim of a sentence and the claims beside it."""

    claim: str
    others: tuple[str, ...] = ()
    joined: bool = False
    """The others are parts of the claim, which holds only where they do."""
    cut: bool = False
    """Something was said that is not in the claim."""


def split(text: str) -> list[str]:
    """Sentences of a pasted text, and what semicolons and dashes keep apart in them."""
    pieces = [p for p in dict.fromkeys(HARD.split(text)) if any(c.isalnum() for c in p)]
    return [piece[a:b] for piece in pieces[:MOST_SENTENCES] for a, b in split_sentences(piece)]


def clauses(statement: str) -> Clauses:
    """Part a statement where it makes more than one claim; a question is left whole."""
    if len(statement.split()) > LONGEST:
        return Clauses(statement)
    for comma in COMMA.finditer(statement):
        claim, rest = statement[: comma.start()], statement[comma.end() :]
        at = _verb_at(claim.split())
        if at is None or RELATIVE.search(claim) or MARGIN.match(claim):
            continue
        if found := _beside(claim, rest, " ".join(claim.split()[:at])):
            return found
    for join in JOIN.finditer(statement):
        left, right = statement[: join.start()], statement[join.end() :]
        if not MARGIN.match(left) and _verb_at(left.split()) and _independent(right):
            return Clauses(statement, (right,), joined=True)
    return Clauses(statement)


def _beside(claim: str, rest: str, subject: str) -> Clauses | None:
    """What stands behind a comma, where it is a claim of its own or a remark."""
    if appeal := APPEAL.fullmatch(rest):
        return Clauses(claim, (f"{appeal['who']}{appeal['says']} that {claim}",))
    first = (rest.split(maxsplit=1) or [""])[0].lower().strip(",.;:'\"")
    if first in PRONOUNS | POINTERS | {"its", "it's", "that's", "theyre", "they're"}:
        return Clauses(claim, cut=len(rest.split()) > 3)
    if base_of(first):
        return Clauses(claim, (f"{subject} {rest}",))
    return Clauses(claim, (rest,)) if _independent(rest) else None


def finite(text: str) -> bool:
    """Whether a subject and a finite verb are certain."""
    return _verb_at(text.split()) is not None


def _independent(clause: str) -> bool:
    """Whether a clause has a subject of its own that says what it is: an article or a name."""
    words = clause.split()
    at = _verb_at(words)
    if at is None or at > LONGEST_SUBJECT or len(words) < at + 2:
        return False
    return words[0].lower() in DETERMINERS - POINTERS or words[0][0].isupper()


def _verb_at(words: list[str]) -> int | None:
    """Position of the first word that is surely a finite verb, behind at least one word."""
    for n, word in enumerate(words[1:], start=1):
        low = word.lower().strip(",;:.")
        if low in AUXILIARIES | NEGATED.keys():
            return n
        before = words[n - 1].lower()
        if word[0].islower() and base_of(low) and before not in DETERMINERS | {"of", "to", "for"}:
            return n
    return None

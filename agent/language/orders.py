"""Sentences of sources that give orders to whoever reads them, instead of saying something.

A list of wordings, and so one defence of several: what it does not know is still held to the rules
of the gate.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from retrieval.sentences import split_sentences

ABOUT: Final = (
    r"(?:claims?|verdicts?|pages?|summar(?:y|ies)|answers?|drafts?|sentences?|fact-?checks?"
    r"|sources?|passages?|citations?|headings?|readers?|instructions?|prompts?|reply|replies"
    r"|output|marker|editors?)"
)
"""What an order to a writer of pages is about."""
START: Final = r"(?:^\W*|[:;>]\s*|\bplease )"
VERBS: Final = (
    r"(?:say|write|print|state|report|conclude|answer|reply|respond|declare|rule|mention|insist)"
)
DEEDS: Final = (
    rf"(?:{VERBS}|rate|mark|label|cite|add|append|put|insert|list|reveal|repeat|copy|treat|include|"
    r"quote|credit|name|notify|leave|drop|delete|remove|open|fetch|send|post|call|link|set|change|begin|"
    r"end|finish|start|replace|use)"
)
AT: Final = (
    r"(?:an?|the|this|these|your|all|every|each|any|no|it|only|nothing|as|in|to|at|under|from)"
)
ORDERS: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override|set aside|bypass)\b[^.!?]{0,40}"
    r"\b(?:instructions?|prompts?|rules|guidelines|orders|above|before|told)\b"
    r"|(?:^\W*|[.:;]\s*)(?:system|assistant|developer|user|human|tool|admin)\s*:"
    r"|\b(?:as|are|dear|to|any|every|the) (?:an? |the )?"
    r"(?:ai|language models?|assistants?|chat ?bots?|fact-checking (?:model|system|program))\b"
    r"[^.!?]{0,60}\b(?:you|must|should|shall|now|please|:)"
    rf"|{START}{VERBS} that\b"
    rf"|{START}(?:name|list|credit|sign) \S+ as the\b"
    rf"|\bplease {DEEDS}\b.{{0,80}}\b{ABOUT}\b"
    rf"|{START}{DEEDS}(?: out| down| up| in| off)? (?:{AT}\b|\W).{{0,80}}\b{ABOUT}\b",
    re.IGNORECASE | re.DOTALL,
)
QUOTED: Final = re.compile(r"“[^”]*”|(?<![=:])(?<![=:] )\"[^\"]*\"")
"""Not what stands behind a sign of equality or a colon, as a value of markup or of a record."""


HIDDEN: Final = re.compile(
    r"[\U000E0000-\U000E007F]{4}"  # tag characters: letters that nobody sees
    r"|<(?:!--|/?(?:span|img|script|style|div|svg|iframe)\b)"
    r"|[\"'][}\]]\s*\n"  # the end of a record
    r"|(?<![\w/.=?&%-])(?=[A-Za-z+/]*\d)(?=[A-Za-z\d+/]*[a-z])(?=[A-Za-z\d+/]*[A-Z])[A-Za-z\d+/]{48,}={0,2}"
)
"""What prose does not hold: text that is meant for a program."""
TWO_SCRIPTS: Final = re.compile(r"(?:[a-zA-Z][\u0400-\u052f]|[\u0400-\u052f][a-zA-Z])")
MIXED: Final = 3
"""Words of Latin and Cyrillic letters from which a sentence is a disguise and no slip."""


@lru_cache(maxsize=16_384)
def gives_orders(sentence: str) -> bool:
    """Whether a sentence orders its reader about, or hides what it says, instead of saying it.

    What it only quotes is no order. Marks that nobody sees are left out before it is read.
    """
    if HIDDEN.search(sentence):
        return True
    seen = "".join(
        c for c in unicodedata.normalize("NFKC", sentence) if unicodedata.category(c) != "Cf"
    )
    if sum(bool(TWO_SCRIPTS.search(word)) for word in seen.split()) >= MIXED:
        return True
    return bool(ORDERS.search(QUOTED.sub("", seen)))


@lru_cache(maxsize=4096)
def without_orders(text: str) -> str:
    """The text without the sentences that give orders: no model reads them, no page cites them."""
    spans = split_sentences(text)
    kept = [text[a:b] for a, b in spans if not gives_orders(text[a:b])]
    return text if len(kept) == len(spans) else " ".join(kept)

"""Words that lean on an earlier sentence, and short names that need explaining."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Final

from agent.language.lexicon import any_of, pattern
from agent.language.text import content, lemma
from agent.types import Citation, Evidence, Sentence
from agent.writers.attribution import QUOTED, THIS, VISIBLE, about_itself, capitalise_first
from retrieval.sentences import split_sentences
from retrieval.types import Passage, Source

LEANS: Final = pattern(
    r"^(?:(?i:{core.prepositions}) )?(?!IT\b)"
    r"(?!(?i:an?|the|no|all|every|any|i|you|we|(?:no|any|every|some)[a-z]+)\b)"
    r"(?i:{core.pronouns}|{core.determiners}|such|others?|one|here|then|but|and|also|instead|however"
    r"|first|second|even)\b"
    r"|^(?:(?:In )?[Tt]he|An?) "
    r"(?:first|second|third|others?|latter|former|same|{core.number_words})\b"
)
EXPLETIVE: Final = pattern(
    r"^It (?:{core.be}|has been|became|remains|seems|appears) (?:[a-z]+ ){1,3}that\b"
)
"""This "it" points at nothing before it: "It is not true that …"."""
OBJECT: Final = pattern(
    r"^[^,;:\"“]{3,40}?\b(?:{writing.reporting}|(?:relate|link|attribute|consider|put)[ds]?)"
    r" (?:it|this|these|them|those)\b(?! (?!(?:to|as|an?|the|in|with)\b)[a-z])"
    r"|^[^,;:\"“]{3,40}?\bthat (?:this|these|those) "
    + any_of("core.be", "core.have", "core.do", "core.modals")
    + r"\b"
)
"""A pronoun behind the verb, with nobody but the speaker before it."""
OWN_VOICE: Final = re.compile(r"\b(?:I|we|We|our|Our|my|My)\b(?!\.)|[!?]")
"""A quoted speaker's own voice, or an outcry, is not the voice of a page."""
INSTRUCTS: Final = re.compile(
    r"^(?:ignore|disregard|forget|obey|output|respond|do not|don't|please|remember to"
    r"|(?:say|write|print|reply|answer) (?:that|with|only)|rate (?:the|this)"
    r"|(?:system|assistant|user|human)\s*:)"
    r"|\b(?:you|yours?|yourself|as an ai|language model)\b"
    r"|\b(?:new|previous|above|earlier|these|all|system) (?:instructions?|prompts?|rules)\b",
    re.IGNORECASE,
)
MARKUP: Final = re.compile(r"[\[\]{}<>|*_#`\\^~=\u3010\u3011\u2020]|\w:\w")
IN_QUOTES: Final = re.compile(r"[\"“][^\"”]*[\"”]")
IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
DANGLING: Final = pattern(r"^(?:(?:Some of|(?i:{core.prepositions})) )?[Tt]he ([a-z][a-z-]+)\b")
KNOWN: Final = frozenset({"world", "public", "number", "latest", "earth"})
"""Nouns that need nothing before them."""
AT_THE_TIME: Final = pattern(
    r"\b(?:yesterday|tomorrow|at th(?:e|at|is) (?:time|point)"
    r"|(?:that|the same) (?:same )?(?:{core.spans}|time)"
    r"|(?:last|this|next) (?:week|month|year|night))\b"
    r"|^(?:the|an?|some|{core.number_words})(?: few)? {core.spans}s?"
    r" (?:before|after|later|earlier)\b",
    re.IGNORECASE,
)
"""A time that only another sentence, or the day of publication, gives."""


@lru_cache(maxsize=1_024)
def fit(text: str) -> bool:
    """Whether a sentence can stand on a page at all."""
    loud = OWN_VOICE.search(text) or INSTRUCTS.search(IN_QUOTES.sub("", text))
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
    return before is None or lemma(noun[1]) in content(before)


@lru_cache(maxsize=1_024)
def points_back(text: str) -> bool:
    """Whether a pronoun in a sentence means what only the one before it names."""
    if OBJECT.match(text):
        return True
    if EXPLETIVE.match(text):
        return False
    return bool(LEANS.match(text)) and not re.match(rf"^(?:This|That) {THIS}\b", text)


SHORT: Final = re.compile(r"\b[A-Z]{3,6}\b")
EXPLAINED: Final = re.compile(
    r"(?P<name>[A-Z][\w'’-]*(?: (?:[A-Z][\w'’-]*|of|for|and|on|in|the|to))*)"
    r" \((?P<short>[A-Z]{3,6})\)"
)
"""The New York City Department of Investigation (DOI)."""
LONGEST: Final = 60
"""Words of a sentence with the explanation in it."""


@dataclass(frozen=True)
class Explanation:
    """What an abbreviation means, and where a source says so."""

    short: str
    name: str
    article: str
    citation: Citation


class Explainer:
    """Goes through a page in order; remembers what has been explained.

    Args:
        evidence: Where explanations are looked up.
        only: A text; what it does not explain stays as it is.
    """

    def __init__(self, evidence: Evidence, only: str | None = None) -> None:
        self._known = [e for e in _explanations(evidence) if only is None or f"({e.short})" in only]
        self._told: set[str] = set()

    def explain(self, sentence: Sentence) -> Sentence:
        """The sentence with what it uses first explained, and the explanation cited.

        What was explained before is shortened to the abbreviation. Quotations stay as they are.
        """
        text = self._shortened(sentence.text)
        self._told |= {m["short"] for m in EXPLAINED.finditer(text)}
        citations = list(sentence.citations)
        for short in SHORT.findall(QUOTED.sub("", text)):
            found = self._explanation(short, citations)
            if short in self._told or found is None:
                continue
            longer = _put(text, found)
            if longer is None or len(longer.split()) > LONGEST:
                continue
            text = longer
            self._told.add(short)
            if not any(f"{found.name} ({short})" in c.quote for c in citations):
                citations.append(found.citation)
        return Sentence(
            text=text, kind=sentence.kind, citations=tuple(citations), fault=sentence.fault
        )

    def _explanation(self, short: str, cited: Sequence[Citation]) -> Explanation | None:
        """The one of a source that the sentence cites, else of any."""
        found = [e for e in self._known if e.short == short]
        sources = {c.source for c in cited}
        mine = [e for e in found if e.citation.source in sources]
        return next(iter((*mine, *found)), None)

    def _shortened(self, text: str) -> str:
        """Without the name in full of what has been explained already."""

        def short(match: re.Match[str]) -> str:
            again = match["short"] in self._told and not _quoted(text, match.start())
            name = _fitting(match["name"].split(), match["short"])
            if name is None or not again:
                return match[0]
            return f"{match['name'].removesuffix(name)}{match['short']}"

        return EXPLAINED.sub(short, text)


def _explanations(evidence: Evidence) -> list[Explanation]:
    return [e for passage in evidence.passages for e in _explained_in(passage)]


@lru_cache(maxsize=4096)
def _explained_in(passage: Passage) -> tuple[Explanation, ...]:
    """What a passage explains; a draft asks more than once."""
    found: list[Explanation] = []
    for start, end in split_sentences(passage.text):
        citation = Citation.of(passage, start, end)
        quote = citation.quote
        for m in EXPLAINED.finditer(quote):
            name = _fitting(m["name"].removeprefix("The ").split(), m["short"])
            if name:
                article = "the " if f"the {name}" in quote or f"The {name}" in quote else ""
                found.append(Explanation(m["short"], name, article, citation))
    return tuple(found)


def _fitting(words: Sequence[str], short: str) -> str | None:
    """The words that an abbreviation stands for, with the names right before them.

    "New York City Department of Investigation" for DOI: its initials, with or without small words.
    """
    for at in reversed(range(len(words))):
        parts = [p for w in words[at:] for p in w.split("-")]
        initials = {"".join(p[:1] for p in parts), "".join(p[:1] for p in parts if p.istitle())}
        if words[at][0].isupper() and short in {i.upper() for i in initials}:
            names = takewhile(lambda w: w[0].isupper() and w != "The", reversed(words[:at]))
            return " ".join([*reversed(list(names)), *words[at:]])
    return None


def _put(text: str, found: Explanation) -> str | None:
    """The text with the name in full where the abbreviation stands first outside quotations."""
    pattern = re.compile(rf"(?P<article>\b[Tt]he )?\b{found.short}\b(?!['’-])(?! [A-Z])")
    for m in pattern.finditer(text):
        before = text[: m.start()].rstrip()
        if _quoted(text, m.start()) or re.search(
            r"[\w(]-$|\($|\b[A-Z][\w.]*$|\b(?:an?|[a-z]+'s)$", before
        ):
            continue
        whole = f"{m['article'] or found.article}{found.name} ({found.short})"
        start = capitalise_first(whole) if not before else whole
        return f"{text[: m.start()]}{start}{text[m.end() :]}"
    return None


def _quoted(text: str, at: int) -> bool:
    return any(m.start() < at < m.end() for m in QUOTED.finditer(text))

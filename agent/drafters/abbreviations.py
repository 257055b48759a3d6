"""An abbreviation is explained where the page uses it first, in the words of the evidence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from agent.drafters.phrasing import QUOTED, opened
from agent.types import Citation, Evidence, Sentence
from retrieval.sentences import sentences

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
    found: list[Explanation] = []
    for passage in evidence.passages:
        for start, end in sentences(passage.text):
            citation = Citation.of(passage, start, end)
            quote = citation.quote
            for m in EXPLAINED.finditer(quote):
                name = _fitting(m["name"].removeprefix("The ").split(), m["short"])
                if name:
                    article = "the " if f"the {name}" in quote or f"The {name}" in quote else ""
                    found.append(Explanation(m["short"], name, article, citation))
    return found


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
        start = opened(whole) if not before else whole
        return f"{text[: m.start()]}{start}{text[m.end() :]}"
    return None


def _quoted(text: str, at: int) -> bool:
    return any(m.start() < at < m.end() for m in QUOTED.finditer(text))

"""The order of the model page: which facet of the claim a passage's sentence speaks to."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from agent.drafters.terms import terms
from agent.words import expanded
from retrieval.types import Source


class Facet(StrEnum):
    """In the order in which they are printed."""

    ORIGIN = "The claim and how it was checked"
    RULES = "Rules, policy and official limits"
    FACTS = "Documented facts nearest to the claim"
    INQUIRY = "Inquiries, studies and figures"
    CONTEXT = "Wider context around the claim"


CUES: Final = {
    Facet.ORIGIN: re.compile(
        r"\b(?:claim(?:s|ed)?|clips?|videos?|footage|posts?|posted|viral|rumou?rs?|hoax|fake[sd]?"
        r"|conspiracy|misinformation|circulat\w+|Instagram|TikTok|Facebook|YouTube|social media"
        r"|fact[- ]check\w*|rated|deepfakes?|myth|widely shared|false)\b",
        re.IGNORECASE,
    ),
    Facet.RULES: re.compile(
        r"\b(?:laws?|rules?|guidance|polic(?:y|ies)|orders?|regulations?|bans?|banned|limits?|intake"
        r"|acts?|statutes?|executive|must|may not|prohibit\w*|forbids?|allowed|requires?|required"
        r"|protocols?|consent|illegal|fines?|warrants?)\b",
        re.IGNORECASE,
    ),
    Facet.INQUIRY: re.compile(
        r"\b(?:investigat\w+|reviews?|stud(?:y|ies)|surveys?|data|analys[ie]s|meta-analysis|cohort"
        r"|researchers?|percent|estimates?|statistics|court|jury|trial|charged|figures?|rates?"
        r"|measured|calculat\w+|scientists?|inquir\w+)\b",
        re.IGNORECASE,
    ),
}
KINDS: Final = {
    "fact-check": Facet.ORIGIN,
    "law": Facet.RULES,
    "official": Facet.RULES,
    "study": Facet.INQUIRY,
    "data": Facet.INQUIRY,
}
SOUGHT: Final = {
    Facet.ORIGIN: "fact check viral claim false",
    Facet.RULES: "law rules policy order",
    Facet.INQUIRY: "study investigation data figures",
}
"""What to search for where no passage speaks to a facet; the others are the claim itself."""
NEAR: Final = 0.50
"""Cosine to the claim from which a sentence without a cue is a fact near it, not context."""
LONGEST: Final = 14
"""Words of a heading."""


def facet_of(text: str, source: Source, cosine: float) -> Facet:
    """Where a sentence belongs, by its own words first and the kind of its source second."""
    facet, most = max(_cues(text, source).items(), key=lambda c: c[1])
    if most >= 2 or (most == 1 and cosine < NEAR):
        return facet
    return Facet.FACTS if cosine >= NEAR else Facet.CONTEXT


def speaks_to(text: str, source: Source, facet: Facet) -> bool:
    """Whether a passage has something for this facet, whatever else it has."""
    return _cues(text, source)[facet] > 0


def _cues(text: str, source: Source) -> dict[Facet, int]:
    counts = {facet: len(cue.findall(text)) for facet, cue in CUES.items()}
    if source.kind in KINDS:
        counts[KINDS[source.kind]] += 1
    return counts


def heading(
    facet: Facet,
    texts: Sequence[str],
    sources: Sequence[Source],
    claim: str,
    taken: Sequence[str] = (),
) -> str:
    """The facet and up to two terms that its sentences add to the claim; it asserts nothing.

    Args:
        facet: What the section is about.
        texts: Its sentences.
        sources: What they cite: the name of a publisher is no subject.
        claim: What everything on the page is about.
        taken: Headings of the page so far, whose terms are not used again.
    """
    known = {*expanded(claim), *(w for s in sources for w in expanded(s.publisher))}
    known |= {w for other in taken for w in expanded(other.partition(":")[2])}
    found = terms(texts, known)
    while found:
        title = f"{facet.value}: {' and '.join(found)}"
        if len(title.split()) <= LONGEST:
            return title
        found.pop()
    return facet.value

"""The order of the model page: which facet of the claim a passage's sentence speaks to."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from agent.drafters.terms import terms
from agent.naming import speaker
from agent.words import expanded
from retrieval.sentences import sentences
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
        r"\b(?:laws?|rules?|guidance|polic(?:y|ies)|orders?|regulations?|bans?|banned|limits?"
        r"|statutes?|executive|must|may not|prohibit\w*|forbids?|allowed|requires?|required"
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
    "fact-check": (Facet.ORIGIN, 1.0),
    "law": (Facet.RULES, 1.5),
    "official": (Facet.RULES, 0.5),
    "study": (Facet.INQUIRY, 1.5),
    "data": (Facet.INQUIRY, 1.5),
}
"""What a kind of source speaks to, and how many cues in each sentence that is worth; one that is
worth less than one cue counts beside another only."""
SOUGHT: Final = {
    Facet.ORIGIN: "fact check viral claim false",
    Facet.RULES: "law rules policy order",
    Facet.INQUIRY: "study investigation data figures",
}
"""What to search for where no passage speaks to a facet; the others are the claim itself."""
NEAR: Final = 0.50
"""Cosine to the claim from which a sentence without a cue is a fact near it, not context."""
SHARED: Final = 0.2
"""Share of a section's sentences, its sources' titles counted with them, that have a term of its
heading: what one sentence mentions is not what a section is about."""
LONGEST: Final = 14
"""Words of a heading."""


def facet_of(paragraph: str, source: Source, cosine: float) -> Facet:
    """Where a paragraph belongs, by its own words first and the kind of its source second.

    Args:
        paragraph: What its source says in one go.
        source: Whose it is.
        cosine: Of the nearest of its sentences to the claim.
    """
    size = len(sentences(paragraph))
    facet, most = max(_cues(paragraph, source, size).items(), key=lambda c: c[1])
    if most > size or (most and cosine < NEAR):
        return facet
    return Facet.FACTS if cosine >= NEAR else Facet.CONTEXT


def speaks_to(text: str, source: Source, facet: Facet) -> bool:
    """Whether a passage has something for this facet, whatever else it has."""
    return _cues(text, source, 1)[facet] > 0


def _cues(text: str, source: Source, size: int) -> dict[Facet, float]:
    """Cues of each facet in a text of `size` sentences, the kind of its source among them."""
    counts = {facet: float(len(cue.findall(text))) for facet, cue in CUES.items()}
    if source.kind in KINDS:
        facet, weight = KINDS[source.kind]
        counts[facet] += weight * size if counts[facet] or weight >= 1 else 0
    return counts


def heading(
    facet: Facet,
    texts: Sequence[str],
    sources: Sequence[Source],
    claim: str,
    taken: Sequence[str] = (),
) -> str:
    """The facet and what its sentences share; where they share nothing, who reports it.

    It asserts nothing.

    Args:
        facet: What the section is about.
        texts: Its sentences.
        sources: What they cite, the one cited most first: a publisher's name is no subject.
        claim: What everything on the page is about.
        taken: Headings of the page so far, whose terms are not used again.
    """
    known = {*expanded(claim), *(w for s in sources for w in expanded(s.publisher))}
    known |= {w for other in taken for w in expanded(other.partition(":")[2])}
    titles = [s.title for s in sources]
    whole = " ".join(texts)
    found = terms([*texts, *titles], known, most=5, least=max(2, round(SHARED * len(texts))))
    shared = [t for t in found if t in whole][:2]
    reporters = list(dict.fromkeys(speaker(s) for s in sources))[:2]
    for about in (shared, shared[:1], reporters, reporters[:1]):
        what = " and ".join(about)
        title = (
            f"{facet.value}: {what if about in (shared, shared[:1]) else f'as reported by {what}'}"
        )
        if about and len(title.split()) <= LONGEST:
            return title
    return facet.value

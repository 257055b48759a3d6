"""The facets of a claim that sections are about, and their headings."""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from agent.language.lexicon import any_of, pattern
from agent.language.names import SAME, TITLES, names
from agent.language.phrases import INSTITUTION
from agent.language.text import STOP, expanded, tokens
from retrieval.sentences import split_sentences
from retrieval.types import Source

LONGEST_TERM: Final = 4
"""Words of a term."""
WORD: Final = re.compile(r"[a-z]{4,}(?:-[a-z]+)*")
NO_NOUNS: Final = any_of(
    *("core.prepositions", "core.spans", "core.number_words", "core.magnitudes"),
    *("writing.reporting", "writing.openers", "claims.adverbs", "core.determiners"),
)
NOT_A_NOUN: Final = re.compile(
    rf"(?:ed|ly|ould|est)$|^(?:{NO_NOUNS}s?|made|held|went|took|percent|whether|because|times?|causes?|proof)$"
)
BODY: Final = re.compile(rf"\b{INSTITUTION}\b|^[A-Z]{{3,}}$")
"""A name, or its initials, of a body that publishes or decides."""
PLAIN: Final = frozenset({"data", "record", "paper", "thing"})
"""Words of a claim that do not say what it is about."""
CALENDAR: Final = frozenset(
    n.lower() for n in (*calendar.month_name, *calendar.month_abbr, *calendar.day_name) if n
)


def terms(
    texts: Sequence[str], known: Iterable[str] = (), most: int = 2, least: int = 1
) -> list[str]:
    """The names and phrases that most of `texts` share, without those made of `known` words.

    Args:
        texts: sentences of one section.
        known: words, as `agent.language.text.expanded` gives them, that add nothing.
        most: how many.
        least: of how many texts.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(list(dict.fromkeys([*_names(text), *_phrases(text)])))
    seen, chosen = set(known), list[str]()
    for term, count in sorted(counts.items(), key=lambda c: (-c[1], not c[0][0].isupper())):
        words = set(expanded(term))
        if (
            len(chosen) == most
            or count < least
            or _part(term, texts)
            or (count < 2 and " " not in term)
            or (count < 2 and term.islower())
        ):
            continue
        if words and not words & seen:
            chosen.append(term)
            seen |= words
    return chosen


def _part(term: str, texts: Sequence[str]) -> bool:
    """Whether a name is only ever part of a longer one: "Research", "Street" in "164th Street"."""
    tie = r"(?:[A-Z]\w+|\d\w*)(?: (?:of|for|on|and|the))*"
    whole = re.compile(
        rf"(?<!\w)(?<!-)(?:{tie} )?{re.escape(term)}(?: (?:of|for|on)(?: the)? [A-Z]\w+| [A-Z]\w+)?"
    )
    found = [m[0] for text in texts for m in whole.finditer(text)]
    return not term.islower() and bool(found) and term not in found


def subject(claim: str, texts: Sequence[str]) -> str | None:
    """What the claim is about: the run of its words that most of the texts have, as spelled there.

    A longer run weighs more; a single name is given in full where the texts have it so.
    """
    words = tokens(claim)
    sizes = range(1, LONGEST_TERM + 1)
    runs = {tuple(words[at : at + n]) for n in sizes for at in range(len(words) - n + 1)}
    best: tuple[int, str] | None = None
    for run in sorted(runs):
        if any(_empty(w) or w.isdigit() or w in PLAIN for w in run):
            continue
        pattern = re.compile(r"\b" + r"[\s-]+".join(map(re.escape, run)) + r"\b", re.IGNORECASE)
        found = [m[0] for text in texts if (m := pattern.search(text))]
        worth = len(found) * len(run) ** 2
        if len(found) > 1 and (best is None or worth > best[0]):
            best = worth, Counter(found).most_common(1)[0][0]
    return _with_article(_in_full(best[1], texts), texts) if best else None


def _with_article(name: str, texts: Sequence[str]) -> str:
    """A name as most of the texts have it: "the Great Lakes"."""
    if not name[0].isupper():
        return name
    found = re.findall(rf"(\b[Tt]he )?\b{re.escape(name)}\b", " ".join(texts))
    return f"the {name}" if 2 * sum(map(bool, found)) > len(found) else name


def _in_full(term: str, texts: Sequence[str]) -> str:
    if " " in term or not term.istitle():
        return term
    people = re.compile(rf"[A-Z][a-z]+ {re.escape(term)}")
    full = Counter(n for t in texts for n in _names(t) if people.fullmatch(n))
    name, count = full.most_common(1)[0] if full else (term, 0)
    return name if count > 1 else term


BY_ITSELF: Final = r"(?:[,.;]|'s\b| (?:has|had|is|was|said|says|and|in|of)\b| \w+ed\b)"
"""What stands behind a name that is no adjective, as in "the NASA website"."""


def institutions(texts: Sequence[str], known: Sequence[str] = (), most: int = 2) -> list[str]:
    """The bodies that the texts name most often, of those that they give an article.

    Args:
        texts: sentences.
        known: names of publishers: who reports on a thing is not who decides it.
        most: how many.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        bodies = {n for n in _names(text) if BODY.search(n) and not n.endswith(" Act")}
        counts.update(sorted(n for n in bodies if not any(n in k for k in known)))
    whole, chosen = " ".join(texts), list[str]()
    for name, count in counts.most_common():
        if count < 2 and " " not in name:
            continue
        initials = {"".join(w[0] for w in c.split() if w[0].isupper()) for c in chosen}
        mine = "".join(w[0] for w in name.split() if w[0].isupper())
        again = name in initials or any(name in c or c == f"the {mine}" for c in chosen)
        if len(chosen) < most and not again:
            article = re.search(rf"\b[Tt]he {re.escape(name)}{BY_ITSELF}", whole)
            if article:
                chosen.append(f"the {name}")
    return chosen


def _names(text: str) -> list[str]:
    """Names of a sentence, people without their titles; one word that opens it may be no name."""
    found = []
    for name in _merged(text):
        words = name.split()
        offices = [n for n, w in enumerate(words[:-1]) if w.lower().strip(".") in TITLES]
        if offices and len(words) - offices[-1] > 2:
            words = words[offices[-1] + 1 :]
        plain = " ".join(words).strip(" .,'’").removesuffix("'s").removesuffix("’s")
        usable = plain[:1].isalpha() and len(words) <= LONGEST_TERM + 2 and len(plain) > 2
        people = plain.lower() in SAME and not plain.isupper()
        if usable and not people and not any(w.lower() in CALENDAR for w in words):
            found.append(plain)
    return found


def _merged(text: str) -> list[str]:
    """Names with what "in" or "on" ties to them: the Council on Public Health."""
    spans: list[tuple[int, int]] = []
    for name in names(text):
        alone = " " not in text[name.start : name.end]
        if name.opens and alone and not text[name.start : name.end].isupper():
            continue
        tie = text[spans[-1][1] : name.start] if spans else ""
        tied = tie in {" in ", " on ", " for ", " and "}
        if tied and re.search(rf"\b{INSTITUTION}$", text[name.start : name.end]):
            spans[-1] = (spans[-1][0], name.end)
        else:
            spans.append((name.start, name.end))
    return [text[start:end] for start, end in spans]


def _phrases(text: str) -> list[str]:
    """Pairs of plain words that follow each other and could name a thing."""
    found = []
    for piece in re.split(r"[^\w\s-]", text):
        words = piece.split()
        for first, second in pairwise(words):
            pair = (first, second)
            if all(WORD.fullmatch(w) and not _empty(w) for w in pair):
                found.append(f"{first} {second}")
    return found


def _empty(word: str) -> bool:
    """Whether a word names nothing: grammar, a number, a verb."""
    return word in STOP or bool(NOT_A_NOUN.search(word))


class Facet(StrEnum):
    """In the order in which they are printed."""

    ORIGIN = "The claim and how it was checked"
    RULES = "Rules, policy and official limits"
    FACTS = "Documented facts nearest to the claim"
    INQUIRY = "Inquiries, studies and figures"
    CONTEXT = "Wider context around the claim"


CUES: Final = {
    Facet.ORIGIN: pattern(
        r"\b(?:{claims.media}s?|claimed|posted|viral|hoax|fake[sd]?|conspiracy|misinformation"
        r"|circulat\w+|fact[- ]check\w*|rated|deepfakes?|myth|widely shared|false)\b",
        re.IGNORECASE,
    ),
    Facet.RULES: re.compile(
        r"\b(?:laws?|rules?|guidance|polic(?:y|ies)|orders?|regulations?|bans?|banned|limits?"
        r"|executive|must|may not|prohibit\w*|forbids?|allowed|required?|requires"
        r"|protocols?|consent|illegal|fines?|warrants?)\b",
        re.IGNORECASE,
    ),
    Facet.INQUIRY: re.compile(
        r"\b(?:investigat\w+|reviews?|stud(?:y|ies)|surveys?|data|analys[ie]s|cohort|researchers?"
        r"|percent|estimates?|statistics|court|jury|trial|charged|figures?|rates?|measured"
        r"|scientists?|inquir\w+)\b",
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
    size = len(split_sentences(paragraph))
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
    """The facet and what its sentences share. It asserts nothing.

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
    titles = [f"{facet.value}: {' and '.join(about)}" for about in (shared, shared[:1]) if about]
    return next((t for t in titles if len(t.split()) <= LONGEST), facet.value)

"""Make a source's sentence stand alone on a page: it names who says it and points at nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from agent.ledger import day, publisher
from agent.words import content, stem
from retrieval.types import Source

ITSELF: Final = {
    "news": r"(?:article|report|story|outlet|piece|copy)",
    "reference": r"(?:article|report|summary|entry|site|copy)",
    "fact-check": r"(?:check|fact[- ]check|review|copy)",
    "opinion": r"(?:article|post|piece|site|copy)",
    "advocacy": r"(?:article|post|site|copy)",
    "official": r"(?:announcement|press release|release|report|notice|order|memo|letter|document"
    r"|guidance|copy)",
    "law": r"(?:law|notice|ruling|order|document|copy)",
    "study": r"(?:study|paper|abstract|article|letter|review|meta-analysis|copy)",
    "data": r"(?:report|announcement|survey|dataset|release|copy)",
}
"""What a source of a kind calls itself. "The post" in a fact-check is somebody else's."""
OTHERWISE: Final = r"(?:article|report|document|copy)"
THIS: Final = (
    r"(?:article|report|post|page|note|summary|paper|review|study|press release|release"
    r"|announcement|copy|outlet|site|check|text|story|piece|abstract|notice|statement|letter"
    r"|meta-analysis|law|ruling|document|newspaper|newsroom)"
)
"""What "this" can only mean the source itself."""
SAYS: Final = (
    r"(?:says?|said|adds?|added|reports?|reported|notes?|noted|describes?|described|argues?|argued"
    r"|explains?|explained|lists?|listed|gives?|gave|expects?|quotes?|quoted|calls?|called|states?"
    r"|stated|concludes?|concluded|mentions?|mentioned|names?|named|points?|pointed|finds?|found"
    r"|writes?|wrote|recalls?|cites?|cited|warns?|warned|stress(?:es|ed)?)"
)
VISIBLE: Final = re.compile(
    rf"\b[Tt]he (?:visible|available) (?:part|text)(?: of (?:the|this) {THIS})?\b"
)
REPORTED: Final = re.compile(
    rf"\b(?:according to|{SAYS}|told|announced|asked|answered|denied|testified|estimates?|estimated"
    r"|confirmed|rated|published|issued|claims?|claimed)\b",
    re.IGNORECASE,
)
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
OWN_VOICE: Final = re.compile(r"\b(?:I|we|We|our|Our|my|My)\b(?!\.)|[!?]")
"""A quoted speaker's own voice, or an outcry, is not the voice of a page."""
BRACKETED: Final = re.compile(r"\s\((\d[^()]*)\)")
DANGLING: Final = re.compile(
    r"^(?:(?:Under|In|For|After|Before|With|Of|By|At|On|Among|Some of) )?[Tt]he ([a-z][a-z-]+)\b"
)
KNOWN: Final = frozenset({"world", "sun", "moon", "earth", "public", "united", "number", "latest"})
"""Nouns that need nothing before them."""
WEEKDAY: Final = re.compile(
    r",?(?: early| late)? on (?:a|the) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?: (?:morning|afternoon|evening|night))?+\b(?! in [A-Z])"
    r"| on (?:a|the) (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?= in [A-Z])"
)
"""A weekday without a date tells a later reader nothing."""
LOWERED: Final = re.compile(
    r"^(?:A|An|The|In|On|At|Under|Two|Three|Four|Five|Many|Most|Several|No|About|From|After|Before"
    r"|For|With|Some|More|Officers|Officials|Experts|People|Researchers|Scientists|According|It"
    r"|They|He|She|Its|Their|His|Her|This|These|Those|That|Another|Others?|Both|One|Such|Then|Of"
    r"|By|To|Overall|Compared|Neither|Each|All|There|During|Since|Until|While|When|If|As)\b"
)
AT_THE_TIME: Final = re.compile(
    r"\b(?:(?:that|the same) (?:same )?(?:day|week|month|year|time)|at th(?:e|at) time"
    r"|at th(?:is|at) (?:stage|point)|(?:last|this|next) (?:week|month|year|night)|yesterday"
    r"|tomorrow)\b",
    re.IGNORECASE,
)
"""A time that only another sentence, or the day of publication, gives."""
INSTITUTION: Final = (
    r"(?:Act|Administration|Agency|Association|Board|Bureau|Center|Centre|Commission|Committee"
    r"|Council|Court|Department|Foundation|Institute|Ministry|Office|Organi[sz]ation|Panel"
    r"|Prevention|Service|Statistics|Justice|University|Union)"
)
BODY: Final = re.compile(
    rf"^(?:{INSTITUTION}|Academy|Journal|Meta-\w+) .*\b(?:of|on|for)\b|^[A-Z][\w ]* {INSTITUTION}$"
)
"""A name that takes an article in a sentence."""
FRAME: Final = re.compile(
    r"^(?:According to [^,]{3,60}, |[^\"“;:]{3,110}?\b(?:said|says?|reported|wrote|writes|added"
    r"|adds|stated|states|noted|notes|found|concluded|recalls|explained|explains|points out"
    r"|stress(?:es|ed)|argue[sd]|announced|testified|told [A-Z][\w ]{2,40})"
    r"(?: on [A-Z][a-z]+ \d+, \d{4},?)?(?:,? [^,]{3,60},)? (?:that|on) "
    r"|[^\"“;:]{3,60}?\b(?:describes|discussed|summarized|presents|carries|pointe?d? to|quotes"
    r"|covers|follows) )"
)
"""The words up to which a sentence says who says so; what follows is what is said."""
DOMAIN: Final = re.compile(r"^[a-z\d-]+(?:\.[a-z\d-]+)+$")
TOLD: Final = {"official": "stated", "law": "stated", "study": "wrote", "data": "stated"}


def speaker(source: Source) -> str:
    """The publisher's name as a sentence has it: "the Bureau of Justice Statistics"."""
    name = publisher(source)
    if not BODY.search(name):
        return name
    return f"the {name[0].lower() if name.startswith('Meta') else name[0]}{name[1:]}"


@dataclass(frozen=True)
class Casing:
    """Words that texts have in small letters only, and those that have a capital inside them."""

    small: frozenset[str] = frozenset()
    capital: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        small, capital = set[str](), set[str]()
        for text in texts:
            small |= set(re.findall(r"(?<![\w.])[a-z]{3,}\b", text))
            capital |= set(re.findall(r"(?<=[a-z,] )[A-Z][\w.]+\b", text))
        return cls(frozenset(small - {w.lower() for w in capital}), frozenset(capital))

    def sure(self, text: str) -> bool:
        """Whether it is known how the first word is written inside a sentence."""
        first = text.split(maxsplit=1)[0].rstrip(",")
        plain = not first.istitle() or first.removesuffix("'s") in self.capital
        return plain or bool(LOWERED.match(text)) or first.lower() in self.small


def opened(text: str) -> str:
    """Text that can open a sentence; a name spelled "amNewYork" or "example.org" stays."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text if re.search(r"[A-Z]|\.\w", first) else f"{text[:1].upper()}{text[1:]}"


def continued(text: str, casing: Casing = Casing()) -> str:
    """A sentence as it goes on behind a comma or "that": lower case where no name opens it."""
    first, _, rest = text.partition(" ")
    common = first.lower() in casing.small and not rest[:1].isupper()
    return f"{text[0].lower()}{text[1:]}" if LOWERED.match(text) or common else text


def standing_alone(text: str, source: Source) -> str:
    """Name the source where a sentence points at itself or says nothing of who reports it."""
    text = named(text, source)
    return text if attributed(text, source) else attribute(text, source)


def named(text: str, source: Source) -> str:
    """Put the source's name where a sentence calls it "the report" or "the visible text"."""
    name = speaker(source)
    text = WEEKDAY.sub("", BRACKETED.sub(r", \1,", text).replace(",,", ",").replace(",.", "."))
    itself = _itself(source)
    if name.lower() in text.lower():
        return text
    says = re.match(rf"^{itself} (?:(?:also|then) )?(?={SAYS}\b|(?:does|do) not )", text)
    if says:
        subject = f"The site {name}" if DOMAIN.match(name) else opened(name)
        return f"{subject} {text[says.end() :]}"
    if own := re.match(rf"^{itself}\b", text):
        noun = own[0].split(maxsplit=1)[1]
        bare = name.removeprefix("The ")
        if noun in name:
            return f"{opened(name)}{text[own.end() :]}"
        whose = f"{noun} by {name}" if name.startswith("the ") or "," in name else f"{bare} {noun}"
        return f"The {whose}{text[own.end() :]}"
    text = re.sub(rf"^According to {itself}\b", f"According to {name}", text)
    text = re.sub(rf"^According to (?:the|this) {_noun(source)}\b", f"According to {name}", text)
    return opened(VISIBLE.sub(name, text, count=1))


def attributed(text: str, source: Source) -> bool:
    """Whether a sentence says who reports it."""
    bare = speaker(source).removeprefix("the ")
    return bare.lower() in text.lower() or bool(REPORTED.search(text))


def attribute(text: str, source: Source, casing: Casing = Casing()) -> str:
    """Say at the end, or where a quotation ends the sentence at the start, who reports it."""
    bare, name = text.rstrip(), speaker(source)
    if bare.endswith(".") and not bare.endswith(('."', ".”")):
        return f"{bare[:-1]}, according to {name}."
    return f"According to {name}, {continued(bare, casing)}"


def dated(text: str, source: Source, casing: Casing = Casing()) -> str:
    """Say at the start who reports it and when; an address opens no sentence."""
    name, verb = opened(speaker(source)), TOLD.get(source.kind, "reported")
    if DOMAIN.match(name) or "," in name:
        return attribute(text, source, casing)
    when = f" on {day(source.published)}" if source.published else ""
    return f"{name} {verb}{when} that {continued(text, casing)}"


def fit(text: str) -> bool:
    """Whether a sentence can stand on a page at all."""
    return not OWN_VOICE.search(text) and not AT_THE_TIME.search(text)


def about_itself(text: str, source: Source) -> bool:
    """Whether a sentence's subject is its own source: "the article describes two clips"."""
    return bool(re.match(rf"^{_itself(source)}\b", text))


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
    """Whether a sentence says nothing without the one before it: it begins with a pronoun."""
    if EXPLETIVE.match(text):
        return False
    return bool(LEANS.match(text)) and not re.match(rf"^(?:This|That) {THIS}\b", text)


def _itself(source: Source) -> str:
    return rf"(?:The (?:short )?{_noun(source)}|Th(?:is|at) {THIS})"


def _noun(source: Source) -> str:
    return ITSELF.get(source.kind, OTHERWISE)

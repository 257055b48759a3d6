"""Words of a source as a page says them: who reports it and when, cases, brackets, weekdays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from agent.language.phrases import day, speaker
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
    r"\b[Tt]he (?:visible|available) (?:part|text|passage)"
    rf"(?: of (?:the|this) (?:passage|{THIS}))?\b"
)


REPORTED: Final = re.compile(
    r"\b(?:[Aa]ccording to|reported on|said|says|told (?:[A-Z]|reporters|the )|wrote|writes"
    r"|announced|testified|denied|concluded|warned|argued|confirmed|rated|described|"
    rf"(?:{SAYS}|asked|answered|estimates?d?|claims?|claimed|recalled) (?:[A-Z][\w ]+ )?that)\b"
)
"""Words by which a sentence names a speaker; "reported rapes" and "named in the letter" do not."""


QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”")


BRACKETED: Final = re.compile(r"\s\((\d[^()]*)\)")


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
    r"|By|To|Overall|Compared|Neither|Each|All|There|During|Since|Until|While|When|If|As|First"
    r"|Second|Third|Still|But|And|Also|Instead|However|Even|Here|Some|Only|Both|Him|Them|These"
    r"|Within|Without|Among|Between|Through|Despite|Against|Around|Over|Across|Because|Although"
    r"|Though|Where|Once|Not|Last|Next|Earlier|Later)\b"
)


FRAME: Final = re.compile(
    r"^(?:According to [^,]{3,60}, |[^\"“;:]{3,110}?\b(?:said|says?|reported|wrote|writes|added"
    r"|adds|stated|states|noted|notes|found|concluded|recalls|explained|explains|points out"
    r"|stress(?:es|ed)|argue[sd]|announced|testified|said to [A-Z][\w ]{2,40}"
    r"|told [A-Z][\w ]{2,40})"
    r"(?: on [A-Z][a-z]+ \d+, \d{4},?)?(?: \([^)]*\))?(?:,? [^,]{3,60},)? "
    r"(?:that|on(?! [A-Z][a-z]+ \d)) "
    r"|[^\"“;:]{3,60}?\b(?:describes|discussed|summarized|presents|carries|pointe?d? to|quotes"
    r"|covers|follows) )"
)
"""The words up to which a sentence says who says so; what follows is what is said."""


DOMAIN: Final = re.compile(r"^[a-z\d-]+(?:\.[a-z\d-]+)+$")


TOLD: Final = {"official": "stated", "law": "stated", "study": "wrote", "data": "stated"}


@dataclass(frozen=True)
class Casing:
    """Words that texts have in small letters only, and those that have a capital inside them."""

    small: frozenset[str] = frozenset()
    capital: frozenset[str] = frozenset()
    either: frozenset[str] = frozenset()
    """Words that texts have in both ways: "children", and "Children's Health Defense"."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        small, capital = set[str](), set[str]()
        for text in texts:
            small |= set(re.findall(r"(?<![\w.])[a-z]{3,}\b", text))
            capital |= set(re.findall(r"(?<=[a-z,] )[A-Z][\w.]+\b", text))
        both = small & {w.lower() for w in capital}
        return cls(frozenset(small - both), frozenset(capital), frozenset(both))

    def sure(self, text: str) -> bool:
        """Whether it is known how the first word is written inside a sentence."""
        first = text.split(maxsplit=1)[0].rstrip(",")
        if first.removesuffix("'s").lower() in self.either and not LOWERED.match(text):
            return False
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
    if re.match(rf"^{itself}\b", text):
        return with_noun(text, source)
    text = re.sub(rf"^According to {itself}\b", f"According to {name}", text)
    other = rf"(?:the|this) (?:{_noun(source)}|article|report|story|page|text)"
    text = re.sub(rf"^According to {other}\b(?! (?:by|of|from))", f"According to {name}", text)
    return opened(VISIBLE.sub(name, text, count=1))


def with_noun(text: str, source: Source) -> str:
    """What calls itself "the report" under the name of its publisher: "the AP report"."""
    own, name = re.match(rf"^{_itself(source)}\b", text), speaker(source)
    if own is None:
        return text
    noun = own[0].split(maxsplit=1)[1].removeprefix("short ")
    bare = name.removeprefix("The ")
    if noun in name:
        return f"{opened(name)}{text[own.end() :]}"
    whose = f"{noun} by {name}" if name.startswith("the ") or "," in name else f"{bare} {noun}"
    return f"The {whose}{text[own.end() :]}"


def attributed(text: str, source: Source) -> bool:
    """Whether a sentence says who reports it."""
    return names(text, source) or bool(REPORTED.search(text))


def names(text: str, source: Source) -> bool:
    """Whether a text has the name of a source's publisher."""
    return speaker(source).removeprefix("the ").lower() in text.lower()


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


def about_itself(text: str, source: Source) -> bool:
    """Whether a sentence's subject is its own source: "the article describes two clips"."""
    return bool(re.match(rf"^{_itself(source)}\b", text))


def _itself(source: Source) -> str:
    return rf"(?:The (?:short )?{_noun(source)}|Th(?:is|at) {THIS})"


def _noun(source: Source) -> str:
    return ITSELF.get(source.kind, OTHERWISE)

"""Words of a source as a page says them: who reports it and when, cases, brackets, weekdays."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from agent.language.lexicon import any_of, pattern
from agent.language.phrases import DOMAIN, day, publisher, speaker
from retrieval.types import Source

ITSELF: Final = {
    "news": ("story", "outlet", "piece"),
    "reference": ("summary", "entry", "site"),
    "fact-check": ("check", "fact[- ]check", "review", "copy"),
    "opinion": ("post", "piece", "site"),
    "advocacy": ("post", "site"),
    "official": ("announcement", "(?:press )?release", "notice", "order", "letter"),
    "law": ("law", "notice", "ruling", "order"),
    "study": ("study", "paper", "abstract", "letter", "review"),
    "data": ("announcement", "survey", "dataset", "release"),
}
"""What a source of a kind calls itself. "The post" in a fact-check is somebody else's."""
ANYTHING: Final = ("article", "report", "document", "copy")
"""What a source of any kind calls itself, but for a fact-check."""
THIS: Final = any_of("writing.documents")
"""What "this" can only mean the source itself."""
SAYS: Final = rf"(?:{any_of('writing.reporting')}|gives?|gave)"
VISIBLE: Final = re.compile(
    r"\b[Tt]he (?:visible|available) (?:part|text|passage)"
    rf"(?: of (?:the|this) (?:passage|{THIS}))?\b"
)
REPORTED: Final = pattern(
    r"\b(?:[Aa]ccording to|reported on|said|says|told (?:[A-Z]|reporters|the )|wrote|writes"
    r"|announced|testified|denied|concluded|warned|argued|confirmed|rated|described"
    r"|(?:{writing.reporting}|asked|answered) (?:[A-Z][\w ]+ )?that)\b"
)
"""Words by which a sentence names a speaker; "reported rapes" and "named in the letter" do not."""
QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”")
BRACKETED: Final = re.compile(r"\s\((\d[^()]*)\)")
AUTHORS: Final = re.compile(r"^The (?:authors|researchers|scientists)\b(?! of\b)")
"""Who speaks in a study; the page has to say of which one."""
WEEKDAY: Final = pattern(
    r",?(?: early| late)? on (?:a|the) (?i:{core.weekdays})"
    r"(?: (?:morning|afternoon|evening|night))?+\b(?! in [A-Z])"
    r"| on (?:a|the) (?i:{core.weekdays})(?= in [A-Z])"
)
"""A weekday without a date tells a later reader nothing."""
SMALL_WORDS: Final = any_of(
    *("core.stop", "core.determiners", "core.prepositions", "core.number_words", "writing.openers")
)
SMALL: Final = rf"(?!(?:I|May|Will)\b)(?=[A-Z][a-z]*\b)(?i:{SMALL_WORDS})\b"
"""A word with a capital that is no name but opens a sentence."""
LOWERED: Final = pattern("^" + SMALL)
FRAME: Final = pattern(
    r"^(?:According to [^,]{3,60}, |[^\"“;:]{3,110}?\b(?:{writing.reporting}|(?:said to|told)"
    r" [A-Z][\w ]{2,40})(?: on [A-Z][a-z]+ \d+, \d{4},?)?(?: \([^)]*\))?(?:,? [^,]{3,60},)? "
    r"(?:that|on(?! [A-Z][a-z]+ \d)) "
    r"|[^\"“;:]{3,60}?\b(?:describes|discusse[ds]|summarize[ds]|presents|carries|follows|points? to"
    r"|quotes|covers) )"
)
"""The words up to which a sentence says who says so; what follows is what is said."""
RELAYS: Final = re.compile(
    r"^According to [^,]{3,60}, $|\b(?:said|says|reported|reports|noted|notes|wrote|writes|stated"
    r"|states|explained|explains)\b[^;:]* that $"
)
"""Frames that only relay; "concluded that" and "found that" say who answers for it."""
LEANING: Final = pattern(r"^(?:{core.pronouns}|{core.determiners}|such|there)\b", re.IGNORECASE)
"""What may follow "reported that" and opens no sentence."""
ALSO: Final = re.compile(r"(?<=\w) also (?=\w)")
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


def capitalise_first(text: str) -> str:
    """Text that can open a sentence; a name spelled "amNewYork" or "example.org" stays."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text if re.search(r"[A-Z]|\.\w", first) else f"{text[:1].upper()}{text[1:]}"


def lower_first(text: str, casing: Casing = Casing()) -> str:
    """A sentence as it goes on behind a comma or "that": lower case where no name opens it."""
    first, _, rest = text.partition(" ")
    common = first.lower() in casing.small and not rest[:1].isupper()
    return f"{text[0].lower()}{text[1:]}" if LOWERED.match(text) or common else text


def name_reporter(text: str, source: Source) -> str:
    """Name the source where a sentence points at itself or says nothing of who reports it."""
    text = name_source(text, source)
    return text if names_reporter(text, source) else attribute(text, source)


def name_source(text: str, source: Source) -> str:
    """Put the source's name where a sentence calls it "the report" or "the visible text"."""
    name = speaker(source)
    if names_authors(text, source):
        text = AUTHORS.sub(rf"\g<0> of the study in {name}", text)
    text = WEEKDAY.sub("", BRACKETED.sub(r", \1,", text).replace(",,", ",").replace(",.", "."))
    itself = _itself(source)
    if name.lower() in text.lower():
        return text
    says = re.match(rf"^{itself} (?:(?:also|then) )?(?={SAYS}\b|(?:does|do) not )", text)
    if says:
        return f"{capitalise_first(name)} {text[says.end() :]}"
    if re.match(rf"^{itself}\b", text):
        return with_noun(text, source)
    text = re.sub(rf"^According to {itself}\b", f"According to {name}", text)
    other = rf"(?:the|this) (?:{_noun(source)}|article|report|story|page|text)"
    text = re.sub(rf"^According to {other}\b(?! (?:by|of|from))", f"According to {name}", text)
    return capitalise_first(VISIBLE.sub(name, text, count=1))


def with_noun(text: str, source: Source) -> str:
    """What calls itself "the report" under the name of its publisher: "the AP report"."""
    own, name = re.match(rf"^{_itself(source)}\b", text), speaker(source)
    if own is None:
        return text
    if nameless(source):
        rest = re.sub(r"^ of an? [A-Z][\w .-]*? (?:report|article|story)\b", "", text[own.end() :])
        return f"{capitalise_first(name)}{rest}"
    noun = own[0].split(maxsplit=1)[1].removeprefix("short ")
    bare = name.removeprefix("The ")
    if noun in name:
        return f"{capitalise_first(name)}{text[own.end() :]}"
    whose = f"{noun} by {name}" if name.startswith("the ") or "," in name else f"{bare} {noun}"
    return f"The {whose}{text[own.end() :]}"


def nameless(source: Source) -> bool:
    """Whether a source's publisher is known by its address alone."""
    return bool(DOMAIN.match(publisher(source)))


def names_reporter(text: str, source: Source) -> bool:
    """Whether a sentence says who reports it."""
    return names_publisher(text, source) or bool(REPORTED.search(text))


def names_publisher(text: str, source: Source) -> bool:
    """Whether a text has the name of a source's publisher, or of whose report it copies."""
    names = [speaker(source).removeprefix("the ")]
    if nameless(source) and source.syndicated_from:
        names.append(source.syndicated_from)
    return any(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names)


def attribute(text: str, source: Source, casing: Casing = Casing()) -> str:
    """Say at the end, or where a quotation ends the sentence at the start, who reports it."""
    bare, name = text.rstrip(), speaker(source)
    if bare.endswith(".") and not bare.endswith(('."', ".”")):
        return f"{capitalise_first(bare[:-1])}, according to {name}."
    return f"According to {name}, {lower_first(bare, casing)}"


def attribute_with_date(text: str, source: Source, casing: Casing = Casing()) -> str:
    """Say at the start who reports it and when; a site without a name opens no sentence."""
    name, verb = capitalise_first(speaker(source)), TOLD.get(source.kind, "reported")
    if nameless(source) or "," in name:
        return attribute(text, source, casing)
    when = f" on {day(source.published)}" if source.published else ""
    return f"{name} {verb}{when} that {lower_first(text, casing)}"


def about_itself(text: str, source: Source) -> bool:
    """Whether a sentence's subject is its own source: "the article describes two clips"."""
    return bool(re.match(rf"^{_itself(source)}\b", text))


def names_authors(text: str, source: Source) -> bool:
    """Whether a sentence of a study opens with its authors, whom its page names by the study."""
    return source.kind == "study" and bool(AUTHORS.match(text))


def _itself(source: Source) -> str:
    return rf"(?:The (?:short )?{_noun(source)}|Th(?:is|at) {THIS})"


def _noun(source: Source) -> str:
    own = ITSELF.get(source.kind, ())
    return f"(?:{'|'.join(own if source.kind == 'fact-check' else (*own, *ANYTHING))})"


def told_plainly(text: str, source: Source) -> str:
    """A sentence without "so-and-so reported that" where so-and-so is its own publisher.

    What a publisher concluded, found or denied stays its own: only reporting verbs go.
    """
    frame = FRAME.match(text)
    if not frame or not RELAYS.search(frame[0]) or not names_publisher(frame[0], source):
        return text
    plain = capitalise_first(text[frame.end() :])
    return text if LEANING.match(plain) else plain


def without_also(text: str) -> str:
    """A sentence without the "also" that leans on what was said before it."""
    return ALSO.sub(" ", text, count=1)

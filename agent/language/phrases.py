"""How a page names publishers, counts, dates and lists things in words."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from agent.language import lexicon
from agent.language.verbs import third
from retrieval.types import Source

INSTITUTION: Final = lexicon.any_of("core.institutions")
BODY: Final = re.compile(
    rf"^(?:{INSTITUTION}|Academy|Journal|Meta-\w+) .*\b(?:of|on|for)\b|^[A-Z][\w ]* {INSTITUTION}$"
)
"""A name that takes an article in a sentence."""


DOMAIN: Final = re.compile(r"^[a-z\d-]+(?:\.[a-z\d-]+)+$")
"""The name of a publisher that is known by its address alone."""
UNNAMED: Final = {
    "news": "a news site",
    "reference": "a reference site",
    "fact-check": "a fact-checking site",
    "opinion": "an opinion site",
    "advocacy": "an advocacy site",
    "official": "an official site",
}
"""What a publisher without a name is called in a sentence, by the kind of its source."""


def publisher(source: Source) -> str:
    """The publisher's name without what stands in brackets behind it."""
    return source.publisher.split(" (")[0].strip()


def speaker(source: Source) -> str:
    """The publisher's name as a sentence has it: "the Bureau of Justice Statistics".

    An address is no name: whose report is copied there is said, else what kind of site it is.
    """
    name = publisher(source)
    if DOMAIN.match(name):
        first = source.syndicated_from
        return f"a copy of the {first} report" if first else UNNAMED.get(source.kind, "a site")
    if not BODY.search(name):
        return name
    return f"the {name[0].lower() if name.startswith('Meta') else name[0]}{name[1:]}"


def outlet(source: Source) -> str:
    """Who published what is cited; of a copy also who published it first.

    "KOMC (report first published by AP)": the reader opens the copy, and one origin speaks in it.
    """
    first = source.syndicated_from
    if not first or first in publisher(source):
        return speaker(source)
    if DOMAIN.match(publisher(source)):
        return f"{first} (in a copy)"
    return f"{speaker(source)} (report first published by {first})"


WORDS: Final = ("no", *lexicon.word_list("core.number_words").words[1:10])


def day(when: date) -> str:
    """January 27, 2026."""
    return f"{when:%B} {when.day}, {when.year}"


def span(dated: Sequence[date]) -> str:
    """On January 7, 2026; from January 7, 2026 to May 1, 2026."""
    first, last = dated[0], dated[-1]
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def number(count: int) -> str:
    """Words up to nine, then digits."""
    return WORDS[count] if count < len(WORDS) else str(count)


def sources_cited(count: int) -> str:
    """Three cited sources."""
    return f"{number(count)} cited {'source' if count == 1 else 'sources'}"


def verb_for(count: int, verb: str) -> str:
    """The verb in the present tense for so many of a thing."""
    if count != 1:
        return verb
    return third(verb)


def is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def origins(count: int) -> str:
    return "origin" if count == 1 else "origins"


def listed(parts: Sequence[str]) -> str:
    """A, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

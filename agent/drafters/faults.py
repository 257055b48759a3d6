"""What no sentence of a page may have, whatever its writer was and whatever its words rest on.

These rules are exact and stricter than the verifier's: a figure, a name, an address or another
script that the cited words do not have is a fault before anything is scored.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from typing import Final

from agent import absence
from agent.drafters.leaning import INSTRUCTS, MARKUP, OWN_VOICE, QUOTED
from agent.words import content
from retrieval.sentences import sentences

LONGEST: Final = 70
"""Words of a sentence."""
ADDRESS: Final = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b|\S+@\S+", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d+")
NUMBERS: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905
OPENERS: Final = (
    r"According|Authorities|Both|Documents|During|Figures|Investigators|Lawmakers|Officials|People"
    r"|Police|Reporting|Reports|Researchers|Residents|Two|Three|Four|Several|Another|Since|Until"
    r"|Separately|Meanwhile|Earlier|Later|Although|While|After|Before|Under|Among|Citing|Neither"
)
NAME: Final = re.compile(rf"\b(?!(?:{OPENERS})\b)[A-Z][\w'’.-]*\w")
"""Words in capitals or with a capital, but for those that often open a sentence."""
OPENER: Final = re.compile(r"([A-Z][a-z]+)(?= [a-z])")
"""The first word, where no second word with a capital makes a name of it."""
SCRIPTS: Final = ("LATIN ", "DIGIT ")


def faults(text: str, held: str, small: Container[str] = ()) -> Iterator[str]:
    """Name each fault of a sentence.

    Args:
        text: One line of visible characters.
        held: The words it cites, and who published them when, in small letters.
        small: Words that are no names, though they may open a sentence with a capital.
    """
    yield from _of_form(text)
    opener = OPENER.match(text)
    plain = opener and opener[1].lower() in small
    yield from _of_substance(text[opener.end(1) :] if opener and plain else text, held)


def _of_form(text: str) -> Iterator[str]:
    unquoted = QUOTED.sub("", text)
    if not content(text):
        yield "it says nothing"
    if len(text.split()) > LONGEST:
        yield f"it is longer than {LONGEST} words"
    if len(sentences(text)) > 1:
        yield "it is more than one sentence"
    if MARKUP.search(text):
        yield "it carries marks that are not prose"
    if INSTRUCTS.search(unquoted):
        yield "it gives instructions instead of saying what a source says"
    if OWN_VOICE.search(unquoted):
        yield "it asks, exclaims or speaks in the first person"
    if absence.is_absence(text):
        yield "it speaks of what the record lacks, which only a search can tell"


def _of_substance(text: str, held: str) -> Iterator[str]:
    known = set(content(held))
    if any(a[0].lower() not in held for a in ADDRESS.finditer(text)):
        yield "it writes an address that the words it cites do not have"
    if any(_foreign(c) and c.lower() not in held for c in text):
        yield "it uses letters or digits of another script than the words it cites"
    if set(FIGURE.findall(text)) - _figures(held):
        yield "it has a figure that the words it cites do not have"
    if names := [n for n in NAME.findall(text) if not set(content(n)) <= known]:
        yield f"the words it cites do not have {names[0]!r}"


def _foreign(character: str) -> bool:
    """Whether it is a letter or a digit that looks like a Latin one, or is none."""
    return character.isalnum() and not unicodedata.name(character, "").startswith(SCRIPTS)


def _figures(held: str) -> set[str]:
    """The runs of digits in a text, small numbers in words among them."""
    spelled = {str(n) for n, word in enumerate(NUMBERS) if re.search(rf"\b{word}\b", held)}
    return spelled | set(FIGURE.findall(held))

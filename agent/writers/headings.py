"""Headings that are findings: what a sentence of the section says, without who says it."""

import re
from collections.abc import Sequence
from typing import Final

from agent.claims.questions import finite
from agent.language.absences import is_absence
from agent.language.text import expanded
from agent.types import Kind, Sentence
from agent.writers.anaphora import LEANS
from agent.writers.attribution import FRAME

LENGTH: Final = range(4, 15)
"""Words of a heading."""
IN_COMMON: Final = 2
"""Words of the claim that a heading must have: what is beside the claim is no finding on it."""
CLOSING: Final = re.compile(r",? according to [^,;]+$")
UNFIT: Final = re.compile(
    r"[\"“”;:()]|\b(?:said|says|told|reported|wrote|noted|describes?|carries)\b"
)
"""Marks and verbs that a heading does without."""


def find_heading(sentences: Sequence[Sentence], claim: str) -> Sentence | None:
    """The finding of the section that is nearest to the claim, short enough for a heading.

    It is cited as its sentence is, and verified like one.
    """
    asked = set(expanded(claim))
    found = [(text, s) for s in sentences if s.kind is Kind.FINDING and (text := _bare(s.text))]
    best = max(found, key=lambda f: len(asked & set(expanded(f[0]))), default=None)
    if best is None or len(asked & set(expanded(best[0]))) < IN_COMMON:
        return None
    return Sentence(text=best[0], citations=best[1].citations)


def _bare(text: str) -> str | None:
    """What a sentence says, without who says it; nothing where that is no heading."""
    said = FRAME.sub("", text.rstrip(" .")).strip()
    said = CLOSING.sub("", said).split(";")[0].strip()
    plain = not UNFIT.search(said) and not LEANS.match(said) and not is_absence(said)
    if not plain or len(said.split()) not in LENGTH or not finite(said):
        return None
    return f"{said[0].upper()}{said[1:]}"

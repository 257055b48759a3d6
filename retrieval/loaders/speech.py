"""Words that a text passes on and does not say itself, stored so that they are known for it."""

import re

from retrieval.sentences import split_sentences

_DENIED = re.compile(
    r"(?:that|this|it|which|the (?:claim|statement|post|story|rumou?r|message|quote|quotation))"
    r"(?: \w+){0,3}? (?:is|was|are|were|isn't|isn’t)(?: \w+){0,2}? (?:false|untrue|not true|wrong"
    r"|incorrect|fake|a (?:hoax|myth|lie|fake)|fabricated|invented|made up|true|baseless|unfounded)"
    r"(?=\s*(?:[.,;:!?—–]|$|(?:and|but|because|as|according)\b))",
    re.IGNORECASE,
)
_TRUE = re.compile(r"(?<!not) true$", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|hardly)\b|n['’]t\b", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:the |viral |false |main )?(?:claims?|allegations?|rumou?rs?|myths?|hoax|what (?:was|is)"
    r" (?:claimed|said)|earlier version)(?: #?\d+)?\s*[:–—]\s+(?=\S)",
    re.IGNORECASE,
)
_MARKS = str.maketrans({"“": "‘", "”": "’", '"': "'"})
LEAST = 4
"""Words from which on what follows a label is a statement and not a name."""


def quote_statement(text: str, behind: str = "") -> str:
    """Write a block quotation so that each sentence of it says that it is quoted.

    Where the text goes on with "That is false", it is written as a claim that is false.

    Args:
        text: what is quoted, on one line.
        behind: the paragraph after it.
    """
    text = text.strip().strip('“”"')
    if not re.search(r"\w", text):
        return text
    spans = split_sentences(text)
    opening = behind[: split_sentences(behind)[0][1]] if behind.strip() else ""
    if len(spans) == 1 and _is_denial(opening):
        what = text.translate(_MARKS).rstrip(".!")
        return f"The claim that “{what}” is false, this text says."
    said = (f"According to a quoted statement: “{text[a:b].translate(_MARKS)}”" for a, b in spans)
    return " ".join(said)


def mark_speech(paragraph: str) -> str:
    """Write a paragraph that is headed "Claim:" or the like so that it quotes the claim."""
    found = _LABEL.match(paragraph)
    return paragraph if found is None else _quote_claim(paragraph, found)


def _quote_claim(paragraph: str, found: re.Match[str]) -> str:
    what = paragraph[found.end() :]
    if "\n" in what or len(what.split()) < LEAST or what[0] in '“"':
        return paragraph
    label = paragraph[: found.end()].rstrip(" :–—\n")
    said = (f"{label}: “{what[a:b].translate(_MARKS)}”" for a, b in split_sentences(what))
    return " ".join(said)


def _is_denial(sentence: str) -> bool:
    found = _DENIED.match(sentence)
    if found is None:
        return False
    denies = bool(_NOT.search(found[0].removesuffix("not true")))
    return denies == bool(_TRUE.search(found[0]))

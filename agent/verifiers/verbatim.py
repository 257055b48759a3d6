"""Sentences that stand word for word in the evidence, with nothing cut off that turns them."""

import re
from functools import cache

from agent.checks.frames import DOCUMENTS, frames
from agent.checks.normalise import content, squash
from agent.checks.reading import Reading

_LEAST = 4
"""Content words below which the same words may mean anything."""
_TURNS = re.compile(
    r"\b(?:not|no|never|nobody|nothing|neither|without|den\w+|fals\w+|fake|if|unless|whether|that"
    r"|may|might|could|alleg\w+|claim\w*|until|except|but|although|though|rumou?r\w*|suppos\w+"
    r"|\w*lie\w?|hoax\w*|wrong\w*|incorrect\w*|question\w*|ask\w*|would|had|should)\b|n't\b"
)
_OWN_WORDS = frozenset(content("report article post copy page text note"))
"""What a source may be called beside its publisher's name."""
_ENDS = re.compile(r"[.!?][\"']?(?=\s)")
_VERBS = r"(?:reported|reports|said|says|wrote|writes|noted|notes|stated|states)"
_ITSELF = re.compile(rf"(?:The|This) (?:\w+ )?(?:{DOCUMENTS})(?= [a-z])")
_OPENING = re.compile(
    rf"(?:According to (?P<by>[^,]+), |(?P<who>[^,]+?) {_VERBS}"
    r"(?: on [A-Z][a-z]+ \d+(?:, \d{4})?,?)? that )(?P<rest>.+)"
)
_CLOSING = re.compile(
    rf"(?P<rest>.+), (?:according to (?P<by>[^,]+?)|(?P<who>[^,]+?) {_VERBS})(?P<end>[.!]?)"
)


def unframed(claim: str, reading: Reading) -> str:
    """Give a claim without the words that name the publisher of an extract as who says it.

    Every checker still sees them; they are only not looked for in the publisher's own text.
    """
    names = [e.publisher.split(" (")[0].strip() for e in reading.extracts if e.publisher]
    publishers = {squash(name).removeprefix("the ") for name in names}
    for name in names:
        claim = _named(name).sub(r"\1\2", claim)
    for pattern in (_OPENING, _CLOSING):
        found = pattern.fullmatch(claim)
        if found and _is_one_of(found["by"] or found["who"], publishers, reading):
            return found["rest"]
    return next((told for n in names if (told := _of_itself(claim, n, reading))), claim)


def _is_one_of(speaker: str, publishers: set[str], reading: Reading) -> bool:
    """Tell whether a speaker is a publisher, by name or by words that are all in its name."""
    if squash(speaker).removeprefix("the ") in publishers:
        return True
    said = set(content(speaker)) - _OWN_WORDS
    names = (set(content(e.publisher)) for e in reading.extracts if e.publisher)
    return bool(said) and any(said <= name for name in names)


def _of_itself(claim: str, publisher: str, reading: Reading) -> str | None:
    """Give "The Gazette describes a flood" as the text has it: "The article describes a flood"."""
    opening = re.match(rf"(?:The )?{re.escape(publisher.removeprefix('The '))} (?=[a-z])", claim)
    if opening is None:
        return None
    rest = claim[opening.end() :]
    lines = reading.close(frozenset(content(rest)))
    itself = next((m for line in lines if (m := _ITSELF.match(line.text))), None)
    return f"{itself[0]} {rest}" if itself else None


@cache
def _named(publisher: str) -> re.Pattern[str]:
    """A publisher's name in "The Gazette report says", "the ruling by the Gazette"."""
    name = re.escape(publisher.removeprefix("The "))
    return re.compile(
        rf"^(The ){name} (?=[a-z])|( (?:{DOCUMENTS})) (?:from|by) (?:[Tt]he )?{name}\b"
    )


def verbatim(claim: str, reading: Reading) -> bool:
    """Tell whether an extract has the claim word for word and whole.

    The words around it in the same sentence must not report, deny, hedge or condition it: "X denied
    that P" has P word for word and does not carry it.
    """
    said = _bare(claim)
    plain = _bare(said.replace('"', ""))  # quotation marks say no more than that it is verbatim
    itself = re.sub(r"^the ", "this ", plain)  # "this post", as a source calls itself
    forms = dict.fromkeys((said, plain, itself))
    return any(_carries(_bare(text), form) for text in reading.flat for form in forms)


def _bare(text: str) -> str:
    return re.sub(r"[.!?\s]+$", "", squash(text))


def _carries(text: str, said: str) -> bool:
    if len(content(said)) < _LEAST:
        return False
    at = text.find(said)
    while at >= 0:
        before, after = _rest_of_sentence(text, at, at + len(said))
        if _whole(before, after):
            return True
        at = text.find(said, at + 1)
    return False


def _rest_of_sentence(text: str, start: int, end: int) -> tuple[str, str]:
    ends = [m.end() for m in _ENDS.finditer(text, 0, start)]
    close = _ENDS.search(text, max(0, end - 1))
    before = text[ends[-1] if ends else 0 : start].strip()
    return before, text[end : close.start() if close else len(text)].strip(" .!?\"'")


def _whole(before: str, after: str) -> bool:
    """Tell whether what stands around the words leaves them their meaning."""
    if before and (before[-1] not in ",;:" or frames(before) or _TURNS.search(before)):
        return False
    return not after or (after[0] in ",;" and not frames(after) and not _TURNS.search(after))

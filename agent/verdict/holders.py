"""Who holds what a sentence says: its publisher, or somebody whose words it reports."""

import re
from typing import Final

from agent.checks.frames import Frame, frames, opens, reaches_back
from agent.checks.normalise import content
from agent.naming import INSTITUTION
from retrieval.types import Source

OWN_VIEW: Final = re.compile(
    r"(?:claim|alleg|argu|contend|insist|assert|believ|complain|speculat|think|reckon|den(?:y|ie)"
    r"|disput|doubt|accus|supposed|purported|so-called|rumou?r|theory|critics?)",
    re.IGNORECASE,
)
"""Words that make what follows a party's own view, whoever the party is."""
SUBJECT: Final = re.compile(
    r"^(?:[^,;:]*[,;:] )*(?P<who>[^,;:]+?)(?: (?:had|has|have|also|later))?$"
)
"""Who speaks, before the verb."""
PERSON: Final = re.compile(r"\b(?:[A-Z][\w'’.-]+ )+[A-Z][\w'’-]+$")
HEARSAY: Final = re.compile(
    r"(?:the )?(?:they|he|she|it|some|others|many|people|users?|posts?|clips?|videos?|supporters"
    r"|opponents|believers|authors of the post)\b",
    re.IGNORECASE,
)
BODY: Final = re.compile(rf"\b(?:{INSTITUTION}|[A-Z]{{2,6}}|Police|Court|Council|Agency|News)\b")


def holder_of(text: str, source: Source) -> str:
    """Who holds what the sentence says; nothing where its publisher does.

    What a person says, and what anybody claims, believes or alleges, is that person's; what a
    court, an agency or a study is reported to have found is what its publisher goes by.
    """
    for frame in frames(text):
        if frame.document or not (opens(frame, text) or reaches_back(frame, text)):
            continue
        who = _speaker(text, frame)
        if set(content(who)) & set(content(source.publisher)):
            continue
        if OWN_VIEW.match(text[frame.start : frame.end]):
            return who or "somebody"
        if HEARSAY.match(who) or (PERSON.search(who) and not BODY.search(who)):
            return who
    return ""


def _speaker(text: str, frame: Frame) -> str:
    """The words that name who speaks."""
    if text[frame.start : frame.end].casefold() == "according to":
        return re.split(r"[,;:.]", text[frame.end :], maxsplit=1)[0].strip()
    before = text[: frame.start].strip()
    if reaches_back(frame, text) and before.endswith(","):
        return text[frame.end :].strip(" .,") or before.rpartition(",")[0].rpartition(",")[2]
    found = SUBJECT.match(before)
    return found["who"].strip() if found else ""

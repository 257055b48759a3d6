"""Text as it is stored, quoted and searched: normalised once, here, before any offset is taken."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from retrieval.loaders.typesetting import join_broken, settle_raised

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u180e\u200b-\u200d\u2060-\u2065\ufeff\ufff9-\ufffb"  # soft hyphens, zero width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # direction marks and overrides
    "\ufe00-\ufe0f\U000e0000-\U000e01ef"  # variation selectors, tag characters
    "\ud800-\udfff]"  # halves of a character, which JSON can smuggle in
)
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLOCK = re.compile(r"\s*(?:[-*+>|#]|\d{1,3}[.)]\s|```)")
BROKEN_WORD = re.compile(r"([^\W_]*[a-z])-$")
"""A word broken at the end of a line."""
FIRST_WORD = re.compile(r"[^\W_]+")
_WHOLE_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?!-$)\b")
_LIGATURES = {n: unicodedata.normalize("NFKC", chr(n)) for n in range(0xFB00, 0xFB07)}
_ITEM = re.compile(r"[•▪‣◦●■○] ?")

LONGEST_WORD = 60
"""Characters that are looked at for a word broken at a line's end."""
WRAPPED = 120
"""Characters. Lines wrapped by a person or a typesetter are shorter; longer ones are paragraphs."""
SHORT = 0.7
"""A line shorter than this share of the usual measure ends its paragraph or is a heading."""


def normalise(text: str) -> str:
    r"""Return `text` in NFC with `\n` line ends, plain spaces and nothing a reader cannot see.

    Ligatures become letters, and raised figures stand apart from the number before them.
    Invisible characters go because they hide words from a person and from a checker alike:
    zero-width characters, bidirectional overrides, Unicode tags, control characters.
    Idempotent, so a snapshot can be normalised again without moving an offset.
    """
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES)
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    text = settle_raised(text)
    lines = (line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def squash(text: str) -> str:
    """Letters and figures alone, in one case: texts are alike if these are."""
    return re.sub(r"\W+", "", text).casefold()


def one_line(text: str) -> str:
    """Normalise a title or a name: no line breaks, single spaces."""
    return " ".join(normalise(text).split())


def unwrap_markdown(text: str) -> str:
    """Join the wrapped lines of a paragraph; lists, headings, quotes, tables keep theirs."""
    out: list[str] = []
    for before, line in pairwise(["", *text.split("\n")]):
        keeps = before.lstrip().startswith(("#", "|", "```"))
        goes_on = before and line and not keeps and not _BLOCK.match(line)
        out += [" ", line.strip()] if goes_on else ["\n", line]
    return "".join(out[1:])


def unwrap_typeset(text: str, measure: int = 0, known: frozenset[str] = frozenset()) -> str:
    """Turn typeset lines back into paragraphs set apart by blank lines.

    A line goes on in the next one unless it is clearly shorter than the measure and the next line
    does not start in lower case. Words broken at a line's end are mended.

    Args:
        text: lines.
        measure: as of `find_measure`, of these lines if it is 0.
        known: as of `list_words`, of these lines if it is empty.
    """
    lines = [line.strip() for line in text.split("\n")]
    measure = measure or find_measure(lines)
    known = known or list_words(lines)
    if measure > WRAPPED:
        return "\n\n".join(line for line in lines if line)
    out = lines[:1]
    for before, line in pairwise(lines):
        ends = len(before) < SHORT * measure and not line[:1].islower()
        near_end = max(0, len(out[-1]) - LONGEST_WORD)
        broken = BROKEN_WORD.search(out[-1], near_end) if line[:1].islower() else None
        if not line or not before or ends or _ITEM.match(line):
            out += ["\n\n", line]
        elif broken and (tail := FIRST_WORD.match(line)):
            word = join_broken(broken[1], tail[0], known)
            out[-1] = f"{out[-1][: broken.start()]}{word}{line[tail.end() :]}"
        else:
            out += ["" if before.endswith("-") else " ", line]
    return normalise("".join(out))


def find_measure(lines: Iterable[str]) -> int:
    """The usual length of a full line: the ninth decile of lengths, in characters."""
    lengths = sorted(len(line) for line in lines if line)
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def list_words(lines: Iterable[str]) -> frozenset[str]:
    """Words of lines in lower case, with their hyphens; those broken at a line's end left out."""
    return frozenset(
        word.lower() for line in lines for word in _WHOLE_WORD.findall(line) if "-" in word
    )

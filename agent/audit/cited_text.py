"""A cited text as it is checked: its title, sentences, headings and list of sources."""

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field

from agent.types import Citation, Kind, Value


class UnreadableText(ValueError):
    """There is nothing to check in a text; `advice` is the next step for a person."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.args[0]} {self.advice}"


_FOLLOWING: Final = re.compile(
    r"(?i)utm_\w+|at_(?:medium|campaign|format|link_\w+|bbc_team|ptr_\w+)|mc_[ce]id|_ga|_gl|gclid|gclsrc"
    r"|[gw]braid|gad_source|dclid|fbclid|msclkid|twclid|ttclid|li_fat_id|igshid|igsh|yclid|mkt_tok|cmpid"
    r"|ocid|smid|smtyp|taid|_hsenc|_hsmi|vero_id|oly_(?:anon|enc)_id|s_cid|wt\.mc_id|ref_src|ref_url"
)
"""Parameters that tell where a reader came from and nothing of the page."""


Address = tuple[str, str, tuple[tuple[str, str], ...]]
"""Host, path and parameters of an address, as they are compared."""


def comparable(url: str) -> Address:
    """Give what two spellings of one address share.

    Scheme, "www.", fragment, final slash, order of parameters and parameters that follow a reader
    around (`utm_source`) make no difference. What is no address is compared as it stands.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # for example an unclosed bracket in the host
        return "", url.strip(), ()
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(pair for pair in asked if not _FOLLOWING.fullmatch(pair[0]))
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), tuple(kept)


class CitedSource(Value):
    """One entry of a list of sources."""

    number: int
    title: str = ""
    url: str | None = None
    line: str = ""
    """The entry as it was written."""
    id: str | None = None
    """Id in the library, where the text says it."""
    linked: bool = False
    """Cited by a link in the text, not in its list; the number is then ours."""

    @property
    def name(self) -> str:
        """What a report calls it: its number, or the address that is cited."""
        return (self.url or self.title) if self.linked else f"[{self.number}]"


class CitedSentence(Value):
    """One sentence without its markers."""

    text: str = Field(min_length=1)
    section: str = ""
    """Heading that it stands under, without its number."""
    numbers: tuple[int, ...] = ()
    """What it cites, as given: repeated and unknown numbers included."""
    line: int | None = None
    """Line of its first character, from 1; None for a page read from JSON."""
    start: int | None = None
    end: int | None = None
    """Characters of the text (lines ended by one character) between which it stands."""
    kind: Kind | None = None
    """Known for a page read from JSON."""
    citations: tuple[Citation, ...] = ()
    """Spans, for a page read from JSON."""


class CitedHeading(Value):
    """A heading over sentences, without its number."""

    text: str = Field(min_length=1)
    line: int | None = None
    """Line of the file, from 1; None for a page read from JSON."""


class CitedText(Value):
    """A page or any other text with citations."""

    title: str = ""
    asked: bool = False
    """The title is what somebody asked, as it is known to be for a page read from JSON."""
    verdict: str = ""
    """The word after "Verdict:", where the text has such a line before its first heading."""
    headings: tuple[CitedHeading, ...] = ()
    sentences: tuple[CitedSentence, ...] = Field(min_length=1)
    sources: tuple[CitedSource, ...] = ()
    draft: str = ""
    """Id of the draft that the file says it is, where it is one of ours."""

    def source(self, number: int) -> CitedSource | None:
        """The first entry of that number in the list of sources."""
        return next((s for s in self.sources if s.number == number), None)

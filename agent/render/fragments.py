"""Addresses that open a page at a passage, highlighted: text fragments.

Syntax `#:~:text=[prefix-,]start[,end][,-suffix]`, from
https://wicg.github.io/scroll-to-text-fragment/.
"""

from urllib.parse import quote, urlsplit

from retrieval.types import Passage

EDGE_WORDS = 5
"""Words at each end of a long quote; the browser finds the stretch between them."""
LONG = 12
"""A quote of more words is given by its ends: long exact matches break on any change of markup."""
CONTEXT_WORDS = 3
"""Words before and after a quote that occurs more than once in its passage."""


def safe_url(url: str) -> str | None:
    """The address, percent-encoded, if it is one that a reader may be sent to (http or https)."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:  # for example an unclosed bracket in the host
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "[" in parts.netloc:
        return None
    if any(c.isspace() or not c.isprintable() for c in url):
        return None
    return quote(url, safe="%/:?#@!$&'()*+,;=~")


def link(passage: Passage, start: int, end: int) -> str | None:
    """The address of a passage's source, opened at `snapshot[start:end]`.

    A paginated source also names its page. None where the address is not http or https.
    """
    url = safe_url(passage.source.url)
    if url is None:
        return None
    if "#" not in url:
        url += f"#page={passage.page}" if passage.page else "#"
    return f"{url}:~:text={directive(passage.text, start - passage.start, end - passage.start)}"


def directive(text: str, start: int, end: int) -> str:
    """The value of `text=` that finds `text[start:end]`."""
    wanted = text[start:end]
    lines = [line.split() for line in wanted.splitlines() if line.strip()]
    if len(lines) > 1 or sum(map(len, lines)) > LONG:
        # An end must lie inside one block of the page, so neither crosses a line.
        parts = [lines[0][:EDGE_WORDS], lines[-1][-EDGE_WORDS:]]
    else:
        parts = lines
    value = ",".join(map(_encode, parts))
    if _occurrences(text, wanted if len(parts) == 1 else " ".join(parts[0])) < 2:
        return value
    before = text[:start].rpartition("\n")[2].split()[-CONTEXT_WORDS:]
    after = text[end:].partition("\n")[0].split()[:CONTEXT_WORDS]
    prefix = f"{_encode(before)}-," if before else ""
    suffix = f",-{_encode(after)}" if after else ""
    return prefix + value + suffix


def _occurrences(text: str, words: str) -> int:
    """Count as browsers search: without regard to case and to the width of white space."""
    return " ".join(text.casefold().split()).count(" ".join(words.casefold().split()))


def _encode(words: list[str]) -> str:
    # `-`, `,` and `&` are syntax in a directive; quote() leaves the first alone.
    return quote(" ".join(words), safe="").replace("-", "%2D")

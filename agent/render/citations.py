"""Numbers of sources on a page, and links to the cited words."""

from collections.abc import Iterable
from typing import Self
from urllib.parse import quote, urlsplit

from agent.types import CheckedSentence, Citation, Evidence, Page, Value
from retrieval.types import Passage, Source

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

    A paginated source also names its page. The words of a summary do not stand at its address,
    so there the address is all. None where it is not http or https.
    """
    url = safe_url(passage.source.url)
    if url is None or passage.source.is_summary:
        return url
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


class Numbering(Value):
    """The sources of one page in the order of their numbers; the first has number 1."""

    sources: tuple[Source, ...]

    @classmethod
    def of(cls, page: Page) -> Self:
        """Number the sources that a page cites.

        Raises:
            ValueError: a citation does not hold the words of its passage.
        """
        cited = (c for sentence in page.sentences() for c in sentence.citations)
        sources = {p.source.id: p.source for p in (resolve(c, page.evidence) for c in cited)}
        return cls(sources=tuple(sources.values()))

    def __getitem__(self, source_id: str) -> int:
        """Number of a source. Raises KeyError for a source that the page does not cite."""
        for number, source in enumerate(self.sources, 1):
            if source.id == source_id:
                return number
        raise KeyError(source_id)

    def group(self, citations: Iterable[Citation]) -> tuple[int, ...]:
        """The numbers of one sentence in the order of its citations, each once."""
        return tuple(dict.fromkeys(self[c.source] for c in citations))

    def marked(self, sentence: CheckedSentence) -> str:
        """`[2] [5]`."""
        return " ".join(f"[{n}]" for n in self.group(sentence.citations))


def resolve(citation: Citation, evidence: Evidence) -> Passage:
    """The passage that a citation points into, after holding the quote against its text.

    Raises:
        ValueError: no such passage in the evidence, or other words stand at the span.
    """
    passage = evidence.passage(citation.passage)
    if passage is None or passage.source.id != citation.source:
        raise ValueError(
            f"{citation.source}/{citation.passage} is not in the evidence of this page. "
            "Draft the question again."
        )
    if not citation.is_in(passage):
        raise ValueError(
            f"The passage {citation.passage} does not hold the quote {citation.quote!r} at its "
            "span. Draft the question again; `verdict library verify` tests the library."
        )
    return passage

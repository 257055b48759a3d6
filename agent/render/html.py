"""A page as one HTML file: no script, nothing fetched, every quote a hover or a Tab away."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from itertools import count
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from agent.render import wording
from agent.render.citations import Numbering, link, resolve, safe_url
from agent.types import CheckedSentence, Citation, Insufficient, Kind, Page, VerdictLabel
from retrieval.types import Source

GLYPHS = {
    VerdictLabel.SUPPORTED: "✓",
    VerdictLabel.MIXED: "≈",
    VerdictLabel.REFUTED: "✗",
    VerdictLabel.UNPROVEN: "?",
}
TIERS = {
    1: "primary, official, peer-reviewed or signatory fact-checker",
    2: "established news",
    3: "advocacy, opinion or aggregator",
}
LIBRARY = "Text of the library"
KINDS = {
    Kind.INFERENCE: "what the findings do and do not amount to",
    Kind.ABSENCE: "rests on a search of everything in scope",
    Kind.OUTLOOK: "what to watch",
}


class Quote(NamedTuple):
    """The words of one cited passage and, where the source is on the web, their address."""

    words: str
    href: str | None
    lead: str = ""
    """What stands before words that are not known to be a publisher's own, in place of marks."""


class Mark(NamedTuple):
    """One number behind a sentence and what it stands for."""

    id: str
    number: int
    source: Source
    quotes: list[Quote]


class Shown(NamedTuple):
    """A sentence as the template writes it: body, marks, stop."""

    id: str
    body: str
    stop: str
    marks: list[Mark]
    checked: CheckedSentence


class Listed(NamedTuple):
    """A row of the list of sources; `kin` are the numbers that share its origin."""

    number: int
    source: Source
    quotes: list[Quote]
    kin: list[int]


def render(draft: Page | Insufficient, edition: wording.Edition = wording.PLAIN) -> str:
    if isinstance(draft, Insufficient):
        return _template().render(draft=draft, page=None, edition=edition, **_shared())
    desk = _Desk(draft)
    summary = desk.shown(draft.summary)
    sections = [(section.heading, desk.shown(section.sentences)) for section in draft.sections]
    return _template().render(
        draft=draft,
        page=draft,
        edition=edition,
        summary=summary,
        sections=sections,
        sources=desk.sources(),
        nearest=desk.nearest,
        glyph=GLYPHS[draft.verdict.label],
        kinds={k: KINDS[k] for k in KINDS if any(s.kind is k for s in draft.sentences())},
        **_shared(),
    )


class _Desk:
    """Lays one page out: counts sentences for ids and gathers the quotes by source."""

    def __init__(self, page: Page) -> None:
        self._evidence = page.evidence
        self._numbering = Numbering.of(page)
        self._ids = count(1)
        self._quotes: dict[str, dict[Quote, None]] = {s.id: {} for s in self._numbering.sources}

    def shown(self, sentences: tuple[CheckedSentence, ...]) -> list[Shown]:
        return [self._sentence(sentence) for sentence in sentences]

    def sources(self) -> list[Listed]:
        """The rows of the list of sources, once every sentence is laid out."""
        numbered = list(enumerate(self._numbering.sources, 1))
        return [
            Listed(
                n,
                source,
                list(self._quotes[source.id]),
                [k for k, other in numbered if other.origin == source.origin and k != n],
            )
            for n, source in numbered
        ]

    def nearest(self, citation: Citation) -> tuple[Quote, Source | None]:
        """The passage nearest to a sentence that fell or to a proposition that is absent.

        It may lie outside the evidence of the page: then only its words are known here.
        """
        if self._evidence.passage(citation.passage) is None:
            return Quote(citation.quote, None, LIBRARY), None
        return self._quote(citation), resolve(citation, self._evidence).source

    def _sentence(self, sentence: CheckedSentence) -> Shown:
        name = f"s{next(self._ids)}"
        body, stop = wording.stem(wording.prose(sentence.text))
        by_source: dict[str, dict[Quote, None]] = {}
        for citation in sentence.citations:
            quote = self._quote(citation)
            by_source.setdefault(citation.source, {})[quote] = None
            self._quotes[citation.source][quote] = None
        marks = [
            Mark(f"{name}-{n}", n, self._numbering.sources[n - 1], list(by_source[source_id]))
            for source_id in by_source
            for n in [self._numbering[source_id]]
        ]
        return Shown(name, body, stop, marks, sentence)

    def _quote(self, citation: Citation) -> Quote:
        passage = resolve(citation, self._evidence)
        lead = wording.SUMMARY if passage.source.is_summary else ""
        return Quote(citation.quote, link(passage, citation.start, citation.end), lead)


def _shared() -> dict[str, object]:
    return {
        "wording": wording,
        "safe_url": safe_url,
        "TIERS": TIERS,
        "KINDS": KINDS,
    }


@cache
def _template() -> Template:
    """The template with its style sheet in it; the policy admits that one sheet by its hash."""
    here = files("agent.render")
    css = here.joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    env = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {"css": Markup(css), "digest": digest}  # noqa: S704 - our own file
    return env.from_string(here.joinpath("page.html.j2").read_text("utf-8"))


def _finalize(value: object) -> object:
    """Wash every string on its way out, so that no field can be forgotten in the template."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.prose(value)
    return value

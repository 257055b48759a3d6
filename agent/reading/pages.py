"""A page of ours read back from JSON, with the spans that its sentences cite."""

from pydantic import BaseModel, Field, ValidationError

from agent.reading.types import CitedHeading, CitedSentence, CitedSource, CitedText, UnreadableText
from agent.types import Citation, Kind


class _Sentence(BaseModel):
    text: str = Field(min_length=1)
    kind: Kind | None = None
    citations: tuple[Citation, ...] = ()


class _Section(BaseModel):
    heading: str
    sentences: tuple[_Sentence, ...]


class _Source(BaseModel):
    n: int
    id: str
    title: str = ""
    url: str | None = None


class _Page(BaseModel):
    question: str
    verdict: str | None = None
    summary: tuple[_Sentence, ...] = ()
    sections: tuple[_Section, ...]
    sources: tuple[_Source, ...] = ()


def read_page(text: str) -> CitedText:
    """Read a page from its JSON form; rulings in it are not believed, so not read.

    Raises:
        UnreadableText: not JSON, not a page, or a page without a sentence.
    """
    try:
        page = _Page.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UnreadableText(
            f"This is not a page in JSON: {place}: {first['msg']}.",
            "Write one with `verdict draft --format json`, or check a text or Markdown file.",
        ) from error
    numbers = {source.id: source.n for source in page.sources}
    parts = [
        ("Executive summary", page.summary),
        *((s.heading, s.sentences) for s in page.sections),
    ]
    sentences = tuple(
        CitedSentence(
            text=sentence.text,
            section=heading,
            numbers=tuple(
                dict.fromkeys(numbers[c.source] for c in sentence.citations if c.source in numbers)
            ),
            kind=sentence.kind,
            citations=sentence.citations,
        )
        for heading, part in parts
        for sentence in part
    )
    if not sentences:
        raise UnreadableText("The page holds no sentence.", "There is nothing to check in it.")
    return CitedText(
        title=page.question,
        asked=True,
        verdict=page.verdict or "",
        headings=tuple(CitedHeading(text=s.heading) for s in page.sections),
        sentences=sentences,
        sources=tuple(
            CitedSource(number=s.n, title=s.title, url=s.url, id=s.id) for s in page.sources
        ),
    )

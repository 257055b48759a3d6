"""A page as plain text: the form of the model page. Nothing is wrapped; pages go to files."""

from collections.abc import Iterable

from agent.render import wording
from agent.render.citations import Numbering, safe_url
from agent.types import CheckedSentence, Insufficient, Page
from retrieval.types import Source


def render(draft: Page | Insufficient, edition: wording.Edition = wording.PLAIN) -> str:
    if isinstance(draft, Insufficient):
        lines = [
            wording.title(draft),
            wording.checked_on(draft),
            f"{wording.NO_VERDICT}; {wording.tested(draft)}",
            *_checks(draft),
            wording.searched_line(draft),
            wording.nearest_line(draft),
            *wording.asides(draft),
        ]
        return "\n".join(lines) + "\n"
    numbering = Numbering.of(draft)
    blocks = [
        wording.title(draft),
        *edition.lines(),
        "\n".join(
            [
                wording.checked_on(draft),
                wording.DISCLAIMER,
                _verdict(draft),
                *_checks(draft),
                *wording.asides(draft),
            ]
        ),
        "Executive summary",
        _paragraph(draft.summary, numbering),
    ]
    for number, section in enumerate(draft.sections, 1):
        blocks += [
            f"{number}. {wording.heading(section.heading)}",
            _paragraph(section.sentences, numbering),
        ]
    if draft.follow_ups:
        blocks.append(
            "\n".join(["Want to dive deeper?", *map(wording.prose, draft.follow_ups)]),
        )
    blocks.append(
        "\n".join(["Sources", *(_entry(n, s) for n, s in enumerate(numbering.sources, 1))])
    )
    blocks += filter(None, (wording.doubts(draft), wording.made(draft)))
    return "\n\n".join(blocks) + "\n"


def _verdict(page: Page) -> str:
    label, scope = wording.verdict(page), wording.reason(page)
    return f"Verdict: {label} - {scope}; {wording.tested(page)}"


def _checks(draft: Page | Insufficient) -> list[str]:
    """What others found, each with its address."""
    return [
        f"{wording.CHECKED}: {told} - {safe_url(c.source.url) or wording.prose(c.source.url)}"
        for c, told in wording.published_checks(draft)
    ]


def _paragraph(sentences: Iterable[CheckedSentence], numbering: Numbering) -> str:
    return " ".join(_sentence(sentence, numbering) for sentence in sentences)


def _sentence(sentence: CheckedSentence, numbering: Numbering) -> str:
    body, stop = wording.stem(wording.prose(sentence.text))
    return f"{body}{wording.doubt_mark(sentence)} {numbering.marked(sentence)}{stop}"


def _entry(number: int, source: Source) -> str:
    title, publisher = wording.prose(source.title), wording.prose(source.publisher)
    url = safe_url(source.url) or wording.prose(source.url)
    return f"[{number}] {title} - {publisher}, {wording.published(source)} - {url}"

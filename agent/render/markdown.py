"""A page as Markdown (CommonMark, safe in GitHub's dialect). Text from outside makes no markup."""

import re
from collections.abc import Iterable

from agent.language.phrases import day
from agent.render import wording
from agent.render.citations import Numbering, link, resolve, safe_url
from agent.types import CheckedSentence, Insufficient, Page
from retrieval.types import Source

_ACTIVE = re.compile(r"([\\`*_\[\]<>&~|$])")
_AUTOLINK = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*)(:)(?=//)|\b(www)(\.)")
# At the start of a line: a heading, a list, a quotation, a rule, a table, a definition.
_OPENING = re.compile(r"^(\d{1,9})([.)])|^()([#+=:-])")


def render(draft: Page | Insufficient, edition: wording.Edition = wording.PLAIN) -> str:
    if isinstance(draft, Insufficient):
        lines = [
            wording.checked_on(draft),
            f"**{wording.NO_VERDICT}**; {escape(wording.tested(draft))}",
            *_checks(draft),
            escape(wording.searched_line(draft)),
            escape(wording.nearest_line(draft)),
            *map(escape, wording.asides(draft)),
        ]
        return "\n\n".join([f"# {escape(wording.title(draft))}", *lines]) + "\n"
    numbering = Numbering.of(draft)
    blocks = [
        f"# {escape(wording.title(draft))}",
        *(f"**{escape(notice)}**" for notice in edition.lines()),
        wording.checked_on(draft),
        wording.DISCLAIMER,
        _verdict(draft),
        *_checks(draft),
        *map(escape, wording.asides(draft)),
        "## Executive summary",
        _paragraph(draft.summary, numbering),
    ]
    for number, section in enumerate(draft.sections, 1):
        blocks += [
            f"## {number}. {escape(wording.heading(section.heading))}",
            _paragraph(section.sentences, numbering),
        ]
    if draft.follow_ups:
        blocks.append("## Want to dive deeper?")
        blocks.append("\n".join(f"- {escape(wording.prose(q))}" for q in draft.follow_ups))
    blocks.append("## Sources")
    blocks.append("\n".join(_entry(n, s, draft) for n, s in enumerate(numbering.sources, 1)))
    blocks += map(escape, filter(None, (wording.doubts(draft), wording.made(draft))))
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Escape one line of clean text so that Markdown shows it as it is, and links nothing."""
    text = _ACTIVE.sub(r"\\\1", text)
    text = _AUTOLINK.sub(r"\1\3\\\2\4", text)
    return _OPENING.sub(r"\1\3\\\2\4", text)


def _checks(draft: Page | Insufficient) -> list[str]:
    """What others found, each with its address."""
    lines = []
    for check, told in wording.published_checks(draft):
        url = safe_url(check.source.url)
        lines.append(
            f"**{wording.CHECKED}:** {escape(told)}" + (f" ([source](<{url}>))" if url else "")
        )
    return lines


def _verdict(page: Page) -> str:
    scope = escape(wording.reason(page))
    told = escape(wording.tested(page))
    return f"**Verdict: {wording.verdict(page)}** - {scope}; {told}"


def _paragraph(sentences: Iterable[CheckedSentence], numbering: Numbering) -> str:
    return " ".join(_sentence(sentence, numbering) for sentence in sentences)


def _sentence(sentence: CheckedSentence, numbering: Numbering) -> str:
    body, stop = wording.stem(wording.prose(sentence.text))
    return f"{escape(body)}{wording.doubt_mark(sentence)} {numbering.marked(sentence)}{stop}"


def _entry(number: int, source: Source, page: Page) -> str:
    """One source, linked to the first passage that the page cites from it."""
    cited = next(
        c for sentence in page.sentences() for c in sentence.citations if c.source == source.id
    )
    url = link(resolve(cited, page.evidence), cited.start, cited.end)
    title, publisher = (escape(wording.prose(s)) for s in (source.title, source.publisher))
    shown = f"[{title}](<{url}>)" if url else f"{title} ({escape(wording.prose(source.url))})"
    return (
        f"{number}. {shown} - {publisher}, {wording.published(source)}; "
        f"accessed {day(source.accessed)}; tier {source.tier}"
    )

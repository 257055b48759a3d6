"""The article of a web page: what trafilatura takes for it, and what it overlooks."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from lxml.html import Element, HtmlElement

from retrieval.loaders.html_tables import BLOCKS, words_of
from retrieval.loaders.normalise import normalise, one_line, squash
from retrieval.loaders.teasers import drop_teasers

LEAST = 40
"""Characters of a paragraph that is missed."""
COUNTED = 300
"""Long paragraphs of a page that are looked for in what was found on it."""
LONGEST_LEAD = 2
"""Paragraphs between a headline and its article; more are those of something else."""
NEAR = 400
"""Characters within which a short paragraph must follow the one before it."""
LINKED = 0.5
"""Share of linked words from which on a paragraph leads to other pages."""
ALONE = 200
"""Characters of prose that make a page worth keeping in which no article was found."""
_BOXES = ("div", "td", "body", "section", "article", "main", "center", "dd")
_HEADINGS = frozenset({"h2", "h3", "h4"})
_PROSE = ("p", "li", "pre", "blockquote", "h2", "h3", "h4", "div")
_BESIDE = frozenset({"aside", "nav", "footer", "form", "figure", "button", "select", "dialog"})
_ASIDE = re.compile(
    r"(?:^|[-_\s])(?:comments?|commentlist|comentarios|commentaires|kommentare|respond|related"
    r"|recommended|teasers?|sidebar|widget|newsletter|cookies?|consent|share|sharing|social|promo|breadcrumbs?|author(?:-?(?:bio|box))?"
    r"|byline|caption|advert\w*|sponsored|menu|banner|popup|modal)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Names of what stands beside an article."""
_MARKUP = re.compile(r"</?[a-z]+[^<>]*>")
"""Markup that stands on the page as words."""
_ENDS = re.compile(r"[.!?…:][”’\"')\]]*$")


def keep_figures(tree: HtmlElement) -> None:
    """Make tables and code parts of the article where they stand in a frame, and values words.

    trafilatura drops a frame as it does a picture, and times and results whole.
    """
    for frame in list(tree.iter("figure")):
        table, caption = frame.find(".//table"), frame.find(".//figcaption")
        if table is None and (frame.find(".//pre") is None or frame.find(".//img") is not None):
            continue
        frame.tag = "div"
        if table is not None and caption is not None and table.find("caption") is None:
            caption.tag = "caption"
            table.insert(0, caption)
    for value in tree.iter("time", "output"):
        block = next((one for one in value.iterancestors() if one.tag in BLOCKS), value)
        if words_of(block) != words_of(value):
            value.tag = "span"


def put_in_paragraphs(tree: HtmlElement) -> None:
    """Put prose that stands bare between blocks, as on old pages, into paragraphs."""
    for box in list(tree.iter(*_BOXES)):
        if box.tag == "center":
            box.tag = "div"
        if any(child.tag in BLOCKS for child in box):
            for before, text, inside in list(_gather_runs(box)):
                if _is_prose(text or "", inside):
                    _wrap(box, before, text, inside)


_Run = tuple[HtmlElement | None, str | None, list[HtmlElement]]
"""What stands bare in a box: the element before it, its first words, the elements in it."""


def _gather_runs(box: HtmlElement) -> Iterator[_Run]:
    """What stands between two blocks or two empty lines."""
    before, text = None, box.text
    inside: list[HtmlElement] = []
    for child in box:
        if _ends_run(child):
            yield before, text, inside
            before, text, inside = child, child.tail, []
        else:
            inside.append(child)
    yield before, text, inside


def _wrap(
    box: HtmlElement, before: HtmlElement | None, text: str | None, inside: list[HtmlElement]
) -> None:
    run = Element("p")
    run.text = text
    if before is None:
        box.text = None
        box.insert(0, run)
    else:
        before.tail = None
        before.addnext(run)
    run.extend(inside)


def _ends_run(child: HtmlElement) -> bool:
    before, after = child.getprevious(), child.getnext()
    return child.tag in BLOCKS or _is_empty_line(before, child) or _is_empty_line(child, after)


def _is_empty_line(first: HtmlElement | None, second: HtmlElement | None) -> bool:
    if first is None or second is None or {first.tag, second.tag} != {"br"}:
        return False
    return not (first.tail or "").strip()


def _is_prose(text: str, inside: Sequence[HtmlElement]) -> bool:
    words = text + "".join(f"{one.text_content()}{one.tail or ''}" for one in inside)
    linked = sum(len(link.text_content()) for one in inside for link in one.iter("a"))
    length = len(" ".join(words.split()))
    return length >= LEAST and linked <= LINKED * length


def _share_of_links(element: HtmlElement, text: str) -> float:
    return sum(len(link.text_content()) for link in element.iter("a")) / max(1, len(text))


def count_prose(tree: HtmlElement, found: str) -> tuple[int, int]:
    """How many of the first long paragraphs of a page a text found on it has, and how many not."""
    whole = squash(found)
    texts = (text for _, text in _list_prose(tree) if len(text) >= 2 * LEAST)
    long = [squash(text)[:LEAST] for text in islice(texts, COUNTED)]
    kept = sum(start in whole for start in long)
    return kept, len(long) - kept


def find_article(tree: HtmlElement, found: str, host: str = "") -> list[str]:
    """Lines of the article of a page.

    Args:
        tree: the page without what is not shown.
        found: the text that trafilatura takes for the article; empty where it finds none.
        host: where the page comes from; empty where it does not say so.
    """
    blocks = list(_list_prose(tree))
    lines = [line for line in normalise(found).split("\n") if line]
    whole = "\n".join(map(squash, lines))
    places = _find_places([squash(text) for _, text in blocks], whole)
    first = next((n for n, place in enumerate(places) if place is not None), 0)
    lead = _find_lead(tree, blocks[:first]) if first else []
    lines = [*lead, *_fill_gaps(blocks, lines, places, whole.replace("\n", ""))]
    if not lines:
        prose = [text for _, text in blocks]
        if any(map(_ENDS.search, prose)) and sum(map(len, prose)) >= ALONE:
            lines = prose
    return _drop_doubles(drop_teasers(tree, lines, host))


def _find_lead(tree: HtmlElement, before: Sequence[tuple[HtmlElement, str]]) -> list[str]:
    """The sentences that stand between the headline and the first paragraph found.

    Args:
        tree: the page.
        before: the paragraphs in front of that one.
    """
    order = {element: n for n, element in enumerate(tree.iter())}
    title = squash(tree.findtext(".//title") or "")
    heads = {squash(head.text_content()): order[head] for head in tree.iter("h1", "h2")}
    headline = max((head for head in heads if head in title), key=len, default="")
    if not headline:
        return []
    lead = [(one.tag, text) for one, text in before if order[one] > heads[headline]]
    whole_words = [text for tag, text in lead if tag in _HEADINGS or _ENDS.search(text)]
    said = [text for text in whole_words if len(text) >= 2 * LEAST]
    return said if len(said) <= LONGEST_LEAD else []


def _fill_gaps(
    blocks: Sequence[tuple[HtmlElement, str]],
    lines: Sequence[str],
    places: Sequence[int | None],
    flat: str,
) -> list[str]:
    """Put back the paragraphs that are missed between others of the same part of the page.

    Args:
        blocks: the paragraphs of the page.
        lines: those of its article.
        places: as of `_find_places`, of the blocks.
        flat: the lines, squashed, as one.
    """
    known = [n for n, place in enumerate(places) if place is not None]
    missed: dict[int, list[str]] = {}
    for left, right in pairwise(known):
        start, end = places[left], places[right]
        if right - left < 2 or start is None or end is None or end - start > 1:
            continue
        around = _list_parents(blocks[left][0]) & _list_parents(blocks[right][0])
        for element, text in blocks[left + 1 : right]:
            whole_words = element.tag in {"p", "li"} or bool(_ENDS.search(text))
            said = whole_words and not _MARKUP.search(text)
            missing = len(text) >= LEAST and squash(text)[:LEAST] not in flat
            if said and missing and around & _list_parents(element):
                missed.setdefault(start, []).append(text)
    return [one for n, line in enumerate(lines) for one in (line, *missed.get(n, ()))]


def _list_parents(element: HtmlElement) -> set[HtmlElement]:
    """The elements right around one, and around its list."""
    near = list(element.iterancestors())[:2]
    return {one for one in near if one.tag not in {"body", "html"}}


def _find_places(blocks: Sequence[str], whole: str) -> list[int | None]:
    """For each block the line that holds it, in order; None for those that are missing."""
    places: list[int | None] = []
    at = line = 0
    for block in blocks:
        probe = block[:LEAST]
        reach = len(whole) if len(probe) == LEAST else at + NEAR
        found = whole.find(probe, at, reach) if probe else -1
        if found >= 0:
            line += whole.count("\n", at, found)
            at = found
        places.append(line if found >= 0 else None)
    return places


def _list_prose(tree: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Paragraphs of a page in order, without what stands beside its article."""
    for element in tree.iter(*_PROSE):
        if any(child.tag in BLOCKS for child in element if isinstance(child.tag, str)):
            continue
        if element.tag == "pre":
            for part in re.split(r"\n\s*\n", element.text_content()):
                if text := one_line(part):
                    yield element, text
            continue
        text = words_of(element)
        linked = _share_of_links(element, text)
        if text and linked <= LINKED and not _is_beside(element):
            yield element, text


def _is_beside(element: HtmlElement) -> bool:
    return any(
        one.tag in _BESIDE or _ASIDE.search(f"{one.get('class', '')} {one.get('id', '')}")
        for one in (element, *element.iterancestors())
        if one.tag not in {"body", "html", "main", "article"}
    )


def _drop_doubles(lines: list[str]) -> list[str]:
    """Keep a long paragraph once, where the page has it shortened, unfolded or for phones too."""
    seen: set[str] = set()
    kept: list[str] = []
    for line in lines:
        if len(line) < 2 * LEAST or line not in seen:
            kept.append(line)
        seen.add(line)
    return kept

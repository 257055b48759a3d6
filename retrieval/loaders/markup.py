"""A page as a tree, changed so that its text says what a reader sees, and who says it.

Hidden and struck-out words go. Raised figures stay apart from the numbers before them. A table
becomes a sentence a row, and a block quotation says that it is one.
"""

import re
from collections.abc import Mapping

from lxml.html import HtmlElement

from retrieval.loaders.html_tables import BLOCKS, words_of, write_tables
from retrieval.loaders.speech import quote_statement
from retrieval.loaders.typesetting import write_lowered, write_raised

DELETED = frozenset({"del", "s", "strike"})
_KEPT = frozenset({"pre", "textarea", "script", "style", "code"})
"""Elements in which line ends mean something, or which are no text."""
_UNSEEN = frozenset({"template", "datalist", "noscript"})
_FOR_VOICES = re.compile(r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text)(?:$|\s)")
"""Classes of words that are spoken by a screen reader and never shown."""
_ZERO = r"(?:0+(?:\.0*)?|\.0+)(?:px|pt|r?em|%)?(?![\d.,])"
_HIDING = re.compile(
    r"(?:^|[;{\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    rf"|opacity\s*:\s*{_ZERO}"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0)",
    re.IGNORECASE,
)
_TINY = re.compile(rf"(?:^|[;{{\s])font-size\s*:\s*(?:{_ZERO}|[01](?:\.\d+)?px)", re.IGNORECASE)
_SIZED = re.compile(r"(?:^|[;{\s])font(?:-size)?\s*:", re.IGNORECASE)
_SQUEEZED = re.compile(rf"(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*{_ZERO}", re.IGNORECASE)
_CUT_OFF = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_LIFTED = re.compile(r"vertical-align\s*:\s*(sup|sub)(?:er)?\b", re.IGNORECASE)
_WHITE = re.compile(
    r"(?:^|[;{\s])color\s*:\s*(?:#fff(?:fff)?\b|#fefefe\b|white\b|transparent\b"
    r"|rgba?\(\s*255\s*,\s*255\s*,\s*255|rgba\([^)]*,\s*0(?:\.0+)?\s*\))",
    re.IGNORECASE,
)
_GROUND = re.compile(r"background", re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_AT_RULE = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|@[^;{}]*;|/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?:[a-z]\w*)?([.#][\w-]+)", re.IGNORECASE)
_LABELS = ("span", "time", "small", "label")
_STARTS = re.compile(r"[A-Z][\w ]")
_SPACE = re.compile(r"[ \t\r\n\f]+")
MOSTLY = 0.5
"""Share of a page's text from which on a block quotation is its layout, not a quotation."""


def clean(tree: HtmlElement) -> tuple[str, ...]:
    """Change a page in place. Comments, hidden and deleted words, note marks and tables are gone.

    Returns:
        Notes for a person on what was left out that may matter.
    """
    white = _drop_unseen(tree)
    _keep_space_apart(tree)
    _part_labels(tree)
    for mark in list(tree.iter("sup", "sub")):
        _write_mark(mark)
    for word in list(tree.iter("q")):
        _put(word, f"“{word.text_content()}”")
    for formula in list(tree.iter("math")):
        _put(formula, f" {formula.get('alttext') or ' '.join(formula.itertext())} ")
    _write_quotations(tree)
    write_tables(tree)
    return ("text in white was left out",) if white else ()


def _drop_unseen(tree: HtmlElement) -> bool:
    """Drop what is not shown; tell whether there were words in white among it."""
    rules = _read_rules(tree)
    white = False
    for element in list(tree.iter()):
        if element is tree or element.getparent() is None:
            continue
        if not isinstance(element.tag, str):
            element.drop_tree()
        elif element.tag not in {"html", "head", "body", "script", "style", "meta"}:
            style = _style_of(element, rules)
            if found := _LIFTED.search(style):
                element.tag = found[1].lower()
            tiny = _TINY.search(style) and not _holds_type(element, rules)
            if tiny or _is_unseen(element, style):
                element.drop_tree()
            elif _WHITE.search(style) and not _has_ground(element, rules):
                white = white or bool(element.text_content().strip())
                element.drop_tree()
    return white


def _is_unseen(element: HtmlElement, style: str) -> bool:
    return bool(
        element.tag in DELETED
        or element.tag in _UNSEEN
        or "hidden" in element.attrib
        or element.get("aria-hidden", "").lower() == "true"
        or _FOR_VOICES.search(element.get("class", ""))
        or (style and _HIDING.search(style))
        or (style and _STRUCK.search(style))
        or (style and _CUT_OFF.search(style) and _SQUEEZED.search(style))
    )


def _holds_type(element: HtmlElement, rules: Mapping[str, str]) -> bool:
    """Whether what is inside an element has a size of its own, as where 0 only closes gaps."""
    inside = (_style_of(e, rules) for e in element.iterdescendants() if isinstance(e.tag, str))
    return any(_SIZED.search(style) and not _TINY.search(style) for style in inside)


def _has_ground(element: HtmlElement, rules: Mapping[str, str]) -> bool:
    """Whether white words stand on a ground of their own."""
    around = (element, *element.iterancestors())
    return any(_GROUND.search(_style_of(e, rules)) or e.get("bgcolor") for e in around)


def _style_of(element: HtmlElement, rules: Mapping[str, str]) -> str:
    own: str = element.get("style", "")
    if not rules:
        return own
    names = [f".{name}" for name in element.get("class", "").split()]
    if id_ := element.get("id"):
        names.append(f"#{id_}")
    return ";".join([own, *(rules[name] for name in names if name in rules)])


def _read_rules(tree: HtmlElement) -> dict[str, str]:
    """What the page's own style sheets say of a class or an id, without conditions."""
    rules: dict[str, str] = {}
    for sheet in tree.iter("style"):
        for selectors, body in _RULE.findall(_AT_RULE.sub("", sheet.text or "")):
            for selector in selectors.split(","):
                if found := _SIMPLE.fullmatch(selector.strip()):
                    rules[found[1]] = f"{rules.get(found[1], '')};{body}"
    return rules


def _keep_space_apart(tree: HtmlElement) -> None:
    """Write a run of spaces and line ends as one space, as a browser does."""
    for element in tree.iter():
        inside = not isinstance(element.tag, str) or element.tag in _KEPT
        if element.text and not inside:
            element.text = _SPACE.sub(" ", element.text)
        if element.tail and not any(e.tag in _KEPT for e in element.iterancestors()):
            element.tail = _SPACE.sub(" ", element.tail)


def _part_labels(tree: HtmlElement) -> None:
    """Set apart what a style sheet puts on a line of its own: a kicker, a date, a label."""
    for element in tree.iter(*_LABELS):
        if element.tail and _STARTS.match(element.tail) and _ends_words(element.text_content()):
            element.tail = f" {element.tail}"
        text = element.text or ""
        if _STARTS.match(text) and _ends_words(_text_before(element)):
            element.text = f" {text}"


def _ends_words(text: str) -> bool:
    """Whether words end here if a capital follows: "fair?" does, "Mc" and "(" do not."""
    word = text[-2:]
    return len(text) > 2 and (text[-1] in '.!?…:)”"' or (word.isalpha() and word.islower()))


def _put(element: HtmlElement, text: str) -> None:
    """Put words in the place of an element."""
    for child in list(element):
        element.remove(child)
    element.text = text
    element.drop_tag()


def _write_mark(mark: HtmlElement) -> None:
    if mark.getparent() is None:
        return
    whole, after = mark.text_content(), mark.tail or ""
    text = whole.strip()
    if whole[-1:].isspace() and after[:1].isalnum():
        mark.tail = after = f" {after}"
    if not after and (follower := mark.getnext()) is not None:
        after = follower.text_content()
    linked = mark.find(".//a") is not None or mark.getparent().tag == "a"
    write = write_raised if mark.tag == "sup" else write_lowered
    _put(mark, write(_text_before(mark), text, after, linked=linked))


def _text_before(element: HtmlElement) -> str:
    before = element.getprevious()
    if before is None:
        parent = element.getparent()
        inline = parent.tag not in BLOCKS and not parent.text and parent.getparent() is not None
        return _text_before(parent) if inline else parent.text or ""
    tail = before.tail or ""
    return tail or (before.text_content() if before.tag not in BLOCKS else "")


def _write_quotations(tree: HtmlElement) -> None:
    whole = len(tree.text_content())
    for quotation in list(tree.iter("blockquote")):
        text = words_of(quotation)
        if quotation.find(".//table") is not None or len(text) > MOSTLY * whole:
            quotation.tag = "div"
            continue
        after = quotation.getnext()
        behind = "" if after is None else after.text_content().strip()
        for child in list(quotation):
            quotation.remove(child)
        quotation.tag, quotation.text = "p", quote_statement(text, behind)

"""The XML of a Word document: what it marks as hidden, struck out or changed, and formulas."""

from collections.abc import Iterator
from typing import Any

from lxml import etree
from pydantic import BaseModel

Element = Any
"""An element of lxml, which has no types of its own."""

_OFF = frozenset({"0", "false", "off", "none"})
_TINY = 2
"""Half-points: type that nobody can read."""


class WordPart(BaseModel, frozen=True, extra="forbid"):
    """Ids of the styles whose words are not shown, and of those that raise or lower them."""

    unseen: frozenset[str] = frozenset()
    lifts: dict[str, str] = {}
    """Id of a style: whether it is "superscript" or "subscript"."""


def names_in(styles: Element) -> WordPart:
    """Find the styles that hide, strike out, raise or lower, with those that rest on them."""
    unseen: set[str] = set()
    lifts: dict[str, str] = {}
    by_id = {_value(style, "styleId"): style for style in styles.iterfind("{*}style")}
    for name in filter(None, by_id):
        for style in _with_bases(name, by_id):
            if _is_unseen(style.find("{*}rPr"), grounded=True):
                unseen.add(name)
            lift = style.find("{*}rPr/{*}vertAlign")
            if lift is not None:
                lifts.setdefault(name, _value(lift))
    return WordPart(unseen=frozenset(unseen), lifts=lifts)


def _with_bases(name: str, by_id: dict[str, Element]) -> Iterator[Element]:
    """A style and those that it rests on, each once."""
    seen: set[str] = set()
    while name in by_id and name not in seen:
        seen.add(name)
        yield by_id[name]
        base = by_id[name].find("{*}basedOn")
        name = "" if base is None else _value(base)


def settle(root: Element, styles: WordPart) -> bool:
    """Change a part in place: what is hidden, struck out or deleted goes, formulas become text.

    Returns:
        Whether it has tracked changes.
    """
    changes = {"ins", "del", "moveFrom", "moveTo"}
    tracked = any(_name(e) in changes and e.get(_key(e, "author")) for e in root.iter())
    for gone in [e for e in root.iter() if _name(e) in {"del", "moveFrom"}]:
        if _name(gone.getparent()) != "rPr":
            _remove(gone)
    for run in [e for e in root.iter() if _name(e) == "r"]:
        if _is_hidden_run(run, styles):
            _remove(run)
        else:
            _mark_raised(run, styles)
    for rest in [e for e in root.iter() if _name(e) in {"cr", "br"}]:
        rest.tag = _key(rest, "br")
        rest.attrib.clear()  # the end of a page or a column ends a line too
    for formula in [e for e in root.iter() if _name(e) == "oMath"]:
        _write_formula(formula, root)
    return tracked


def text_of(root: Element) -> str:
    """Words of a part on one line: paragraphs, tabs and breaks as spaces."""
    pieces: list[str] = []
    for element in root.iter():
        name = _name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in {"p", "tab", "br", "cr"}:
            pieces.append(" ")
    return " ".join("".join(pieces).split())


def _is_hidden_run(run: Element, styles: WordPart) -> bool:
    own = run.find("{*}rPr")
    named = {_value(e) for e in (own if own is not None else ()) if _name(e) == "rStyle"}
    paragraph = next(run.iterancestors("{*}p"), None)
    if paragraph is not None and (pstyle := paragraph.find("{*}pPr/{*}pStyle")) is not None:
        named.add(_value(pstyle))
    return bool(named & styles.unseen) or _is_unseen(own, grounded=_has_ground(run))


def _is_unseen(marks: Element, *, grounded: bool) -> bool:
    """Whether run properties hide words; white ones only where no colour lies behind them."""
    if marks is None:
        return False
    for mark in marks:
        name, value = _name(mark), _value(mark).lower()
        if name in {"vanish", "webHidden", "strike", "dstrike"} and value not in _OFF:
            return True
        if name == "sz" and value.isdigit() and int(value) <= _TINY:
            return True
        if name == "color" and value == "ffffff" and not grounded:
            return True
    return False


def _has_ground(run: Element) -> bool:
    for around in (run, *run.iterancestors()):
        marks = [around.find(f"{{*}}{name}Pr") for name in ("r", "p", "tc", "tbl")]
        for mark in (one for one in marks if one is not None):
            if any(_name(e) in {"shd", "highlight", "tblStyle"} for e in mark):
                return True
        if _name(around) in {"txbxContent", "textbox"}:
            return True
    return False


def _mark_raised(run: Element, styles: WordPart) -> None:
    """Words that are lifted off the line, by themselves or by their style, are marked so."""
    marks = run.find("{*}rPr")
    if marks is None or marks.find("{*}vertAlign") is not None:
        return
    style, place = marks.find("{*}rStyle"), marks.find("{*}position")
    lift = "" if style is None else styles.lifts.get(_value(style), "")
    value = "" if place is None else _value(place).lstrip("+")
    if value.lstrip("-").isdigit() and int(value):
        lift = "superscript" if int(value) > 0 else "subscript"
    if lift:
        raised = etree.SubElement(marks, _key(run, "vertAlign"))
        raised.set(_key(run, "val"), lift)


def _write_formula(formula: Element, root: Element) -> None:
    space = etree.QName(root).namespace
    run = etree.Element(f"{{{space}}}r")
    text = etree.SubElement(run, f"{{{space}}}t")
    text.text = _formula(formula)
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.tail = formula.tail
    formula.getparent().replace(formula, run)


def _formula(element: Element) -> str:
    """A formula on one line."""
    parts = {_name(child): _formula(child) for child in element}
    match _name(element):
        case "t":
            return element.text or ""
        case "sSup":
            return f"{parts.get('e', '')}^{parts.get('sup', '')}"
        case "sSub":
            return f"{parts.get('e', '')}_{parts.get('sub', '')}"
        case "f":
            return f"({parts.get('num', '')})/({parts.get('den', '')})"
        case "rad":
            return f"√({parts.get('e', '')})"
    return "".join(_formula(child) for child in element)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _name(element: Element) -> str:
    tag = element.tag if element is not None else None
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _key(element: Element, name: str) -> str:
    return f"{{{etree.QName(element).namespace}}}{name}"


def _value(element: Element, name: str = "val") -> str:
    return element.get(_key(element, name)) or ""

"""The XML of a Word document: what it marks as hidden, struck out or changed, and formulas."""

from typing import Any

from lxml import etree
from pydantic import BaseModel

Element = Any
"""An element of lxml, which has no types of its own."""

_OFF = frozenset({"0", "false", "off", "none"})
_TINY = 2
"""Half-points: type that nobody can read."""


class WordPart(BaseModel, frozen=True, extra="forbid"):
    """Ids of the styles whose words are not shown."""

    unseen: frozenset[str] = frozenset()


def names_in(styles: Element) -> WordPart:
    """Find the styles that hide or strike out what has them."""
    unseen = {
        _value(style, "styleId")
        for style in styles.iterfind("{*}style")
        if _is_unseen(style.find("{*}rPr"), grounded=True)
    }
    return WordPart(unseen=frozenset(filter(None, unseen)))


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
            _mark_raised(run)
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


def _mark_raised(run: Element) -> None:
    """Words that are only lifted above the line are marked as raised."""
    marks = run.find("{*}rPr")
    lift = None if marks is None else marks.find("{*}position")
    if lift is None or marks.find("{*}vertAlign") is not None:
        return
    value = _value(lift).lstrip("+")
    if value.lstrip("-").isdigit() and int(value):
        space = etree.QName(lift).namespace
        raised = etree.SubElement(marks, f"{{{space}}}vertAlign")
        raised.set(f"{{{space}}}val", "superscript" if int(value) > 0 else "subscript")


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

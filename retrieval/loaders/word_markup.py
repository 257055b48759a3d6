"""The XML of a Word document: what it marks as hidden, struck out or changed, and formulas."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree
from pydantic import BaseModel

Element = Any
"""An element of lxml, which has no types of its own."""

_OFF = frozenset({"0", "false", "off", "none"})
_TOGGLES = frozenset({"vanish", "strike"})
"""Marks of which two, as of a style of a paragraph and one of words in it, undo each other."""
_MARKS = frozenset({*_TOGGLES, "webHidden", "dstrike", "sz", "color"})
_LEVELS = {
    "character": ("r", "{*}rPr/{*}rStyle"),
    "paragraph": ("p", "{*}pPr/{*}pStyle"),
    "table": ("tbl", "{*}tblPr/{*}tblStyle"),
}
"""Kinds of styles, the nearest to the words first: what has such a style, and where it is named."""
Symbols = Mapping[tuple[str, int], int]
"""Font of symbols and number in it to the number of the character that it shows."""
GAP = "\u2003"
"""What a tab is written as: a space that can be told from others."""
FIRST_SIGN = 0x21
"""Number of the first character but the space, which every font of symbols has."""
_TINY = 2
"""Half-points: type that nobody can read."""


class WordStyles(BaseModel, frozen=True, extra="forbid"):
    """What the styles of a document say of whether words are shown, and which ones raise them."""

    marks: dict[tuple[str, str], dict[str, str]] = {}
    """Kind and id of a style to the marks that it sets or inherits; without an id those of the
    style that stands where none is named."""
    everywhere: dict[str, str] = {}
    """The marks that hold where nothing else sets them."""
    lifts: dict[str, str] = {}
    """Id of a style: whether it is "superscript" or "subscript"."""


def read_styles(styles: Element) -> WordStyles:
    """Read what styles say of their words, with what they inherit: the nearest one counts."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    lifts: dict[str, str] = {}
    by_id = {_value(style, "styleId"): style for style in styles.iterfind("{*}style")}
    for name in filter(None, by_id):
        marks: dict[str, str] = {}
        for style in _with_bases(name, by_id):
            marks = _read_marks(style.find("{*}rPr")) | marks
            lift = style.find("{*}rPr/{*}vertAlign")
            if lift is not None:
                lifts.setdefault(name, _value(lift))
        kind = _value(by_id[name], "type")
        found[kind, name] = marks
        if _is_on(_value(by_id[name], "default") or "0"):
            found[kind, ""] = marks
    everywhere = _read_marks(styles.find("{*}docDefaults/{*}rPrDefault/{*}rPr"))
    return WordStyles(marks=found, everywhere=everywhere, lifts=lifts)


def _read_marks(properties: Element) -> dict[str, str]:
    """The marks among run properties that tell whether words are shown, with their values."""
    return {
        name: _value(mark).lower()
        for mark in (properties if properties is not None else ())
        if (name := _name(mark)) in _MARKS
    }


def _with_bases(name: str, by_id: dict[str, Element]) -> Iterator[Element]:
    """A style and those that it rests on, each once."""
    seen: set[str] = set()
    while name in by_id and name not in seen:
        seen.add(name)
        yield by_id[name]
        base = by_id[name].find("{*}basedOn")
        name = "" if base is None else _value(base)


def settle(root: Element, styles: WordStyles, symbols: Symbols) -> bool:
    """Change a part in place: what is hidden, struck out or deleted goes, formulas become text.

    So do symbols, tabs and hyphens.

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
    for part in [e for run in root.iter() if _name(run) == "r" for e in run]:
        _write_character(part, symbols)
    for formula in [e for e in root.iter() if _name(e) == "oMath"]:
        _write_formula(formula, root)
    return tracked


def _write_character(part: Element, symbols: Symbols) -> None:
    """Write a part of a run that stands for one character as what is read: line end, tab, text."""
    match _name(part):
        case "cr" | "br":
            part.tag = _key(part, "br")
            part.attrib.clear()  # the end of a page or a column ends a line too
        case "tab" | "ptab":
            _write_text(part, GAP)
        case "noBreakHyphen":
            _write_text(part, "\u2011")
        case "softHyphen":
            _write_text(part, "\u00ad")
        case "sym":
            _write_text(part, _find_symbol(_value(part, "font"), _value(part, "char"), symbols))


def _find_symbol(font: str, number: str, symbols: Symbols) -> str:
    """The character of a font's symbol; a space where nobody knows it, to keep words apart."""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,4}", number):
        return " "
    code = int(number, 16)
    if 0xF000 <= code <= 0xF0FF:  # where a font of symbols has its characters
        code -= 0xF000
    if (font, code) in symbols:
        return chr(symbols[font, code])
    has_letters = (font, FIRST_SIGN) not in symbols
    return chr(code) if has_letters and chr(code).isprintable() else " "


def _write_text(part: Element, text: str) -> None:
    part.tag = _key(part, "t")
    part.attrib.clear()
    part.text = text
    part.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def text_of(root: Element) -> str:
    """Words of a settled part on one line: paragraphs and breaks as spaces."""
    pieces: list[str] = []
    for element in root.iter():
        name = _name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name in {"p", "br"}:
            pieces.append(" ")
    return " ".join("".join(pieces).split())


def _is_hidden_run(run: Element, styles: WordStyles) -> bool:
    """Whether the marks of a run, of its styles and of the document hide its words."""
    levels = [_read_marks(run.find("{*}rPr")), *_list_levels(run, styles), styles.everywhere]
    shown = {name: value for level in reversed(levels) for name, value in level.items()}
    if any(_is_on(shown.get(name, "0")) for name in ("webHidden", "dstrike")):
        return True
    if any(_is_toggled(name, levels) for name in _TOGGLES):
        return True
    size = shown.get("sz", "")
    if size.isdigit() and int(size) <= _TINY:
        return True
    return levels[0].get("color") == "ffffff" and not _has_ground(run)


def _list_levels(run: Element, styles: WordStyles) -> Iterator[dict[str, str]]:
    """The marks of the styles of a run: of its own one, of its paragraph's, of its table's."""
    around = [run, *run.iterancestors()]
    for kind, (holder, place) in _LEVELS.items():
        element = next((one for one in around if _name(one) == holder), None)
        if element is not None:
            named = element.find(place)
            name = "" if named is None else _value(named)
            unnamed = styles.marks.get((kind, ""), {})
            yield styles.marks.get((kind, name), unnamed)


def _is_toggled(name: str, levels: Sequence[dict[str, str]]) -> bool:
    """Whether a mark is on that is undone by another one (ECMA-376, part 1, 17.7.3).

    What a run says itself holds; else it is on if the document or an odd number of styles set it.
    """
    own, *styled, everywhere = levels
    if name in own:
        return _is_on(own[name])
    odd = sum(_is_on(level.get(name, "0")) for level in styled) % 2 == 1
    return odd or _is_on(everywhere.get(name, "0"))


def _is_on(value: str) -> bool:
    return value.lower() not in _OFF


def _has_ground(run: Element) -> bool:
    for around in (run, *run.iterancestors()):
        marks = [around.find(f"{{*}}{name}Pr") for name in ("r", "p", "tc", "tbl")]
        for mark in (one for one in marks if one is not None):
            if any(_name(e) in {"shd", "highlight", "tblStyle"} for e in mark):
                return True
        if _name(around) in {"txbxContent", "textbox"}:
            return True
    return False


def _mark_raised(run: Element, styles: WordStyles) -> None:
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
    _write_text(etree.SubElement(run, f"{{{space}}}t"), _formula(formula))
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

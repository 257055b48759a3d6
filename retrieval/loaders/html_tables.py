"""Tables of a web page, written as a sentence a row where they are no mere layout."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from retrieval.loaders.tables import Table, write_table

BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
])  # fmt: skip
"""Elements that stand on lines of their own."""
CELL = 60
"""Characters of a cell up to which one row alone is a row of a table and no layout."""
_FIGURE = re.compile(r"\d")


def write_tables(tree: HtmlElement) -> None:
    """Write the tables of figures or words as paragraphs; what only lays out a page is no table."""
    for table in list(tree.iter("table")):
        _join_continued(table)
    for table in reversed(list(tree.iter("table"))):  # an inner one first
        _write_rows(table)


def words_of(element: HtmlElement) -> str:
    """Words of an element, its paragraphs apart."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        apart = child.tag in BLOCKS or child.tag == "br"
        yield " " if apart else ""
        if isinstance(child.tag, str) and child.tag not in {"script", "style"}:
            yield from _pieces(child)
        yield f"{' ' if apart else ''}{child.tail or ''}"


def _join_continued(table: HtmlElement) -> None:
    """Put the rows of the tables that go on with this one into it: no heads, as many columns."""
    last: list[list[HtmlElement]] = []
    while (after := table.getnext()) is not None and after.tag == "table":
        others = _list_cells(after)
        last = last or _list_cells(table)[-1:]
        widths = {len(row) for row in (*last, *others)}
        headed = after.find(".//th") is not None or after.find("caption") is not None
        if (table.tail or "").strip() or headed or not others or len(widths) > 1 or widths == {1}:
            return
        last, table.tail = others[-1:], after.tail
        table.extend(list(after))
        table.getparent().remove(after)


def _list_cells(table: HtmlElement) -> list[list[HtmlElement]]:
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
    cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
    return [row for row in cells if row]


def _write_rows(table: HtmlElement) -> None:
    parsed = _read_table(table)
    if parsed is None:
        for part in list(table.iter("table", "thead", "tbody", "tfoot", "tr", "td", "th")):
            part.tag = "div"
        return
    for child in list(table):
        table.remove(child)
    table.tag, table.text = "p", write_table(parsed)


def _read_table(table: HtmlElement) -> Table | None:
    cells = _list_cells(table)
    nested = table.find(".//table") is not None
    long = any(_is_long(cell) for row in cells for cell in row)
    for_layout = nested or table.get("role") in {"presentation", "none"}
    if for_layout or long or not any(len(row) > 1 for row in cells):
        return None
    if len(cells) == 1 and not _is_row_of_figures(cells[0]):
        return None
    titles = [caption] if (caption := table.find("caption")) is not None else []
    while cells and len(cells[0]) == 1:
        titles += cells.pop(0)
    grid, heads = _lay_out(cells)
    return Table(
        rows=grid,
        heads=heads,
        caption=". ".join(words_of(title) for title in titles),
    )


def _is_row_of_figures(row: list[HtmlElement]) -> bool:
    texts = [words_of(cell) for cell in row]
    figures = sum(bool(_FIGURE.search(text)) for text in texts)
    return len(row) > 2 and figures > 1 and all(len(text) <= CELL for text in texts)


def _is_long(cell: HtmlElement) -> bool:
    """Whether a cell holds a part of a page, and no figure or words."""
    return len(cell.findall(".//p")) > 1 or cell.find(".//h2") is not None


def _lay_out(rows: list[list[HtmlElement]]) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The cells in their columns, those that span several repeated; and how many rows are heads."""
    grid: list[list[str]] = []
    open_below: dict[int, tuple[int, str]] = {}
    heads = 0
    for row in rows:
        line: list[str] = []
        if len(row) == 1 and _span(row[0], "colspan") > 1:
            grid.append([words_of(row[0])])
            continue
        for cell in row:
            _fill_from_above(line, open_below)
            text = words_of(cell)
            for _ in range(_span(cell, "colspan")):
                if (down := _span(cell, "rowspan") - 1) > 0:
                    open_below[len(line)] = (down, text)
                line.append(text)
        _fill_from_above(line, open_below)
        in_head = next(row[0].iterancestors("thead"), None) is not None
        if heads == len(grid) and (in_head or all(cell.tag == "th" for cell in row)):
            heads += 1
        grid.append(line)
    return tuple(map(tuple, grid)), heads


def _fill_from_above(line: list[str], open_below: dict[int, tuple[int, str]]) -> None:
    while len(line) in open_below:
        at = len(line)
        left, text = open_below.pop(at)
        if left > 1:
            open_below[at] = (left - 1, text)
        line.append(text)


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), 100) if value.isascii() and value.isdigit() else 1

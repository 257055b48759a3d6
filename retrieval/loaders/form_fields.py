"""What was filled into a form."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdf

from retrieval.loaders.normalise import one_line

_BOXES = frozenset({pdf.FPDF_FORMFIELD_CHECKBOX, pdf.FPDF_FORMFIELD_RADIOBUTTON})
_HIDDEN = 0x02 | 0x20
"""Flags of an annotation that is hidden or not shown."""


def read_fields(page: pdfium.PdfPage) -> str:
    """Write the filled fields of a page, one a line; empty where there are none."""
    return "\n".join(dict.fromkeys(_list_fields(page)))


def _list_fields(page: pdfium.PdfPage) -> Iterator[str]:
    form = page.formenv.raw if page.formenv else None
    for n in range(pdf.FPDFPage_GetAnnotCount(page.raw) if form else 0):
        mark = pdf.FPDFPage_GetAnnot(page.raw, n)
        if not mark:
            continue
        try:
            is_field = pdf.FPDFAnnot_GetSubtype(mark) == pdf.FPDF_ANNOT_WIDGET
            if is_field and not pdf.FPDFAnnot_GetFlags(mark) & _HIDDEN:
                yield from _write_field(form, mark)
        finally:
            pdf.FPDFPage_CloseAnnot(mark)


def _write_field(form: Any, mark: Any) -> Iterator[str]:  # noqa: ANN401 - no types of its own
    name = _string(pdf.FPDFAnnot_GetFormFieldAlternateName, form, mark)
    name = name or _string(pdf.FPDFAnnot_GetFormFieldName, form, mark)
    if pdf.FPDFAnnot_GetFormFieldType(form, mark) in _BOXES:
        if pdf.FPDFAnnot_IsChecked(form, mark):
            yield f"Form field “{name}”: ticked."
        return
    if value := _string(pdf.FPDFAnnot_GetFormFieldValue, form, mark):
        yield f"Form field “{name}”: {value}."


def _string(read: Callable[..., int], form: Any, mark: Any) -> str:  # noqa: ANN401 - as above
    size = read(form, mark, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(form, mark, ctypes.cast(buffer, ctypes.POINTER(pdf.FPDF_WCHAR)), size)
    return one_line(buffer.raw.decode("utf-16-le", "replace").rstrip("\0"))

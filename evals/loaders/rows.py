"""Rows of a file, each with the place that an error names."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from evals.errors import MalformedCase

T = TypeVar("T", bound=BaseModel)


class Row(NamedTuple):
    """One object of a file and where it stands."""

    where: str
    fields: dict[str, Any]

    def fault(self, what: str) -> MalformedCase:
        return MalformedCase(f"{self.where}: {what}.", "Correct the row and run again.")

    def read(self, form: type[T]) -> T:
        """The row as a value of `form`.

        Raises:
            MalformedCase: names file, line and field.
        """
        try:
            return form.model_validate(self.fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the row"
            raise self.fault(f"{place}: {first['msg']}") from None


def read_jsonl(path: Path) -> Iterator[Row]:
    """Rows of a file of JSON lines, plain or gzipped; blank lines are passed over.

    Raises:
        MalformedCase: no such file, not text, or a line that is no JSON object.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield _parse_row(f"{path}, line {number}", line)


def read_array(path: Path) -> Iterator[Row]:
    """Objects of a JSON file: a list, or an object whose `data` is one."""
    try:
        found = json.loads(read_text(path))
    except ValueError as error:
        raise MalformedCase(f"{path} is not JSON ({error}).", "Give the published file.") from None
    items = found.get("data") if isinstance(found, dict) else found
    if not isinstance(items, list):
        raise MalformedCase(f"{path} holds no list of items.", "Give the published file.")
    for number, item in enumerate(items, start=1):
        where = f"{path}, item {number}"
        if not isinstance(item, dict):
            raise Row(where, {}).fault("it is no object")
        yield Row(where, item)


def read_text(path: Path) -> str:
    """The text of a file, gzipped or not."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    except (gzip.BadGzipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise MalformedCase(f"{path} cannot be read ({error}).", "Give a text file.") from None
    except OSError as error:
        raise MalformedCase(f"{path} cannot be opened: {error.strerror}.", "Check it.") from None


def _parse_row(where: str, line: str) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Row(where, {}).fault(f"not JSON ({error})") from None
    if not isinstance(found, dict):
        raise Row(where, {}).fault("not a JSON object")
    return Row(where, found)

"""Front matter: what a document says of itself, as YAML lines at its top or in a file beside it."""

import re
import reprlib
from collections.abc import Iterable
from datetime import date
from typing import get_args

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from retrieval.errors import SourceUnreadable
from retrieval.loaders.normalise import one_line
from retrieval.types import TextKind

_FENCE = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:^|\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_IN_ADDRESS = r"[^\s<>\"\\\ud800-\udfff]"  # the last are halves of a character
_ADDRESS = re.compile(rf"https?://(?:(?!/){_IN_ADDRESS})+(?:[/?#]{_IN_ADDRESS}*)?", re.IGNORECASE)


class FrontMatter(BaseModel, frozen=True, extra="forbid"):
    """The fields of front matter; None where the document does not say."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    """Who wrote it, where the document says so; stands in for a publisher that it does not name."""
    url: str | None = None
    published: date | None = None
    accessed: date | None = None
    kind: str = "document"
    tier: int | None = Field(default=None, ge=1, le=3)
    topic: str | None = None
    syndicated_from: str | None = None
    text: TextKind = "verbatim"

    @field_validator("title", "publisher", "author", "kind", "topic", "syndicated_from")
    @classmethod
    def _require_text(cls, value: str | None) -> str | None:
        line = one_line(value or "")
        if value is not None and not line:
            raise ValueError("holds nothing that can be read")
        return line or None

    @field_validator("text", mode="before")
    @classmethod
    def _require_text_kind(cls, value: object) -> object:
        if value in get_args(TextKind):
            return value
        raise ValueError(f"{reprlib.repr(value)} is neither verbatim nor summary")

    @field_validator("url")
    @classmethod
    def _require_web_address(cls, value: str | None) -> str | None:
        if value is None or _ADDRESS.fullmatch(value):
            return value
        raise ValueError(f"{value!r} is no address that starts with http:// or https://")

    @field_validator("published", "accessed", mode="before")
    @classmethod
    def _parse_iso_date(cls, value: object) -> object:
        if isinstance(value, int | float):
            raise ValueError(f"{value!r} is no date; write it as 2026-01-27")  # noqa: TRY004
        if not isinstance(value, str):
            return value
        try:
            return date.fromisoformat(re.split("[T ]", value.strip(), maxsplit=1)[0])
        except ValueError:
            raise ValueError(f"{value!r} is no date; write it as 2026-01-27") from None


def check_front_matter(fields: object, where: str, required: Iterable[str] = ()) -> FrontMatter:
    """Check the fields of front matter; an empty field counts as absent.

    Raises:
        SourceUnreadable: an unknown or missing field, a wrong date, address, id or tier.
    """
    if isinstance(fields, dict):
        fields = {key: value for key, value in fields.items() if value not in ("", None)}
    try:
        meta = FrontMatter.model_validate(fields or {})
    except ValidationError as error:
        faults = [_describe_fault(one["loc"], one["type"], one["msg"]) for one in error.errors()]
    else:
        faults = [f"{name} is missing" for name in required if getattr(meta, name) is None]
        if not faults:
            return meta
    raise SourceUnreadable(
        f"{where}: {'; '.join(faults)}.", "Correct its front matter and add it again."
    )


def parse_front_matter(text: str, where: str, required: Iterable[str] = ()) -> FrontMatter:
    """Read YAML lines. Every value is taken as the text that stands there: no guessed types.

    Raises:
        SourceUnreadable: not YAML, or not what `check_front_matter` accepts.
    """
    try:
        fields = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds strings only
    except RecursionError:
        raise SourceUnreadable(
            f"{where}: the front matter is nested too deeply to be read.",
            "Write it as plain lines, a field each.",
        ) from None
    except yaml.YAMLError as error:
        raise SourceUnreadable(
            f"{where}: the front matter is not YAML ({one_line(str(error))}).",
            "Correct it (a value with a colon needs quotes) and add the file again.",
        ) from None
    return check_front_matter(fields, where, required)


def split_front_matter(text: str) -> tuple[str | None, str]:
    """Return the front matter's lines (None if there is none) and the body after them."""
    found = _FENCE.match(text)
    return (found[1], text[found.end() :]) if found else (None, text)


def _describe_fault(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(map(str, place))
    if kind == "extra_forbidden":
        return f"unknown field {name!r} (known: {', '.join(FrontMatter.model_fields)})"
    return f"{name or 'front matter'}: {message.removeprefix('Value error, ')}"

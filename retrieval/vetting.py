"""Who may be cited: a list of publishers by web address, or a named person's word."""

import json
import tomllib
import unicodedata
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from retrieval.errors import SourceRefused, SourceUnreadable
from retrieval.loaders.frontmatter import FrontMatter
from retrieval.loaders.normalise import one_line

if TYPE_CHECKING:
    from tldextract import TLDExtract

_DEFAULT_PORTS = {"http": 80, "https": 443}


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract  # noqa: PLC0415 - brings a client for HTTP: 0.1 s

    return TLDExtract(
        suffix_list_urls=(),  # the list that the package carries: never the network
        cache_dir=None,
        include_psl_private_domains=True,  # one blog on a platform is not the platform
    )


class Site(BaseModel, frozen=True):
    """A registrable domain, or a host below one, with or without the start of a path."""

    host: str
    registrable: str
    path: tuple[str, ...] = ()

    def contains(self, other: "Site") -> bool:
        """Compare whole labels and whole path segments, never endings of a string."""
        return (
            self.registrable == other.registrable
            and f".{other.host}".endswith(f".{self.host}")
            and other.path[: len(self.path)] == self.path
        )


class Admission(BaseModel, frozen=True, extra="forbid"):
    """What vetting decides about a source."""

    publisher: str
    tier: int
    vetted_by: str
    syndicated_from: str | None


class Vetting(Protocol):
    """Admits a source, or says why not."""

    def admit(self, meta: FrontMatter, where: str) -> Admission:
        """Decide from what a document says of itself; `where` names it in messages.

        Raises:
            SourceRefused: the source is not admitted; the advice is how to change that.
        """


class Publisher(BaseModel, frozen=True, extra="forbid"):
    """One entry of the list."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    """Other names it goes by, in front matter and in `syndicated_from`."""
    domains: tuple[str, ...] = ()
    """Registrable domains (`bbc.co.uk`), or a host or path below one where many publish
    (`goldman.house.gov`, `scribd.com/document/704494076`). None for an outlet that is known only
    through copies: its name is recognised, nothing is admitted by its address."""
    feeds: tuple[str, ...] = ()
    """Feeds and sitemaps that `verdict library watch` reads, at these domains."""
    tier: int = Field(ge=1, le=3)
    reason: str = Field(min_length=1)

    @field_validator("domains")
    @classmethod
    def _require_registrable(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        for domain in domains:
            if parse_address(f"https://{domain}") is None:
                raise ValueError(f"{domain!r} is no registrable domain or host below one")
        return domains

    @model_validator(mode="after")
    def _require_own_feeds(self) -> Self:
        for feed in self.feeds:
            place = parse_address(feed)
            if place is None or not any(known.contains(place) for known in self.sites):
                raise ValueError(f"the feed {feed!r} is at none of its domains")
        return self

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        found = (parse_address(f"https://{domain}") for domain in self.domains)
        return tuple(site for site in found if site)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(map(_fold_name, (self.name, *self.aliases)))


class VettingList(BaseModel, frozen=True, extra="forbid"):
    """Admits a source whose address lies with a listed publisher that is also its publisher.

    The tier is the entry's; front matter may lower it (an opinion piece in a newspaper), never
    raise it. A source is filed under the entry's name, whatever alias it gave.
    """

    publisher: tuple[Publisher, ...]

    @model_validator(mode="after")
    def _require_unique_names(self) -> Self:
        names = [name for entry in self.publisher for name in entry.names]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"named by two entries: {', '.join(twice)}")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a TOML file of `[[publisher]]` tables.

        Raises:
            SourceUnreadable: no such file, not TOML, or an entry is not what it must be.
        """
        advice = "Each [[publisher]] needs name, tier and reason, and domains to admit anything."
        try:
            return cls.model_validate(tomllib.loads(path.read_text("utf-8")))
        except OSError as error:
            raise SourceUnreadable(
                f"The vetting list {path} cannot be opened: {error.strerror}.", "Check the path."
            ) from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            why = f"{place}: {first['msg']}".removeprefix(": ")
            raise SourceUnreadable(f"The vetting list {path} is wrong ({why}).", advice) from None
        except ValueError as error:
            raise SourceUnreadable(f"{path} is no TOML file ({error}).", advice) from None
        except RecursionError:
            raise SourceUnreadable(f"{path} is nested too deeply to be read.", advice) from None

    def admit(self, meta: FrontMatter, where: str) -> Admission:
        """See `Vetting`."""
        place = parse_address(meta.url)
        if place is None:
            raise SourceRefused(
                f"{where} is not admitted: {_describe_missing_address(meta.url)}.",
                "Give the plain web address of the page as `url`, or vouch for it by --vetted-by.",
            )
        here = self.publishers_at(place)
        named = [
            entry for entry in here if meta.publisher and _fold_name(meta.publisher) in entry.names
        ]
        if not meta.publisher and len(here) == 1:
            named = here  # a page that names no publisher, at an address with one
        if not named:
            raise SourceRefused(
                f"{where} is not admitted: {_describe_missing_entry(meta.publisher, place, here)}.",
                "If it deserves trust, add to the vetting list:\n"
                + _propose_entry(meta.publisher, place),
            )
        entry = named[0]
        return Admission(
            publisher=entry.name,
            tier=max(entry.tier, meta.tier or entry.tier),
            vetted_by=f"vetting list: {entry.name}",
            syndicated_from=meta.syndicated_from and self._canonical_name(meta.syndicated_from),
        )

    def publishers_at(self, place: Site) -> list[Publisher]:
        """Whose address it is; none, or several where they share it."""
        return [e for e in self.publisher if any(known.contains(place) for known in e.sites)]

    def _canonical_name(self, name: str) -> str:
        folded = _fold_name(name)
        return next((entry.name for entry in self.publisher if folded in entry.names), name)


class Voucher(BaseModel, frozen=True, extra="forbid"):
    """Admits whatever a named person vouches for; publisher and tier are what it says of itself."""

    person: str = Field(min_length=1)

    def admit(self, meta: FrontMatter, where: str) -> Admission:
        """Admit; the lowest tier where it names none.

        A source that names no publisher is filed under its author, else under the host of its
        address, else under the person.
        """
        place = parse_address(meta.url)
        named = meta.publisher or meta.author or (place and place.host.removeprefix("www."))
        return Admission(
            publisher=named or provided_by(self.person),
            tier=meta.tier or 3,
            vetted_by=self.person,
            syndicated_from=meta.syndicated_from,
        )


def provided_by(person: str) -> str:
    """Stands for the publisher of a source that names none, and none can be found for."""
    return f"Provided by {person}"


def _fold_name(name: str) -> str:
    return unicodedata.normalize("NFKC", one_line(name)).casefold()


def _describe_missing_address(url: str | None) -> str:
    return (
        f"{url} is not the plain web address of a registered domain" if url else "it has no address"
    )


def _describe_missing_entry(publisher: str | None, place: Site, here: list[Publisher]) -> str:
    if not here:
        return f"{place.host} is on no entry of the vetting list"
    names = " or ".join(repr(entry.name) for entry in here)
    return f"at {place.host} the vetting list knows {names}, not {publisher or 'an unnamed one'!r}"


def _propose_entry(publisher: str | None, place: Site) -> str:
    quoted = json.dumps(publisher or place.registrable, ensure_ascii=False)
    return (
        f'[[publisher]]\nname = {quoted}\ndomains = ["{place.host.removeprefix("www.")}"]\n'
        "tier = 2  # 1 primary or official, 2 established news, 3 advocacy or aggregator\n"
        'reason = "why this publisher can be cited"'
    )


@lru_cache(maxsize=4_096)  # each address is looked at several times on its way in
def parse_address(url: str | None) -> Site | None:
    """Where an address really lies; None unless it is a plain web address of a registered host.

    Refused are the ways to look like another host: user names, ports, trailing dots, percent signs,
    backslashes, IP addresses. Letters that look like others are compared as what they are: nothing
    outside ASCII is mapped (IDNA 2008), so a wide or Cyrillic "bbc.com" is another host.
    """
    if not url or "\\" in url or any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        own_port = parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)}
    except ValueError:
        return None
    host = parts.hostname or ""
    labels = [_ascii_label(label) for label in host.split(".")]
    segments = tuple(segment for segment in unquote(parts.path).split("/") if segment)
    if parts.scheme not in _DEFAULT_PORTS or not own_port or "@" in parts.netloc or not all(labels):
        return None
    if {".", ".."} & set(segments):  # a browser would leave the path that is compared
        return None
    host = ".".join(labels)
    registrable = _suffixes()(host).top_domain_under_public_suffix
    return Site(host=host, registrable=registrable, path=segments) if registrable else None


def _ascii_label(label: str) -> str:
    """One label of a host in the ASCII form of IDNA; empty where it cannot be one."""
    if not label.isascii():
        label = "xn--" + label.encode("punycode").decode("ascii")
    fits = len(label) <= 63 and label.replace("-", "").isalnum()
    return label if fits and label[0] != "-" != label[-1] else ""

"""Web addresses: where one really lies, whatever it looks like."""

from urllib.parse import unquote, urlsplit

from pydantic import BaseModel
from tldextract import TLDExtract

_DEFAULT_PORTS = {"http": 80, "https": 443}
_suffixes = TLDExtract(
    suffix_list_urls=(),  # the list that the package carries: never the network
    cache_dir=None,
    include_psl_private_domains=True,  # one blog on a platform is not the platform
)


class Place(BaseModel, frozen=True):
    """A registrable domain, or a host below one, with or without the start of a path."""

    host: str
    registrable: str
    path: tuple[str, ...] = ()

    def holds(self, other: "Place") -> bool:
        """Compare whole labels and whole path segments, never endings of a string."""
        return (
            self.registrable == other.registrable
            and f".{other.host}".endswith(f".{self.host}")
            and other.path[: len(self.path)] == self.path
        )


def located(url: str | None) -> Place | None:
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
    labels = [_label(label) for label in host.split(".")]
    segments = tuple(segment for segment in unquote(parts.path).split("/") if segment)
    if parts.scheme not in _DEFAULT_PORTS or not own_port or "@" in parts.netloc or not all(labels):
        return None
    if {".", ".."} & set(segments):  # a browser would leave the path that is compared
        return None
    host = ".".join(labels)
    registrable = _suffixes(host).top_domain_under_public_suffix
    return Place(host=host, registrable=registrable, path=segments) if registrable else None


def _label(label: str) -> str:
    """One label of a host in the ASCII form of IDNA; empty where it cannot be one."""
    if not label.isascii():
        label = "xn--" + label.encode("punycode").decode("ascii")
    fits = len(label) <= 63 and label.replace("-", "").isalnum()
    return label if fits and label[0] != "-" != label[-1] else ""

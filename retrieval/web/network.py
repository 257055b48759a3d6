"""The way to the web: a connection goes to a public address that was looked at, or to none.

A name is resolved here, once for each connection. Every address that it has must be public, and the
connection goes to one of those very addresses: what the name says a moment later changes nothing.
No proxy is used and nothing is read from the environment.
"""

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ssl import SSLContext

import httpcore2
import httpx2

from retrieval.errors import FetchFailed, LibraryError, SourceRefused

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Name and port to addresses, as text; raises OSError where there are none."""
Dial = Callable[[str, int, float], httpcore2.NetworkStream]
"""Connect to an address and port within so many seconds."""

WEB_PORTS = frozenset({80, 443})
_UNICAST: IPv6Network = IPv6Network("2000::/3")
"""All that is given out of IPv6; in it, but not to be used:"""
_NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4: an IPv4 address in another guise
        "2001:db8::/32",
        "3fff::/20",
        "168.63.129.16/32",  # a cloud's own service, at a public address
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 6to4
    )
)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's, written as what it is.

    IPv4 in the guise of IPv6 (mapped, 6to4, NAT64, Teredo) is not: it would hide where it leads.
    """
    if isinstance(address, IPv6Address) and (address not in _UNICAST or address.scope_id):
        return False
    if any(address.version == block.version and address in block for block in _NOT_PUBLIC):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_private
    )


def resolve_name(host: str, port: int) -> list[str]:
    """Every address that the system knows for a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def dial(address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
    """Connect to an address, which is not looked up again."""
    return httpcore2.SyncBackend().connect_tcp(address, port, timeout=seconds)


class Guard(httpcore2.NetworkBackend):
    """Opens connections to public addresses only, all of them until one deadline."""

    def __init__(self, resolve: Resolve, dial: Dial, deadline: float) -> None:
        """Take what resolves, what connects, and the end on the clock of `time.monotonic`."""
        self._resolve, self._dial, self._deadline = resolve, dial, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the addresses of `host` that answers.

        Raises:
            SourceRefused: one of them is not public, or the port is not the web's.
            FetchFailed: the name has none.
        """
        if port not in WEB_PORTS:
            raise SourceRefused(f"{host}:{port} is no port of the web.", "Only 80 and 443 are.")
        broken: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._look_up(host, port):
            left = min(timeout or self._deadline, self._deadline - time.monotonic())
            if left <= 0:
                raise httpcore2.ConnectTimeout("no time left")
            try:
                return _TimedStream(self._dial(address, port, left), self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                broken = error
        raise broken

    def _look_up(self, host: str, port: int) -> list[str]:
        try:
            addresses = [ip_address(one) for one in self._resolve(host, port)]
        except (OSError, ValueError) as error:
            raise FetchFailed(
                f"The name {host} cannot be resolved ({error}).",
                "Check the address and the connection.",
            ) from error
        if hidden := [one for one in addresses if not is_public(one)]:
            raise SourceRefused(
                f"{host} leads to {hidden[0]}, which is no public address.",
                "Only pages of the public web are fetched. Save the page and add the file.",
            )
        return [str(one) for one in addresses]


class _TimedStream(httpcore2.NetworkStream):
    """A stream that ends at the deadline, however slowly its bytes arrive."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._left(timeout, httpcore2.ConnectTimeout)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def _left(self, seconds: float | None, late: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise late("no time left")
        return left if seconds is None else min(seconds, left)


class _Body(httpx2.SyncByteStream):
    """The bytes of an answer, each kept as it came."""

    def __init__(self, parts: Iterable[bytes], close: Callable[[], None], raw: bytearray) -> None:
        self._parts, self._close, self._raw = parts, close, raw

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self._raw += part
            yield part

    def close(self) -> None:
        self._close()


class Way(httpx2.BaseTransport):
    """One request over a guarded connection. `raw` is the body as it came."""

    def __init__(self, guard: Guard) -> None:
        self.raw = bytearray()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_trust(), network_backend=guard, http2=False, retries=0
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        parts = answer.stream
        if not isinstance(parts, Iterable):
            raise TypeError("an answer that cannot be read piece by piece")
        return httpx2.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(parts, self._pool.close, self.raw),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


@contextmanager
def explain_network(url: str, seconds: float) -> Iterator[None]:
    """Say in words what a connection raises.

    Raises:
        FetchFailed: it took too long, could not be made, broke, or spoke no HTTP.
    """
    try:
        yield
    except LibraryError:
        raise
    except (httpcore2.TimeoutException, httpx2.TimeoutException) as error:
        raise FetchFailed(
            f"{url} was not there after {seconds:g} seconds.", "Try again later."
        ) from error
    except (
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpx2.TransportError,
        httpx2.DecodingError,
    ) as error:
        detail = " ".join(str(error).split())[:120] or type(error).__name__
        raise FetchFailed(
            f"{url} could not be fetched ({detail}).", "Check that it opens in a browser."
        ) from error


@cache
def _trust() -> SSLContext:
    """The certificates of the system, read once."""
    return httpx2.create_ssl_context()

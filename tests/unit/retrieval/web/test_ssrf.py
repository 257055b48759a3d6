"""No address leads the fetcher into the network that it stands in.

The list that vets addresses is left out here: `admits` lets everything pass.
"""

import socket
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address
from typing import Any

import pytest

from retrieval.errors import LibraryError, SourceRefused
from retrieval.web.fetching import Fetched, check_address
from retrieval.web.network import Guard, is_public, resolve_name
from tests.loopback_web import PUBLIC, Web

TARGETS = (
    *("127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "0.0.0.0"),  # noqa: S104
    *("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16"),
)
NOT_PUBLIC = (
    *TARGETS,
    *("224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.9"),
    *("192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
    *("ff02::1", "2001:db8::1", "2001::1", "3fff::1", "100::1", "fec0::1", "5f00::1"),
    *(f"::ffff:{target}" for target in TARGETS),
    *(f"64:ff9b::{target}" for target in TARGETS),
    *(f"64:ff9b:1::{target}" for target in TARGETS),
    *(f"::{target}" for target in TARGETS[:-4]),
    *(str(ip_address((0x2002 << 112) | (int(IPv4Address(t)) << 80))) for t in TARGETS),
    f"::ffff:{PUBLIC}",
    f"64:ff9b::{PUBLIC}",
)
PAGE = "http://harbour-paper.org/bridge"


def spellings(target: str) -> Iterator[str]:
    """Addresses that lead to a target where a program is careless."""
    number, parts = int(IPv4Address(target)), [int(part) for part in target.split(".")]
    hexed = f"{number:08x}"
    hosts = [
        *(target, str(number), f"0x{hexed}", f"0{number:o}", f"{parts[0]}.{number & 0xFFFFFF}"),
        ".".join(f"0x{part:x}" for part in parts),
        ".".join(f"0{part:o}" for part in parts),
        f"0x{parts[0]:x}.{parts[1]}.0{parts[2]:o}.{parts[3]}",
        f"[::ffff:{target}]",
        f"[::ffff:{hexed[:4]}:{hexed[4:]}]",
        f"[64:ff9b::{target}]",
        f"{target}.",
        f"{target}:8080",
        f"harbour-paper.org@{target}",
        f"user:word@{target}",
        f"{target}#@harbour-paper.org",
        f"{target}\\@harbour-paper.org",
        f"harbour-paper.org\\@{target}",
        f"harbour-paper.org%2f@{target}",
        f"{target}%00.harbour-paper.org",
        target.replace(".", "%2e"),
        target.replace(".", "。"),
        "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in target),
        f"harbour-paper.org\r\nHost: {target}",
        f"{target}\t",
    ]
    yield from (f"http://{host}/x" for host in hosts)


OTHER = (
    *("file:///etc/passwd", "gopher://127.0.0.1:70/_x", "ftp://127.0.0.1/", "dict://127.0.0.1:11/"),
    *("data:text/html,<p>x</p>", "ldap://127.0.0.1/", "//127.0.0.1/x", "http:/127.0.0.1/x"),
    *("http://localhost/x", "http://localhost.localdomain/x", "http://metadata/x", "http:///x"),
    *("http://metadata.google.internal/x", "http://[::1]/x", "http://[::]/x", "jar:http://a.org!/"),
    *("http://harbour-paper.org:22/x", "http://harbour-paper.org:6379/x", "unix:///run/x.sock"),
)
FORMS = [*(form for target in TARGETS for form in spellings(target)), *OTHER]


def numeric(web: Web) -> None:
    """Have the web's resolver read numbers as the system does."""
    known = web.resolve

    def resolve(host: str, port: int) -> list[str]:
        try:
            return [socket.inet_ntoa(socket.inet_aton(host))]
        except OSError:
            return known(host, port)

    web.resolve = resolve  # type: ignore[method-assign]


def fetch(web: Web, url: str) -> Fetched | None:
    """What comes of an address that everybody admits; None where it is refused."""
    try:
        return web.fetcher().fetch(url, lambda _: None)
    except LibraryError:
        return None


def test_enough_attempts_are_made() -> None:
    assert len(FORMS) + 3 * len(NOT_PUBLIC) > 300


def test_no_spelling_of_an_address_is_connected_to(web: Web) -> None:
    numeric(web)
    assert {url for url in FORMS if fetch(web, url) is not None} == set()
    assert web.dialled == []


def test_no_redirect_leads_to_one(web: Web) -> None:
    numeric(web)
    for number, url in enumerate(FORMS):
        page = f"{PAGE}/{number}"
        web.put(page, status=302, Location="".join(c for c in url if c not in "\r\n\t"))
        fetch(web, page)
        assert web.asked[page] == 1
    assert set(web.dialled) == {PUBLIC}


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_to_no_public_address_is_not_connected_to(web: Web, address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        web.names["harbour-paper.org"] = found
        assert fetch(web, PAGE) is None
    assert web.dialled == []


def test_a_name_that_changes_between_look_and_connection_is_looked_at_again(web: Web) -> None:
    web.article(PAGE, "The bridge", "It was closed.")
    answers = iter([[PUBLIC], ["127.0.0.1"]] * 20)
    web.resolve = lambda host, port: next(answers)  # type: ignore[method-assign]
    for _ in range(10):
        assert fetch(web, PAGE) is None  # robots.txt came from the first answer
    assert set(web.dialled) == {PUBLIC}


def test_the_connection_goes_to_the_address_that_was_looked_at(web: Web) -> None:
    web.article(PAGE, "The bridge", "It was closed.")
    web.names["harbour-paper.org"] = ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", PUBLIC]
    answer = fetch(web, PAGE)
    assert answer
    assert answer.status == 200
    assert set(web.dialled) == {"2606:2800:21f:cb07:6820:80da:af6b:8b2c"}


def test_robots_txt_cannot_lead_away(web: Web) -> None:
    robots = "http://harbour-paper.org/robots.txt"
    for target in ("http://127.0.0.1/robots.txt", "http://elsewhere.com/robots.txt"):
        web.put(robots, status=302, Location=target)
        assert fetch(web, PAGE) is None
    assert set(web.dialled) == {PUBLIC}
    assert web.asked["http://elsewhere.com/robots.txt"] == 0


def test_the_environment_names_no_proxy(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.article(PAGE, "The bridge", "It was closed.")
    assert fetch(web, PAGE) is not None


def test_no_credentials_and_no_cookies_are_sent(web: Web) -> None:
    web.put(PAGE, status=302, Location=f"{PAGE}/2", Set_Cookie="a=b")
    web.article(f"{PAGE}/2", "The bridge", "It was closed.")
    fetch(web, PAGE)
    assert not {"Cookie", "Authorization", "Referer"} & web.headers[f"{PAGE}/2"].keys()


def test_public_addresses_are_public() -> None:
    for address in (PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"):
        assert is_public(ip_address(address))


def test_the_system_resolves_numbers_to_what_the_guard_refuses() -> None:
    assert not any(is_public(ip_address(one)) for one in resolve_name("127.0.0.1", 80))


def test_an_address_is_read_alike_by_both_readers() -> None:
    assert check_address("https://www.bbc.co.uk/news#top") == "https://www.bbc.co.uk/news"


@pytest.mark.parametrize("port", [22, 25, 6_379, 8_080, 65_535])
def test_no_port_but_the_webs_is_connected_to_whoever_asks(port: int) -> None:
    dialled: list[object] = []

    def dial(*to: object) -> Any:  # noqa: ANN401  (nothing is connected)
        dialled.append(to)

    guard = Guard(lambda _host, _port: [PUBLIC], dial, time.monotonic() + 600)
    with pytest.raises(SourceRefused, match="no port of the web"):
        guard.connect_tcp("harbour-paper.org", port)
    assert dialled == []

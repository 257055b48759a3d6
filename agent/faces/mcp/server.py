"""`verdict mcp`: the desk for assistants that speak the Model Context Protocol."""

# ruff: noqa: PLC0415  (the extra may not be installed)

import socket
from collections.abc import Callable
from importlib.metadata import version
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import Field

from agent.faces.exit_codes import (
    BadInput,
    Exit,
    status_of,
    words_of,
)
from agent.faces.mcp.answers import (
    NOTICE,
    CheckedClaim,
    Fetched,
    FoundPassages,
    Tools,
    VerifiedDraft,
)
from agent.faces.opening import open_library, read_settings, share_heaps
from agent.faces.options import day
from agent.faces.terminal import STEPS, say

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context, MCPServer
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")
PATH: Final = "/mcp"
LARGEST: Final = 4_000_000
"""Bytes of a request over HTTP: more than any text that `verify_draft` reads."""
Claim = Annotated[str, Field(description="One claim or question, as a person would type it.")]
AsOf = Annotated[
    str | None,
    Field(description="YYYY-MM-DD: leave out what was published later or carries no date."),
]
Draft = Annotated[
    str,
    Field(description="Markdown or plain text with [1] and a list of sources, or a page in JSON."),
]
Id = Annotated[str, Field(description="The id of a passage or of a source, as `search` gives it.")]
INSTRUCTIONS: Final = (
    "A library of vetted sources and a desk that fact-checks from it and from nothing else. "
    "Ask check_claim whether something is true; verify_draft rules on each sentence of a cited "
    "text; search and fetch read the library. Where a verdict is null the library has nothing on "
    f"the claim: say so, and do not guess. {NOTICE}"
)


def serve(http: str | None, at: Path | None) -> Exit:
    """`verdict mcp`: over stdin and stdout, or over HTTP at `http` ("127.0.0.1:8765").

    Raises:
        BadInput: the extra is not installed, or `http` is no address of this machine.
    """
    _require_extra()
    listening = _listen(http) if http else None
    share_heaps()
    with open_library(at) as library:
        server = build(Tools(library, read_settings()))
        if listening is None:
            server.run("stdio")
        else:
            say(f"Serving on {_address(listening)}. Stop with Ctrl-C.")
            _run(server, listening)
    return Exit.OK


def build(tools: Tools) -> "MCPServer":
    """The server with its four tools, each with a schema of what it takes and gives."""
    from mcp.server.mcpserver import Context, MCPServer
    from mcp.types import ToolAnnotations

    server = MCPServer(
        "verdict-desk",
        title="Verdict Desk",
        instructions=INSTRUCTIONS,
        version=version("verdict-desk"),
        log_level="WARNING",  # stderr tells of faults only
    )
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)

    @server.tool(title="Is this true?", annotations=reads)
    def check_claim(claim: Claim, ctx: Context, as_of: AsOf = None) -> CheckedClaim:
        """Fact-check one claim or question from the library.

        Gives the verdict in plain words with its scope, the sentences that carry it, each with
        quotes and sources, what was searched, the certificate of each search that found nothing,
        and how many sentences the check threw out. A verdict of null: nothing on this.
        """
        return _told(lambda: tools.check_claim(claim, day(as_of), _steps(ctx)))

    @server.tool(title="Check a cited text", annotations=reads)
    def verify_draft(text: Draft) -> VerifiedDraft:
        """Rule on every sentence of a text that cites by number and lists its sources.

        Each sentence is held against the library's copy of the sources it cites. Whatever is not
        `supported` should not be published as it stands; its reason says why.
        """
        return _told(lambda: tools.verify_draft(text))

    @server.tool(title="Search the library", annotations=reads)
    def search(query: Annotated[str, Field(description="Words to look for.")]) -> FoundPassages:
        """Find the passages of the vetted sources that fit a query best, by words and meaning."""
        return _told(lambda: tools.search(query))

    @server.tool(title="Read a passage or a source", annotations=reads)
    def fetch(id: Id) -> Fetched:  # noqa: A002  (the name that assistants expect)
        """Read one passage, or the stored text of a whole source, with where it comes from."""
        return _told(lambda: tools.fetch(id))

    return server


def _told(call: Callable[[], T]) -> T:
    """A known failure in the words that a person reads; an unknown one keeps its traceback."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        return call()
    except Exception as error:  # the face's last line
        if status_of(error) is None:
            raise
        raise ToolError(words_of(error)) from error


def _steps(ctx: "Context") -> Callable[[str], None]:
    """Tells the client each step as it begins; runs in the tool's own thread."""
    from anyio import from_thread

    numbers = count(1)

    def step(name: str) -> None:
        from_thread.run(ctx.report_progress, next(numbers), None, STEPS.get(name, name))

    return step


def _require_extra() -> None:
    try:
        import mcp.server.mcpserver  # noqa: F401
    except ImportError as error:
        raise BadInput(
            f"The MCP server is not installed ({error}). Install it with "
            "`pip install '.[mcp]'` in its checkout."
        ) from error


def _listen(address: str) -> socket.socket:
    """A socket on this machine; the server has no authentication, so nowhere else."""
    host, port = _read(address)
    if not (host == "localhost" or _is_loopback(host)):
        raise BadInput(
            f"{host} can be reached from outside, and this server asks nobody who they are. "
            "Serve on 127.0.0.1 and put a proxy that does before it."
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadInput(
            f"Nothing can be served on {address}: {error.strerror}. Choose another port."
        ) from error


def _read(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or address != parts.netloc:
        raise BadInput(f"{address!r} is no address. Write it as 127.0.0.1:8765.")
    return host, port


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"


class Bounded:
    """An ASGI application that reads no body beyond `LARGEST` bytes, whatever its length says."""

    def __init__(self, app: "ASGIApp") -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        headers = dict(scope.get("headers") or ())
        said = headers.get(b"content-length", b"0")
        fits = said.isdigit() and len(said) <= len(str(LARGEST)) and int(said) <= LARGEST
        if scope["type"] == "http" and not fits:
            await _refuse(send)
            return
        left = LARGEST

        async def counted() -> "Message":
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            return message if left >= 0 else {"type": "http.disconnect"}

        await self._app(scope, counted, send)


async def _refuse(send: "Send") -> None:
    words = f"A request may have {LARGEST:,} bytes; send a shorter text.".encode()
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _run(server: "MCPServer", listening: socket.socket) -> None:
    """Serve until interrupted. Only requests that name this machine as their host are answered."""
    import uvicorn

    app = server.streamable_http_app(streamable_http_path=PATH, stateless_http=True)
    config = uvicorn.Config(Bounded(app), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])

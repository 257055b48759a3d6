"""The desk in a browser: drafts become fact-checks; and an API for programs.

The commands `verdict serve` and `verdict accounts …` are here. They import heavy modules only
where they use them.
"""
# ruff: noqa: PLC0415

import getpass
import sys
import threading
import webbrowser
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.faces.exit_codes import BadInput, Exit
from agent.faces.options import LibraryDir
from agent.faces.terminal import say, set_up_log

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from agent.faces.web.accounts import Accounts
    from agent.faces.web.services import Services
    from agent.settings import Settings
    from retrieval import Library

README: Final = "agent/faces/web/README.md"
STOPPING_SECONDS: Final = 5
"""How long requests in work may take to end when the server stops."""
CONNECTIONS: Final = 500
commands = typer.Typer()
accounts_app = typer.Typer(
    help="Say who may use the desk.", no_args_is_help=True, rich_markup_mode=None
)
commands.add_typer(accounts_app, name="accounts")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the person.")]
RoleName = Annotated[str, typer.Option("--role", help="reader, editor or admin.")]


@commands.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (VERDICT_WEB_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Its port (VERDICT_WEB_PORT).")
    ] = None,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Show it in the browser.")] = True,
    library: LibraryDir = None,
) -> None:
    """Serve the editors' desk in the browser, until stopped."""
    from agent.faces.opening import open_library, read_settings, share_heaps

    settings = read_settings()
    chosen = settings.web_host if host is None else host
    number = settings.web_port if port is None else port
    set_up_log()
    share_heaps()
    with open_library(library) as opened, open_services(settings, opened, chosen) as services:
        listening = _listen(chosen, number)
        address = settings.web_url or _address(listening)
        say(f"The desk is at {address} . Stop with Ctrl-C.")
        if open_ and sys.stdout.isatty() and settings.web_url is None:
            threading.Timer(0.5, webbrowser.open, [address]).start()
        _run(services, listening)
    raise typer.Exit(Exit.OK)


@accounts_app.command()
def add(name: Name, role: RoleName = "editor", library: LibraryDir = None) -> None:
    """Make an account; the password is asked for, or read from stdin."""
    from agent.faces.web.accounts import Role

    with _opened_accounts(library) as accounts:
        made = accounts.add(name, Role.of(role), _password())
    say(f"{made.name} may sign in as {made.role.word}.")


@accounts_app.command("list")
def list_(library: LibraryDir = None) -> None:
    """List the accounts."""
    with _opened_accounts(library) as accounts:
        found = accounts.all()
    for one in found:
        typer.echo(f"{one.role.word:<8}{one.created:%Y-%m-%d}  {one.name}")
    say(f"{len(found)} accounts")


@accounts_app.command()
def change(
    name: Name,
    role: Annotated[str | None, typer.Option(help="Another role.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    library: LibraryDir = None,
) -> None:
    """Give an account another role or password; the person signs in again."""
    from agent.faces.web.accounts import Role

    if role is None and not password:
        raise BadInput("Say what to change: --role ROLE, --password or both.")
    with _opened_accounts(library) as accounts:
        accounts.change(
            name,
            role=None if role is None else Role.of(role),
            password=_password() if password else None,
        )
    say(f"Changed {name}.")


@accounts_app.command()
def remove(name: Name, library: LibraryDir = None) -> None:
    """Remove an account; what it did stays in the trail."""
    with _opened_accounts(library) as accounts:
        accounts.remove(name)
    say(f"Removed {name}.")


@accounts_app.command()
def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    library: LibraryDir = None,
) -> None:
    """Print a token for programs, with the rights of an account; it is shown this once."""
    with _opened_accounts(library) as accounts:
        typer.echo(accounts.issue_token(name, label))


@contextmanager
def open_services(
    settings: "Settings", library: "Library", host: str = "127.0.0.1"
) -> "Iterator[Services]":
    """Everything that the application works with, opened and closed.

    Raises:
        BadInput: the address can be reached by others and nobody would have to sign in.
        JobsUnavailable: the database of the jobs cannot be used.
    """
    from agent import bootstrap
    from agent.faces.opening import read_models_ahead
    from agent.faces.web.services import Services

    with ExitStack() as stack:
        accounts = stack.enter_context(_accounts_of(settings, library.directory))
        require_guarded(settings, host, signed_in=accounts.exist())
        read_models_ahead(settings)
        desk = bootstrap.build_desk(settings, library)
        yield Services(
            settings=settings,
            library=library,
            jobs=stack.enter_context(bootstrap.open_jobs(settings, library, watches=True)),
            reviews=stack.enter_context(bootstrap.open_reviews(settings, library, desk)),
            accounts=accounts,
            desk=desk,
            alone="" if settings.web_url else settings.web_name or _user_name(),
        )


def require_guarded(settings: "Settings", host: str, *, signed_in: bool) -> None:
    """Refuse to be reached by others while nobody has to sign in.

    Raises:
        BadInput: names what to do first.
    """
    if _is_loopback(host) and settings.web_url is None:
        return
    if not signed_in:
        raise BadInput(
            f"Others could reach this desk (it would listen on {host}"
            f"{f' for {settings.web_url}' if settings.web_url else ''}), and nobody would have to "
            "sign in. Make an account first: verdict accounts add NAME --role admin"
        )
    if settings.web_url is None:
        raise BadInput(
            f"{host} can be reached by others. Put a proxy with TLS before the desk and set "
            f"VERDICT_WEB_URL to the https address that it has there. {README} shows how."
        )


@contextmanager
def _opened_accounts(directory: "Path | None") -> "Iterator[Accounts]":
    from agent.faces.opening import open_library, read_settings

    settings = read_settings()
    with open_library(directory) as opened, _accounts_of(settings, opened.directory) as accounts:
        yield accounts


@contextmanager
def _accounts_of(settings: "Settings", directory: "Path") -> "Iterator[Accounts]":
    from agent.faces.web.accounts import Accounts, address_of_accounts

    url = settings.database_url.get_secret_value() if settings.database_url else None
    accounts = Accounts(address_of_accounts(directory, url), settings.web_session_days)
    try:
        yield accounts
    finally:
        accounts.close()


def _password() -> str:
    """What is typed unseen, twice; or the first line that is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Password (12 signs or more): ")
    if getpass.getpass("Once more: ") != typed:
        raise BadInput("The two are not the same. Try again.")
    return typed


def _user_name() -> str:
    """The computer's user; `editor` where it has no name."""
    try:
        return getpass.getuser()[:60] or "editor"
    except (OSError, KeyError):
        return "editor"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> "socket.socket":
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise BadInput(
            f"Nothing can be served on {host}:{port}: {error.strerror}. Choose another --port."
        ) from error


def _address(listening: "socket.socket") -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _run(services: "Services", listening: "socket.socket") -> None:
    """Serve until SIGINT or SIGTERM; what is in work is finished, streams end at once."""
    import uvicorn

    from agent.faces.web.app import create_app

    app: FastAPI = create_app(services)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: object) -> None:
            app.state.streams.stopping = True
            super().handle_exit(sig, frame)  # type: ignore[arg-type]

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=services.settings.web_url is not None,
        timeout_graceful_shutdown=STOPPING_SECONDS,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=64 * 1024,
    )
    Server(config).run(sockets=[listening])

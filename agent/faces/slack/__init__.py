"""Slack: "Is this true?" asked in a message, a mention, a direct message or a command.

The commands `verdict slack` and `verdict forget-user` are here. They import heavy modules, and
those that need the extra `slack`, only where they use them.
"""
# ruff: noqa: PLC0415

import signal
import threading
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.faces.exit_codes import BadInput, Exit
from agent.faces.options import LibraryDir
from agent.faces.terminal import say, set_up_log

if TYPE_CHECKING:
    from pydantic import SecretStr

    from agent.faces.slack.responder import Options
    from agent.faces.slack.transport import Connection
    from agent.settings import Settings
    from retrieval import Library

DATABASE: Final = "slack.sqlite3"
INSTALLS: Final = "slack-installs.sqlite3"
README: Final = "agent/faces/slack/README.md"
commands = typer.Typer()


@commands.command()
def slack(library: LibraryDir = None) -> None:
    """Answer "Is this true?" in Slack, until stopped."""
    if find_spec("slack_bolt") is None:
        raise BadInput("Slack needs one more package: pip install '.[slack]' in its checkout")
    from agent.faces.opening import open_library, read_settings, share_heaps

    settings = read_settings()
    _check_settings(settings)
    set_up_log()
    share_heaps()
    with open_library(library) as opened:
        _serve(settings, opened)
    raise typer.Exit(Exit.OK)


@commands.command(name="forget-user")
def forget_user(
    user: Annotated[str, typer.Argument(metavar="USER", help="Slack's id of the person (U…).")],
    library: LibraryDir = None,
) -> None:
    """Delete what a person asked in Slack."""
    if not user.isalnum():
        raise BadInput(f"{user!r} is no Slack user id. It looks like U012ABCDEF.")
    from agent import bootstrap
    from agent.faces.opening import open_library, read_settings
    from agent.faces.slack.db import Database
    from agent.faces.slack.retention import delete_jobs, delete_user

    settings = read_settings()
    path = (library or settings.library) / DATABASE
    if not path.exists():
        raise BadInput(f"Nothing was ever asked in Slack here: there is no {path}.")
    database = Database(path)
    deleted, ids = delete_user(database, user.upper())
    database.close()
    if ids:
        with (
            open_library(library) as opened,
            bootstrap.open_jobs(settings, opened, workers=0) as jobs,
        ):
            delete_jobs(jobs, ids)
    say(f"{deleted} entries of {user} were deleted.")
    raise typer.Exit(Exit.OK)


def _check_settings(settings: "Settings") -> None:
    """Name what is missing, before anything is opened.

    Raises:
        BadInput: a setting is missing or does not go with another.
    """
    many = settings.slack_client_id is not None
    socket, http = settings.slack_mode == "socket", settings.slack_mode == "http"
    needed = {
        "VERDICT_SLACK_BOT_TOKEN": (settings.slack_bot_token, not many),
        "VERDICT_SLACK_APP_TOKEN": (settings.slack_app_token, socket),
        "VERDICT_SLACK_SIGNING_SECRET": (settings.slack_signing_secret, http),
        "VERDICT_SLACK_CLIENT_SECRET": (settings.slack_client_secret, many),
        "VERDICT_SLACK_WORKSPACES": (settings.slack_workspaces, many),
    }
    if many and socket:
        raise BadInput("Many workspaces are installed over HTTP: set VERDICT_SLACK_MODE=http.")
    missing = [name for name, (value, wanted) in needed.items() if wanted and not value]
    if missing:
        raise BadInput(f"Set {' and '.join(missing)}. {README} says where they come from.")


def _serve(settings: "Settings", library: "Library") -> None:
    """Answer until stopped.

    Raises:
        BadInput: Slack does not take a setting, or cannot be reached.
        LibraryBusy: another process answers Slack from this library already.
    """
    from agent import bootstrap
    from agent.faces.slack.app import open_desk
    from agent.faces.slack.transport import serve_http, serve_socket
    from retrieval import FileLock

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    store = bootstrap.build_desk(settings, library).store
    with ExitStack() as stack:
        stack.enter_context(FileLock(library.directory / "slack.lock", "answering Slack"))
        connection = _connect(settings, library.directory)
        jobs = stack.enter_context(bootstrap.open_jobs(settings, library))
        path = library.directory / DATABASE
        stack.enter_context(open_desk(connection, jobs, store, path, _options(settings)))
        say(f"Answering Slack in {', '.join(sorted(connection.workspaces))}. Ctrl-C ends it.")
        if settings.slack_mode == "http":
            secret = _reveal(settings.slack_signing_secret)
            serve_http(connection.app, secret, settings.slack_host, settings.slack_port)
        else:
            serve_socket(connection.app, _reveal(settings.slack_app_token), stopping)


def _connect(settings: "Settings", directory: Path) -> "Connection":
    from agent.faces.slack import transport

    workspaces = frozenset(settings.slack_workspaces)
    signing = _reveal(settings.slack_signing_secret)
    if settings.slack_client_id is None:
        token = _reveal(settings.slack_bot_token)
        return transport.connect_workspace(token, signing or None, workspaces)
    installs = _reveal(settings.slack_installs)
    return transport.connect_installations(
        settings.slack_client_id,
        _reveal(settings.slack_client_secret),
        signing,
        installs or transport.create_private_file(directory / INSTALLS),
        workspaces,
    )


def _options(settings: "Settings") -> "Options":
    from agent.faces.slack.inbox import Limits
    from agent.faces.slack.responder import Options

    return Options(
        limits=Limits(settings.slack_user_hourly, settings.slack_channel_hourly),
        channels=frozenset(settings.slack_channels),
        editors=settings.slack_editors,
        desk_url=settings.slack_desk_url,
        keep_days=settings.slack_keep_days,
    )


def _reveal(secret: "SecretStr | None") -> str:
    return secret.get_secret_value() if secret else ""

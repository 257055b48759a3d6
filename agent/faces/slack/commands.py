"""What `verdict slack` and `verdict forget-user` do."""

import logging
import signal
import threading
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from agent import bootstrap
from agent.faces.commands import configured, shelf
from agent.faces.failures import BadInput, Exit
from agent.faces.terminal import say
from agent.settings import Settings
from retrieval.library import Library
from retrieval.locks import FileLock

if TYPE_CHECKING:  # they need the extra
    from agent.faces.slack.desk import Terms
    from agent.faces.slack.serving import Connected

RECORDS: Final = "slack.sqlite3"
INSTALLS: Final = "slack-installs.sqlite3"
README: Final = "agent/faces/slack/README.md"


def slack(at: Path | None) -> Exit:
    """`verdict slack`: answer until stopped."""
    if find_spec("slack_bolt") is None:
        raise BadInput("Slack needs one more package: pip install 'verdict-desk[slack]'")
    settings = configured()
    _require(settings)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with shelf(at) as library:
        _serve(settings, library)
    return Exit.OK


def forget_user(user: str, at: Path | None) -> Exit:
    """`verdict forget-user`."""
    from agent.faces.slack.keeping import forget, forget_jobs  # noqa: PLC0415
    from agent.faces.slack.records import Records  # noqa: PLC0415

    if not user.isalnum():
        raise BadInput(f"{user!r} is no Slack user id. It looks like U012ABCDEF.")
    settings = configured()
    path = (at or settings.library) / RECORDS
    if not path.exists():
        raise BadInput(f"Nothing was ever asked in Slack here: there is no {path}.")
    records = Records(path)
    gone, jobs = forget(records, user.upper())
    records.close()
    if jobs:
        with shelf(at) as library, bootstrap.open_jobs(settings, library, workers=0) as held:
            forget_jobs(held, jobs)
    say(f"{gone} entries of {user} were deleted.")
    return Exit.OK


def _require(settings: Settings) -> None:
    """Say before the work what is missing.

    Raises:
        BadInput: a setting is missing or does not go with another.
    """
    many = settings.slack_client_id is not None
    needed = {
        "VERDICT_SLACK_BOT_TOKEN": (settings.slack_bot_token, not many),
        "VERDICT_SLACK_APP_TOKEN": (settings.slack_app_token, settings.slack_mode == "socket"),
        "VERDICT_SLACK_SIGNING_SECRET": (
            settings.slack_signing_secret,
            settings.slack_mode == "http",
        ),
        "VERDICT_SLACK_CLIENT_SECRET": (settings.slack_client_secret, many),
        "VERDICT_SLACK_WORKSPACES": (settings.slack_workspaces, many),
    }
    if many and settings.slack_mode == "socket":
        raise BadInput("Many workspaces are installed over HTTP: set VERDICT_SLACK_MODE=http.")
    missing = [name for name, (value, wanted) in needed.items() if wanted and not value]
    if missing:
        raise BadInput(f"Set {' and '.join(missing)}. {README} says where they come from.")


def _serve(settings: Settings, library: Library) -> None:
    """Answer until stopped.

    Raises:
        BadInput: Slack does not take a setting, or cannot be reached.
        LibraryBusy: another process answers Slack from this library already.
    """
    from agent.faces.slack.desk import open_desk  # noqa: PLC0415
    from agent.faces.slack.serving import over_http, over_socket  # noqa: PLC0415

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    store = bootstrap.build_desk(settings, library).store
    with ExitStack() as stack:
        stack.enter_context(FileLock(library.directory / "slack.lock", "answering Slack"))
        connected = _connected(settings, library.directory)
        jobs = stack.enter_context(bootstrap.open_jobs(settings, library))
        path = library.directory / RECORDS
        stack.enter_context(open_desk(connected, jobs, store, path, _terms(settings)))
        say(f"Answering Slack in {', '.join(sorted(connected.workspaces))}. Ctrl-C ends it.")
        if settings.slack_mode == "http":
            secret = _secret(settings.slack_signing_secret)
            over_http(connected.app, secret, settings.slack_host, settings.slack_port)
        else:
            over_socket(connected.app, _secret(settings.slack_app_token), stopping)


def _connected(settings: Settings, directory: Path) -> "Connected":
    from agent.faces.slack.serving import connect_many, connect_one, private_file  # noqa: PLC0415

    workspaces = frozenset(settings.slack_workspaces)
    signing = _secret(settings.slack_signing_secret) or None
    if settings.slack_client_id is None:
        return connect_one(_secret(settings.slack_bot_token), signing, workspaces)
    installs = _secret(settings.slack_installs)
    return connect_many(
        settings.slack_client_id,
        _secret(settings.slack_client_secret),
        _secret(settings.slack_signing_secret),
        installs or private_file(directory / INSTALLS),
        workspaces,
    )


def _terms(settings: Settings) -> "Terms":
    from agent.faces.slack.desk import Terms  # noqa: PLC0415
    from agent.faces.slack.questions import Limits  # noqa: PLC0415

    return Terms(
        limits=Limits(settings.slack_user_hourly, settings.slack_channel_hourly),
        channels=frozenset(settings.slack_channels),
        editors=settings.slack_editors,
        desk_url=settings.slack_desk_url,
        keep_days=settings.slack_keep_days,
    )


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""

"""A desk in a browser for one test: services over a library, and browsers and programs that ask."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient

from agent import bootstrap
from agent.faces.web.access import csrf_of
from agent.faces.web.accounts import Accounts, Role
from agent.faces.web.app import create_app
from agent.faces.web.services import Services
from agent.jobs.port import Jobs
from agent.service import Desk
from agent.settings import Settings
from agent.types import Insufficient, Page, Question
from retrieval import Library
from tests.fakes_jobs import until
from tests.security.canaries import PASSWORD

LOOPBACK = "http://127.0.0.1:8800"
PUBLIC = "https://desk.example.org"
API = "/api/v1"


@dataclass
class Browser:
    """A browser: keeps cookies, sends forms with the token of the page, as a person would."""

    client: TestClient
    origin: str = LOOPBACK

    def get(self, address: str, **given: Any) -> Response:  # noqa: ANN401
        headers = {"accept": "text/html", **given.pop("headers", {})}
        return self.client.get(address, headers=headers, **given)

    def post(self, address: str, data: dict[str, Any] | None = None, **given: Any) -> Response:  # noqa: ANN401
        headers = {"origin": self.origin, "accept": "text/html", **given.pop("headers", {})}
        sent = {"csrf": self.csrf, **(data or {})}
        return self.client.post(address, data=sent, headers=headers, **given)

    def send(self, method: str, address: str, **given: Any) -> Response:  # noqa: ANN401
        """What a script of the page sends."""
        headers = {"origin": self.origin, "x-csrf-token": self.csrf, **given.pop("headers", {})}
        return self.client.request(method, address, headers=headers, **given)

    @property
    def csrf(self) -> str:
        if not self.session:
            self.get("/login")
        return csrf_of(self.session)

    @property
    def session(self) -> str:
        found = [c.value for c in self.client.cookies.jar if "verdict_session" in c.name]
        return found[-1] or "" if found else ""

    def sign_in(self, name: str, password: str = PASSWORD) -> Response:
        return self.post("/login", {"name": name, "password": password})


@dataclass
class Site:
    """The application and its services, and whoever asks it."""

    app: FastAPI
    services: Services
    origin: str = LOOPBACK
    clients: list[TestClient] = field(default_factory=list)

    def browser(self) -> Browser:
        return Browser(self._client(), self.origin)

    def signed_in(self, name: str, role: Role) -> Browser:
        """A browser of somebody with an account, made now; the first account is an admin's."""
        accounts = self.services.accounts
        if not accounts.exist() and role is not Role.ADMIN:
            accounts.add("Root", Role.ADMIN, PASSWORD)
        accounts.add(name, role, PASSWORD)
        browser = self.browser()
        assert browser.sign_in(name).status_code == 303
        return browser

    def program(self, token: str = "") -> TestClient:
        """A program on this machine, without cookies; with a token where one is given."""
        client = self._client()
        if token:
            client.headers["authorization"] = f"Bearer {token}"
        return client

    def _client(self) -> TestClient:
        client = TestClient(self.app, base_url=self.origin, follow_redirects=False)
        client.headers.pop("user-agent")
        self.clients.append(client)
        return client


@contextmanager
def site(
    folder: Path, library: Library, desk: Desk, jobs: Jobs, **settings: object
) -> Iterator[Site]:
    """A site whose reviews and accounts are kept in a folder of the test."""
    chosen = Settings.model_validate({"library": library.directory, **settings})
    tables = f"sqlite:///{folder / 'accounts.sqlite3'}"
    accounts = Accounts(tables)
    with bootstrap.open_reviews(chosen, _Beside(folder), desk) as reviews:
        services = Services(
            settings=chosen,
            library=library,
            jobs=jobs,
            reviews=reviews,
            accounts=accounts,
            desk=desk,
            alone="" if chosen.web_url else "Ada Reed",
        )
        yield Site(create_app(services), services, chosen.web_url or LOOPBACK)
    accounts.close()


@contextmanager
def served(found: Site) -> Iterator[str]:
    """The address of a real server in this process."""
    config = uvicorn.Config(found.app, port=0, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        found.app.state.streams.stopping = True
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


class _Beside:
    """The folder in which reviews are kept, for `open_reviews`."""

    def __init__(self, folder: Path) -> None:
        self.directory = folder


def drafted_as(page: Page, question: Question) -> Page | Insufficient:
    """The same page as an answer to another question."""
    return Page.model_validate({**dict(page), "question": question})


def token_in(html: str) -> str:
    """An API token that a page shows."""
    found = re.search(r"vd_[A-Za-z0-9_-]{43}", html)
    assert found, "no token is shown"
    return found.group()

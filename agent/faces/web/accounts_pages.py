"""Signing in and out, and the page on which admins look after accounts and tokens."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from agent.faces.exit_codes import BadInput
from agent.faces.web.access import Desk, render, require
from agent.faces.web.accounts import Role, SignInRefused
from agent.faces.web.security import Place

router = APIRouter(include_in_schema=False)
ADMIN = require(Role.ADMIN)
Word = Annotated[str, Form(max_length=200)]


@router.get("/login")
def show_login(request: Request, next: str = "/") -> Response:  # noqa: A002
    """The form; whoever is signed in goes on."""
    if request.state.user is not None:
        return RedirectResponse(_within(next), 303)
    return render(request, "login.html", next=_within(next), error="")


@router.post("/login")
def sign_in(
    request: Request,
    services: Desk,
    name: Word,
    password: Word,
    next: Annotated[str, Form(max_length=2_000)] = "/",  # noqa: A002
) -> Response:
    """A new session, so that one that somebody planted before is worth nothing."""
    address = request.client.host if request.client else ""
    try:
        session = services.accounts.sign_in(name, password, address)
    except SignInRefused as error:
        return render(request, "login.html", 403, next=_within(next), error=str(error))
    place: Place = request.app.state.place
    answer = RedirectResponse(_within(next), 303)
    answer.headers["set-cookie"] = place.set_cookie(session)
    return answer


@router.post("/logout")
def sign_out(request: Request, services: Desk) -> Response:
    """End the session, here and for whoever copied it."""
    services.accounts.sign_out(request.state.session)
    place: Place = request.app.state.place
    answer = RedirectResponse("/login", 303)
    answer.headers["set-cookie"] = f"{place.set_cookie('')}; Max-Age=0"
    return answer


@router.get("/accounts", dependencies=[ADMIN])
def show_accounts(request: Request, services: Desk) -> Response:
    """Who may use the desk."""
    return _accounts(request, services)


@router.post("/accounts", dependencies=[ADMIN])
def add_account(
    request: Request, services: Desk, name: Word, password: Word, role: Word
) -> Response:
    """Make an account. The first one ends the time in which nobody had to sign in."""
    try:
        services.accounts.add(name, Role.of(role), password)
    except BadInput as error:
        return _accounts(request, services, 422, error=str(error))
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/change", dependencies=[ADMIN])
def change_account(
    request: Request, services: Desk, name: Word, role: Word = "", password: Word = ""
) -> Response:
    """Give another role, or a new password; the person signs in again."""
    try:
        services.accounts.change(
            name, role=Role.of(role) if role else None, password=password or None
        )
    except BadInput as error:
        return _accounts(request, services, 422, error=str(error))
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/remove", dependencies=[ADMIN])
def remove_account(request: Request, services: Desk, name: Word) -> Response:
    """Remove an account; what it did stays in the trail."""
    try:
        services.accounts.remove(name)
    except BadInput as error:
        return _accounts(request, services, 422, error=str(error))
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/tokens", dependencies=[ADMIN])
def issue_token(request: Request, services: Desk, name: Word, label: Word) -> Response:
    """A token for programs, shown on the page that answers and never again."""
    try:
        token = services.accounts.issue_token(name, label)
    except BadInput as error:
        return _accounts(request, services, 422, error=str(error))
    return _accounts(request, services, new_token=token)


@router.post("/accounts/tokens/revoke", dependencies=[ADMIN])
def revoke_token(request: Request, services: Desk, token: Word) -> Response:
    """End a token by its id."""
    try:
        services.accounts.revoke_token(token)
    except BadInput as error:
        return _accounts(request, services, 422, error=str(error))
    return RedirectResponse("/accounts", 303)


def _accounts(
    request: Request, services: Desk, status: int = 200, *, new_token: str = "", error: str = ""
) -> Response:
    return render(
        request,
        "accounts.html",
        status,
        accounts=services.accounts.all(),
        tokens=services.accounts.tokens(),
        roles=[role.word for role in Role],
        new_token=new_token,
        error=error,
    )


def _within(address: str) -> str:
    """An address of the desk itself; the first page for any other."""
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:  # for example an unclosed bracket in the host
        return "/"
    own = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if own and not parts.netloc and not parts.scheme else "/"

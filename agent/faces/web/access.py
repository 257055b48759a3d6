"""What every page and every call of the API has: the desk's services, the person, the template.

`Services` is at `request.app.state.services`. An endpoint takes what it needs:

    def show(request: Request, services: Desk, user: Person, draft: str) -> Response:
        return render(request, "draft.html", review=services.review(draft))

    @router.post("/accounts", dependencies=[require(Role.ADMIN)])

Reading needs a person who is signed in; everything else an editor, unless the path is in
`security.OPEN` or `security.FOR_READERS`. CSRF is checked before the endpoint is called: a form
sends the field `csrf`, a script the header `X-CSRF-Token`; templates have it as `csrf`.
"""

import hashlib
import hmac
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL

from agent.faces.web.accounts import Role, User
from agent.faces.web.services import Services
from agent.render import wording

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


def services_of(request: Request) -> Services:
    """What the application was made with."""
    found: Services = request.app.state.services
    return found


def current_user(request: Request) -> User:
    """The person who asks.

    Raises:
        HTTPException: 401, where nobody is signed in.
    """
    found: User | None = request.state.user
    if found is None:
        raise HTTPException(401, "Sign in first.")
    return found


def require(role: Role) -> Any:  # noqa: ANN401  (what FastAPI's own `Depends` returns)
    """A dependency that refuses people of a lesser role."""

    def check(user: Person) -> None:
        if user.role < role:
            raise HTTPException(
                403, f"This needs the role {role.word}; yours is {user.role.word}. Ask an admin."
            )

    return Depends(check)


Person = Annotated[User, Depends(current_user)]
Desk = Annotated[Services, Depends(services_of)]


def csrf_of(session: str) -> str:
    """The token that shows that a form was made for this session.

    Made from the session's own secret, so it needs no store and outlives a restart.
    """
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


def render(
    request: Request, template: str, status: int = 200, /, **context: object
) -> HTMLResponse:
    """A page. Templates also have `user` (or None), `csrf`, `path`, `asset` and `services`."""
    path = URL(scope=request.scope).path
    fixed = {
        "user": request.state.user,
        "csrf": csrf_of(request.state.session),
        "path": path,
        "asset": asset,
        "services": services_of(request),
        "request": request,
    }
    text = templates().get_template(template).render(**{**fixed, **context})
    return HTMLResponse(text, status)


@cache
def templates() -> Environment:
    """Escapes everything; a name that the page was not given is an error, not an empty word."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_washed,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _washed(value: object) -> object:
    """Take out of every plain string what cannot be seen, so that no field can be forgotten."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.clean(value)
    return value


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"

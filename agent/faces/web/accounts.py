"""Who may use the desk: accounts, sessions and API tokens, in a database of their own.

Passwords are kept as Argon2id, sessions and tokens as SHA-256 of 256 random bits: whoever reads
the file can sign in with nothing that is in it.
"""

import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Final, Self

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from agent.faces.exit_codes import BadInput
from agent.faces.web.throttle import Throttle
from agent.jobs.durable import engine_at
from agent.jobs.port import reason_of, shown
from agent.types import Value

LONGEST_NAME: Final = 60
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
TOKEN_PREFIX: Final = "vd_"  # noqa: S105  (what a token begins with, so that scanners know it)
NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$WNTQDBr4ruurRZuSPlOdtw"
    "$9ILbcXLIFbBOFLyd+iA07vBHGMNyK2PHGgDKUXYExGw"
)
"""The hash of a password that nobody has: a name that there is not takes as long to refuse."""
HASHED_AT_ONCE: Final = 2
"""Passwords hashed at the same time: each takes 64 MiB."""
ONE_PERSON: Final = (5, 900.0)
"""Failures of one name from one address, and in how many seconds; then it has to wait."""
ONE_NAME: Final = (30, 900.0)
"""The same of one name from anywhere."""

METADATA: Final = sa.MetaData()
ACCOUNTS: Final = sa.Table(
    "desk_accounts",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Integer, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)
SESSIONS: Final = sa.Table(
    "desk_sessions",
    METADATA,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("until", sa.Text, nullable=False),
)
TOKENS: Final = sa.Table(
    "desk_tokens",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)


class Role(IntEnum):
    """What a person may do; each may what the one before may."""

    READER = 1
    EDITOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Self:
        """The role of a word.

        Raises:
            BadInput: there is none.
        """
        try:
            return cls[word.upper()]
        except KeyError:
            names = ", ".join(role.word for role in cls)
            raise BadInput(f"{word[:40]!r} is no role. Choose one of: {names}.") from None


class User(Value):
    """The person who asks, by the name that stands in the trail."""

    name: str
    role: Role
    alone: bool = False
    """Whether one person uses the desk on this machine, without accounts."""


class Account(Value):
    name: str
    role: Role
    created: datetime


class Token(Value):
    """What is known of an API token; the token itself is shown once and not kept."""

    id: str
    account: str
    label: str
    created: datetime


class SignInRefused(Exception):
    """Wrong name or password, or too many tries; the message says what to do."""


class AccountsUnavailable(Exception):
    """The file or server that holds the accounts cannot be used; the message says what to do."""


class Accounts:
    """The accounts of a desk. Safe to call from any thread and from several processes.

    Args:
        url: `sqlite:///FILE` or `postgresql://…`.
        days: how long a person stays signed in.
        clock: the time, in UTC.

    Raises (every method):
        AccountsUnavailable: they cannot be read or written.
    """

    def __init__(
        self, url: str, days: float = 7.0, clock: Callable[[], datetime] | None = None
    ) -> None:
        _make_private(url)
        self._where = url
        self._days = timedelta(days=days)
        self._clock = clock or _now
        self._hasher = PasswordHasher()
        self._hashing = threading.Semaphore(HASHED_AT_ONCE)
        self._by_person, self._by_name = Throttle(*ONE_PERSON), Throttle(*ONE_NAME)
        with self._explained():
            self._engine = engine_at(url)
            with suppress(sa.exc.DatabaseError):  # another process makes them in this very moment
                METADATA.create_all(self._engine)
            METADATA.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def exist(self) -> bool:
        """Whether there is any account: then everybody signs in."""
        with self._read() as connection:
            return connection.execute(sa.select(ACCOUNTS.c.key).limit(1)).first() is not None

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._read() as connection:
            rows = connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.key)).all()
        return [Account(name=r.name, role=Role(r.role), created=_time(r.created)) for r in rows]

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account.

        Raises:
            BadInput: the name is taken or cannot be one, the password is too short or long, or
                the first account is not an admin's.
        """
        shown, password = _name(name), _password(password)
        if role is not Role.ADMIN and not self.exist():
            raise BadInput("The first account has to be an admin's, who looks after the others.")
        now = self._clock()
        row = {
            "key": shown.casefold(),
            "name": shown,
            "role": int(role),
            "password": self._hash(password),
            "created": now.isoformat(),
        }
        try:
            with self._write() as connection:
                connection.execute(ACCOUNTS.insert(), row)
        except sa.exc.IntegrityError:
            raise BadInput(f"There is an account {shown!r} already. Choose another name.") from None
        return Account(name=shown, role=role, created=now)

    def change(self, name: str, *, role: Role | None = None, password: str | None = None) -> None:
        """Give an account another role or password; either ends its sessions.

        Raises:
            BadInput: no such account, the last admin would go, or the password cannot be one.
        """
        changes: dict[str, object] = {}
        if role is not None:
            changes["role"] = int(role)
        if password is not None:
            changes["password"] = self._hash(_password(password))
        with self._write() as connection:
            key = _require(connection, name)
            if role is not None and role < Role.ADMIN:
                _require_other_admin(connection, key)
            connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.key == key), changes)
            connection.execute(SESSIONS.delete().where(SESSIONS.c.account == key))

    def remove(self, name: str) -> None:
        """Remove an account with its sessions and tokens; what it did stays in the trail.

        Raises:
            BadInput: there is no such account, or it is the last admin among others.
        """
        with self._write() as connection:
            key = _require(connection, name)
            _require_other_admin(connection, key)
            for table in (SESSIONS, TOKENS):
                connection.execute(table.delete().where(table.c.account == key))
            connection.execute(ACCOUNTS.delete().where(ACCOUNTS.c.key == key))

    def sign_in(self, name: str, password: str, address: str = "") -> str:
        """The secret of a new session.

        Raises:
            SignInRefused: wrong, or tried too often.
        """
        key = name.strip().casefold()[:LONGEST_NAME]
        person = f"{key}\0{address}"
        wait = max(self._by_person.wait(person), self._by_name.wait(key))
        if wait:
            raise SignInRefused(
                f"Too many tries. Wait {max(1, round(wait / 60))} minutes, then try again."
            )
        row = self._row(key)
        right = self._verify(row.password if row else NOBODY, password)
        if row is None or not right:
            self._by_person.count(person)
            self._by_name.count(key)
            raise SignInRefused("Name or password is wrong. An admin can set a new password.")
        self._by_person.forget(person)
        return self._open_session(key)

    def sign_out(self, session: str) -> None:
        with self._write() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.sha256 == _sha256(session)))

    def of_session(self, session: str) -> User | None:
        """Who has this session; None where it is none, or over."""
        mine = sa.and_(
            SESSIONS.c.sha256 == _sha256(session), SESSIONS.c.until > self._clock().isoformat()
        )
        return self._user(SESSIONS, mine)

    def issue_token(self, name: str, label: str) -> str:
        """A token for programs, with the rights of an account; it is shown this once.

        Raises:
            BadInput: there is no such account, or the label cannot be one.
        """
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        with self._write() as connection:
            row = {
                "id": secrets.token_hex(6),
                "sha256": _sha256(token),
                "account": _require(connection, name),
                "label": _name(label),
                "created": self._clock().isoformat(),
            }
            connection.execute(TOKENS.insert(), row)
        return token

    def of_token(self, token: str) -> User | None:
        """Whose token this is; None where it is nobody's."""
        return self._user(TOKENS, TOKENS.c.sha256 == _sha256(token))

    def tokens(self) -> list[Token]:
        """Every token, newest first."""
        joined = TOKENS.join(ACCOUNTS, TOKENS.c.account == ACCOUNTS.c.key)
        columns = (TOKENS.c.id, ACCOUNTS.c.name, TOKENS.c.label, TOKENS.c.created)
        query = sa.select(*columns).select_from(joined).order_by(TOKENS.c.created.desc())
        with self._read() as connection:
            rows = connection.execute(query).all()
        return [
            Token(id=r.id, account=r.name, label=r.label, created=_time(r.created)) for r in rows
        ]

    def revoke_token(self, token_id: str) -> None:
        """End a token.

        Raises:
            BadInput: there is none of this id.
        """
        with self._write() as connection:
            gone = connection.execute(TOKENS.delete().where(TOKENS.c.id == token_id))
        if not gone.rowcount:
            raise BadInput("There is no such token. Somebody may have ended it already.")

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What the database could not do, in words that say what to do next."""
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.DatabaseError as error:
            raise AccountsUnavailable(
                f"The accounts at {shown(self._where)} cannot be read or written "
                f"({reason_of(error)}). Check VERDICT_DATABASE_URL, the server or file, the rights "
                "and the free space."
            ) from error

    def _row(self, key: str) -> "sa.Row[tuple[str, ...]] | None":
        with self._read() as connection:
            return connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.key == key)).first()

    def _user(self, table: sa.Table, mine: sa.ColumnElement[bool]) -> User | None:
        joined = table.join(ACCOUNTS, table.c.account == ACCOUNTS.c.key)
        query = sa.select(ACCOUNTS.c.name, ACCOUNTS.c.role).select_from(joined).where(mine)
        with self._read() as connection:
            row = connection.execute(query).first()
        return User(name=row.name, role=Role(row.role)) if row else None

    def _open_session(self, key: str) -> str:
        session, now = secrets.token_urlsafe(32), self._clock()
        row = {
            "sha256": _sha256(session),
            "account": key,
            "until": (now + self._days).isoformat(),
        }
        with self._write() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.until <= now.isoformat()))
            connection.execute(SESSIONS.insert(), row)
        return session

    def _hash(self, password: str) -> str:
        with self._hashing:
            return self._hasher.hash(password)

    def _verify(self, hashed: str, password: str) -> bool:
        """Takes as long for a name that there is not."""
        if len(password) > LONGEST_PASSWORD:
            return False
        with self._hashing:
            try:
                return self._hasher.verify(hashed, password)
            except (VerifyMismatchError, InvalidHashError):
                return False


def address_of_accounts(directory: Path, database_url: str | None) -> str:
    """Where the accounts are kept: with the jobs in PostgreSQL, or beside the library."""
    return database_url or f"sqlite:///{directory / 'accounts.sqlite3'}"


def _make_private(url: str) -> None:
    """Make the file of a SQLite database so that only its owner can read it."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        with suppress(FileExistsError):
            os.close(os.open(address.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _require(connection: sa.Connection, name: str) -> str:
    key = name.strip().casefold()
    if connection.execute(sa.select(ACCOUNTS.c.key).where(ACCOUNTS.c.key == key)).first() is None:
        raise BadInput(f"There is no account {name[:LONGEST_NAME]!r}. `verdict accounts list`.")
    return key


def _require_other_admin(connection: sa.Connection, key: str) -> None:
    """Whoever administers a desk of several people cannot be the last to go."""
    others = connection.execute(
        sa.select(ACCOUNTS.c.key, ACCOUNTS.c.role).where(ACCOUNTS.c.key != key)
    ).all()
    if others and not any(row.role == Role.ADMIN for row in others):
        raise BadInput("This is the last admin. Make somebody else an admin first.")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput(f"A name has 1 to {LONGEST_NAME} printable signs.")
    return name


def _password(text: str) -> str:
    if not SHORTEST_PASSWORD <= len(text) <= LONGEST_PASSWORD:
        raise BadInput(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs.")
    return text


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

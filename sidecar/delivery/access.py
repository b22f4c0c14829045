"""Who may do what: signed tokens that expire and can be revoked (PyJWT, HS256). Viewers need none.

The secret that signs them, and which were made and revoked, are in the database that captions are kept in.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import jwt
import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from sidecar.assistant.approval import MACHINE
from sidecar.errors import UsageError
from sidecar.storage.database import Database, metadata

ISSUER = "sidecar"
_ALGORITHM = "HS256"
_SECRET_BYTES = 32

_secrets = sa.Table(
    "secrets", metadata, sa.Column("name", sa.String(32), primary_key=True), sa.Column("value", sa.Text)
)
_tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger),
)


class Role(StrEnum):
    """What somebody is to the show."""

    MODERATOR = "moderator"  # decides on answers
    HOST = "host"  # sees what is asked
    OPERATOR = "operator"  # may do everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A token as it is kept; the token itself is not. Times are Unix time in milliseconds."""

    id: str
    role: Role
    name: str
    created_ms: int
    expires_ms: int
    revoked_ms: int | None

    def is_valid(self, now_ms: int) -> bool:
        return self.revoked_ms is None and now_ms < self.expires_ms


class AccessDenied(Exception):
    """A token that opens nothing; the message says why, in words for its owner."""


class Access:
    """Makes, checks and revokes tokens. Methods raise `StorageError` when the database cannot be read or written."""

    def __init__(self, database: Database, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._database = database
        self._now_ms = now_ms
        self._secret: str | None = None

    async def create(self, role: Role, name: str, *, days: float) -> tuple[str, Pass]:
        """A token for ``name``, and how it is kept. Raises `UsageError` for a name or time that cannot be."""
        name = " ".join(name.split())
        if not name or len(name) > 40:
            raise UsageError("a token needs a name of at most 40 characters", hint="such as --name Ana")
        if name.casefold() == MACHINE:
            raise UsageError(f"{MACHINE} is the name of the program itself", hint="such as --name Ana")
        if not 0 < days <= 366:
            raise UsageError("a token holds for at most 366 days", hint="such as --days 30")
        now_ms = self._now_ms()
        made = Pass(
            id=secrets.token_hex(8),
            role=role,
            name=name,
            created_ms=now_ms,
            expires_ms=now_ms + int(days * 86_400_000),
            revoked_ms=None,
        )
        claims = {"iss": ISSUER, "jti": made.id, "sub": name, "role": role.value, "exp": made.expires_ms // 1_000}
        token = jwt.encode(claims, await self._key(), algorithm=_ALGORITHM)
        row = {
            "id": made.id,
            "role": role.value,
            "name": name,
            "created_ms": made.created_ms,
            "expires_ms": made.expires_ms,
            "revoked_ms": None,
        }
        await self._database.change(lambda connection: connection.execute(_tokens.insert(), row))
        return token, made

    async def check(self, token: str) -> Pass:
        """Whose ``token`` it is. Raises `AccessDenied`."""
        try:
            claims = jwt.decode(
                token,
                await self._key(),
                algorithms=[_ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "jti"], "verify_exp": False},
            )
        except jwt.InvalidTokenError as exc:
            raise AccessDenied("this token is not one of this Sidecar") from exc
        found = await self._find(str(claims["jti"]))
        if found is None:
            raise AccessDenied("this token is not one of this Sidecar")
        if found.revoked_ms is not None:
            raise AccessDenied("this token was revoked")
        if self._now_ms() >= found.expires_ms:
            raise AccessDenied("this token has expired")
        return found

    async def all(self) -> list[Pass]:
        """Every token that was made, the latest first."""
        rows = await self._database.select(_tokens.select().order_by(_tokens.c.created_ms.desc()))
        return [_pass(row) for row in rows]

    async def revoke(self, id: str) -> Pass:
        """Raises `UsageError` where there is no such token."""
        found = await self._find(id)
        if found is None:
            raise UsageError(f"there is no token {id}", hint="sidecar token list shows them")
        change = _tokens.update().where(_tokens.c.id == id, _tokens.c.revoked_ms.is_(None))
        now_ms = self._now_ms()
        await self._database.change(lambda connection: connection.execute(change.values(revoked_ms=now_ms)))
        return await self._find(id) or found

    async def _find(self, id: str) -> Pass | None:
        rows = await self._database.select(_tokens.select().where(_tokens.c.id == id))
        return _pass(rows[0]) if rows else None

    async def _key(self) -> str:
        if self._secret is None:
            self._secret = await self._database.change(_known_secret)
        return self._secret


def _known_secret(connection: Connection) -> str:
    """The secret of this database, made when it is first asked for."""
    query = sa.select(_secrets.c.value).where(_secrets.c.name == "tokens")
    found: str | None = connection.execute(query).scalar()
    if found is None:
        found = secrets.token_urlsafe(_SECRET_BYTES)
        connection.execute(_secrets.insert().values(name="tokens", value=found))
    return found


def _pass(row: RowMapping) -> Pass:
    return Pass(
        id=row["id"],
        role=Role(row["role"]),
        name=row["name"],
        created_ms=row["created_ms"],
        expires_ms=row["expires_ms"],
        revoked_ms=row["revoked_ms"],
    )

"""Tokens: signed, expiring, revocable; and the command that makes them."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.delivery.access import Access, AccessDenied, Role
from sidecar.errors import UsageError
from sidecar.storage.database import Database


@pytest.fixture
async def database(tmp_path: Path):
    database = await Database.open(f"sqlite:///{tmp_path / 'sidecar.db'}")
    yield database
    await database.aclose()


async def test_a_token_opens_until_it_expires_or_is_revoked(database: Database) -> None:
    now_ms = 1_000_000
    access = Access(database, lambda: now_ms)
    token, made = await access.create(Role.MODERATOR, "  Ana  María ", days=1)
    assert (await access.check(token)) == made
    assert made.name == "Ana María"
    other = Access(database, lambda: now_ms)
    assert (await other.check(token)).role is Role.MODERATOR, "another program on the same database knows it"
    await other.revoke(made.id)
    with pytest.raises(AccessDenied, match="revoked"):
        await access.check(token)
    again, _ = await access.create(Role.HOST, "li", days=1)
    now_ms += 86_400_000
    with pytest.raises(AccessDenied, match="expired"):
        await access.check(again)


async def test_nobody_is_called_as_the_program_is(database: Database) -> None:
    with pytest.raises(UsageError, match="the program itself"):
        await Access(database).create(Role.MODERATOR, "Sidecar", days=1)


async def test_what_we_did_not_sign_opens_nothing(database: Database, tmp_path: Path) -> None:
    access = Access(database)
    token, made = await access.create(Role.HOST, "li", days=1)
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = (
        jwt.encode({**claims, "role": "operator"}, "guess-guess-guess-guess-guess-guess", algorithm="HS256"),
        jwt.encode({**claims, "role": "operator"}, None, algorithm="none"),
        token[:-2] + ("AA" if not token.endswith("AA") else "BB"),
        "",
        "a.b.c",
        "💥",
    )
    for each in forged:
        with pytest.raises(AccessDenied):
            await access.check(each)
    elsewhere = await Database.open(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(AccessDenied):
        await Access(elsewhere).check(token)
    await elsewhere.aclose()
    assert (tmp_path / "sidecar.db").stat().st_mode & 0o077 == 0, "the secret is for its owner alone"
    assert made.id not in token.split(".")[2]


@pytest.mark.parametrize(("name", "days"), [("", 1), ("x" * 41, 1), ("ana", 0), ("ana", 400)])
async def test_a_token_without_name_or_end_is_not_made(database: Database, name: str, days: float) -> None:
    with pytest.raises(UsageError):
        await Access(database).create(Role.MODERATOR, name, days=days)


def test_the_command_makes_lists_and_revokes(tmp_path: Path) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'sidecar.db'}")
    made = CliRunner().invoke(app, ["token", "create", "--role", "moderator", "--name", "Ana", *store])
    assert made.exit_code == 0
    assert made.stdout.count(".") == 2, "the token alone is on stdout, for scripts"
    id = made.stderr.split()[-1]
    assert "Ana" in CliRunner().invoke(app, ["token", "list", *store]).stdout
    assert "is revoked" in CliRunner().invoke(app, ["token", "revoke", id, *store]).stdout
    assert "revoked" in CliRunner().invoke(app, ["token", "list", *store]).stdout
    assert isinstance(CliRunner().invoke(app, ["token", "revoke", "nothing", *store]).exception, UsageError)
    assert isinstance(CliRunner().invoke(app, ["token", "create", "--role", "king", *store]).exception, UsageError)

"""``sidecar token``: who may open the console and the prompter."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from sidecar.cli.table import aligned

if TYPE_CHECKING:
    from sidecar.delivery.access import Access, Pass

app = typer.Typer(help="Who may moderate: tokens for the console and the prompter; see docs/assistant.md.")

ROLES = ("moderator", "host", "operator")
T = TypeVar("T")
Store = Annotated[
    str | None, typer.Option("--store", help="Database URL; default: that of the settings, as the show has it.")
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file; default: sidecar.toml here.")]


@app.callback()
def token() -> None:
    """Who may moderate: tokens for the console and the prompter; see docs/assistant.md."""


@app.command()
def create(
    role: Annotated[str, typer.Option("--role", help=f"{', '.join(ROLES)}.")] = "moderator",
    name: Annotated[
        str,
        typer.Option(
            "--name", help="Whose it is: others see it, and the audit log keeps it. Default: the role and a number."
        ),
    ] = "",
    days: Annotated[float, typer.Option("--days", help="How long it holds.")] = 30,
    store: Store = None,
    config: Config = None,
) -> None:
    """Make a token and print it; it is shown only once. Give it by a private message, as …/console#token=TOKEN."""
    from sidecar.delivery.access import Role
    from sidecar.errors import UsageError

    if role not in ROLES:
        raise UsageError(f"there is no role '{role}'", hint=f"roles are {', '.join(ROLES)}")

    async def made(access: Access) -> tuple[str, Pass]:
        return await access.create(Role(role), name or f"{role} {secrets.token_hex(2)}", days=days)

    token, kept = _with_access(store, config, made)
    typer.echo(token)
    typer.echo(f"{kept.role} {kept.name}, until {_day(kept.expires_ms)}; to revoke: token revoke {kept.id}", err=True)


@app.command("list")
def list_(store: Store = None, config: Config = None) -> None:
    """Every token that was made, the latest first; not the tokens themselves."""
    import time

    async def all_(access: Access) -> list[Pass]:
        return await access.all()

    now_ms = time.time_ns() // 1_000_000
    rows = [("id", "role", "name", "until", "")]
    for each in _with_access(store, config, all_):
        state = "revoked" if each.revoked_ms is not None else "" if each.is_valid(now_ms) else "expired"
        rows.append((each.id, each.role.value, each.name, _day(each.expires_ms), state))
    typer.echo("\n".join(line.rstrip() for line in aligned(rows)))


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="As sidecar token list shows it.")],
    store: Store = None,
    config: Config = None,
) -> None:
    """End a token: whoever has it is out within seconds, also of a show that is on."""

    async def ended(access: Access) -> Pass:
        return await access.revoke(id)

    kept = _with_access(store, config, ended)
    typer.echo(f"{kept.role} {kept.name} is revoked")


def _with_access(store: str | None, config: Path | None, work: Callable[[Access], Awaitable[T]]) -> T:
    from sidecar import config as configuration
    from sidecar import logs
    from sidecar.delivery.access import Access
    from sidecar.storage.database import Database

    logs.configure("warning")
    url = configuration.load(config).storage.url if store is None else store

    async def run() -> T:
        database = await Database.open(url)
        try:
            return await work(Access(database))
        finally:
            await database.aclose()

    return asyncio.run(run())


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")

"""The command line. One file a command; here they are put together, and errors become words and exit statuses."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from sidecar import __version__
from sidecar.cli import bench, faq, glossary, memory, models, token
from sidecar.cli.devices import devices
from sidecar.cli.doctor import doctor
from sidecar.cli.export import export
from sidecar.cli.retranslate import retranslate
from sidecar.cli.run import run
from sidecar.cli.transcribe import transcribe
from sidecar.cli.translate import translate
from sidecar.errors import SidecarError, UsageError

INTERRUPTED = 130

app = typer.Typer(
    name="sidecar",
    help="Live captions beside a broadcast, in every viewer's language.",
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # plain help: the same in a pipe, and at once
)
app.command()(run)
app.command()(transcribe)
app.command()(translate)
app.command()(retranslate)
app.command()(export)
app.command()(devices)
app.command()(doctor)
app.add_typer(models.app, name="models")
app.add_typer(bench.app, name="bench")
app.add_typer(glossary.app, name="glossary")
app.add_typer(memory.app, name="memory")
app.add_typer(faq.app, name="faq")
app.add_typer(token.app, name="token")


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Live captions beside a broadcast, in every viewer's language."""
    if show:
        typer.echo(f"sidecar {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run a command; print errors in one line with a hint, and exit with the status of `sidecar.errors`."""
    try:
        sys.exit(app(prog_name="sidecar", standalone_mode=False))
    except SidecarError as exc:
        fail(exc)
    except typer.TyperException as exc:
        fail(_as_usage_error(exc))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of stdout has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _as_usage_error(exc: typer.TyperException) -> UsageError:
    """What the parser of the command line says, in our form."""
    words = " ".join(exc.format_message().split()).rstrip(".")
    context: typer.Context | None = getattr(exc, "ctx", None)
    command = context.command_path if context else "sidecar"
    return UsageError(words[:1].lower() + words[1:], hint=f"see {command} --help")


def fail(error: SidecarError) -> None:
    """Say ``error`` on stderr and exit with its status."""
    typer.echo(f"error: {error.message}", err=True)
    if error.hint:
        typer.echo(f"hint: {error.hint}", err=True)
    sys.exit(error.exit_status)

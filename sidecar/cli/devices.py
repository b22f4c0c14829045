"""``sidecar devices``: what can be captured."""

from __future__ import annotations

import dataclasses
import json as json_format
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.audio.inventory import Device


def devices(json: Annotated[bool, typer.Option("--json", help="As a JSON array, for scripts.")] = False) -> None:
    """List microphones and loopback devices; choose one with --device NUMBER or part of its name."""
    from sidecar import logs
    from sidecar.audio.device import list_devices
    from sidecar.audio.inventory import loopback_hint

    logs.configure("warning")
    found = list_devices()
    if not found:
        typer.echo("no capture devices found", err=True)
        typer.echo(f"hint: plug in a microphone, or use --input FILE or a URL. Loopback: {loopback_hint()}", err=True)
    if json:
        typer.echo(json_format.dumps([_record(device) for device in found], ensure_ascii=False, indent=2))
    elif found:
        _print(found)


def _record(device: Device) -> dict[str, str | int | bool]:
    """What a script may rely on; how PortAudio reaches the device is left out."""
    fields = dataclasses.asdict(device)
    return {key: fields[key] for key in ("number", "name", "host_api", "channels", "sample_rate", "default", "kind")}


def _print(found: list[Device]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("No.", "Name", "Kind", "Channels", "System", "Default"):
        table.add_column(heading, overflow="fold")
    for device in found:
        default = "default" if device.default else ""
        table.add_row(str(device.number), device.name, device.kind, str(device.channels), device.host_api, default)
    Console().print(table)

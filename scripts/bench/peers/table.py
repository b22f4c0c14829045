"""The table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sidecar.cli.table import aligned

COLUMNS = (
    "file",
    "system",
    "",
    "error %",
    "first p50 / p90 s",
    "stable p50 / p90 s",
    "erasure",
    "CPU",
    "MB",
    "behind s",
)
MUCH_OTHERS = 0.1


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Ends with what could not be measured, and what was measured while the machine did much else."""
    notes = dict.fromkeys(f"{row['file']}, {row['system']}: {note}" for row in rows if (note := _note(row)))
    measured = [_columns(row) for row in rows if "missing" not in row]
    return "".join(line + "\n" for line in [*aligned([COLUMNS, *measured]), *notes])


def _note(row: dict[str, Any]) -> str:
    if "missing" in row:
        return f"not measured: {row['missing']}"
    return f"others used {row['others_cores']} cores" if row["others_cores"] > MUCH_OTHERS else ""


def _columns(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["file"],
        f"{row['system']} {row['version']}, {row['settings']}",
        row["view"],
        str(row["error_percent"]),
        f"{row['first_p50_s']} / {row['first_p90_s']}",
        f"{row['stable_p50_s']} / {row['stable_p90_s']}",
        str(row["erasure"]),
        str(row["cpu_per_s"]),
        str(row["peak_mb"]),
        "stopped" if row["behind_s"] is None else str(row["behind_s"]),
    )

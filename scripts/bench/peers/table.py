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
    """Ends with what else the machine did, where it was much."""
    others = {
        f"{row['file']}, {row['system']}: others used {row['others_cores']} cores": None
        for row in rows
        if row.get("others_cores", 0) > MUCH_OTHERS
    }
    return "".join(line + "\n" for line in [*aligned([COLUMNS, *map(columns, rows)]), *others])


def columns(row: dict[str, Any]) -> tuple[str, ...]:
    if "missing" in row:
        return (row["file"], row["system"], row["missing"], *[""] * (len(COLUMNS) - 3))
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

"""Model weights: which there are, where they are, and how they come here.

`locate` and `ensure` are what the rest of Sidecar asks; `sidecar.weights.library` does the work and is imported when
it is needed, because downloading takes libraries that are slow to load.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidecar.weights.progress import Progress


def locate(name: str) -> Path:
    """Where model ``name`` is: a folder, or the file that its engine opens; a path given as ``name`` is returned.

    Raises `sidecar.errors.ModelError` if it is not here, `sidecar.errors.CorruptModelError` if its bytes are wrong.
    """
    from sidecar.weights.library import Library

    return Library().locate(name)


def ensure(name: str, progress: Progress | None = None) -> Path:
    """As `locate`, but fetches what is not here. Raises `sidecar.errors.ModelError` if it cannot be had."""
    from sidecar.weights.library import Library

    return Library().ensure(name, progress)

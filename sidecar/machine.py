"""What this computer has."""

from __future__ import annotations

import os


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gpus() -> int:
    """CUDA devices that CTranslate2 can use; it finds one only if the driver is there."""
    import ctranslate2

    return ctranslate2.get_cuda_device_count()  # pyright: ignore[reportUnknownVariableType]

"""Original weights made into a CTranslate2 model, by a Python that has torch and transformers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from sidecar.errors import ModelError

NEEDED = ("ctranslate2", "torch", "transformers", "sentencepiece")
_SCRIPT = Path(__file__).with_name("to_ctranslate2.py")

log = structlog.get_logger()


def check(python: str = sys.executable) -> None:
    """Raises `ModelError` where ``python`` cannot convert."""
    asked = "import sys, importlib.util as u; print(*[n for n in sys.argv[1:] if not u.find_spec(n)])"
    try:
        done = subprocess.run([python, "-c", asked, *NEEDED], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        raise ModelError(f"{python} is no Python that runs", hint="give the path of another with --python") from exc
    if missing := done.stdout.split():
        raise ModelError(
            f"converting needs {', '.join(missing)}",
            hint=f"pip install {' '.join(NEEDED)} anywhere, then: sidecar models convert NAME --python PYTHON",
        )


def convert(
    original: Path, converted: Path, *, quantization: str, keep: Sequence[str], python: str = sys.executable
) -> None:
    """Make ``converted`` of the Transformers model in ``original``, with the files ``keep`` beside the weights.

    `check` is called before. Takes minutes, and memory for the whole model in 32 bits. Raises `ModelError`.
    """
    command = [python, str(_SCRIPT), str(original), str(converted), quantization, *keep]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        log.debug("conversion failed", output=done.stderr)
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no reason given")
        raise ModelError(f"{original.name} could not be converted: {reason.strip()}", hint="try another transformers")

"""An environment for each peer, in the user's cache folder, with the packages and the source that are named here.

`faster-whisper`, `ctranslate2` and whatever else the project has too are of the versions in its lock file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(platformdirs.user_cache_dir("sidecar")) / "peers"
TORCH = "torch==2.13.0"
UNUSED = 'torchaudio ; python_version < "3"\n'
"""Named by peers as a dependency, and not imported by them."""
LONGEST_REASON = 200


class NotRunError(Exception):
    """Why a system could not be measured, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """``packages`` are pinned; ``source`` is a GitHub repository at ``commit``, for a peer that is no package."""

    name: str
    packages: tuple[str, ...]
    source: str = ""
    commit: str = ""

    @property
    def python(self) -> Path:
        return FOLDER / self.name / "bin" / "python"

    @property
    def checkout(self) -> Path:
        return FOLDER / f"{self.name}-{self.commit[:7]}"


WHISPER_STREAMING = Peer(
    name="whisper_streaming",
    packages=("librosa==0.11.0", "soundfile==0.14.0", "faster-whisper", "silero-vad==6.2.3", TORCH),
    source="ufal/whisper_streaming",
    commit="1f25a1a48bd9807159989e6596178c69e797ac75",
)
WHISPERLIVEKIT = Peer(name="whisperlivekit", packages=("whisperlivekit==0.2.26", TORCH))


def install(peer: Peer) -> None:
    """Make the environment, unless it is there. Raises `NotRunError`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = FOLDER / f"{peer.name}.stamp"
    constraints = ROOT / "requirements.lock"
    wanted = "\n".join([*peer.packages, constraints.read_text()])
    if not (peer.python.exists() and stamp.exists() and stamp.read_text() == wanted):
        stamp.unlink(missing_ok=True)
        say(f"installing {peer.name} in {FOLDER / peer.name}")
        uv(["venv", "--quiet", "--clear", "--python", sys.executable, str(FOLDER / peer.name)])
        unused = FOLDER / "unused.txt"
        unused.write_text(UNUSED)
        options = ["--quiet", "--python", str(peer.python), "-c", str(constraints), "--overrides", str(unused)]
        try:
            uv(["pip", "install", *options, "--torch-backend", "cpu", *peer.packages])
        except NotRunError:  # PyTorch's own index may be out of reach; the usual one has it with CUDA
            uv(["pip", "install", *options, *peer.packages])
        stamp.write_text(wanted)
    if peer.source:
        clone(peer)


def clone(peer: Peer) -> None:
    """The source at its commit, from GitHub or, where that is out of reach, from the copy that
    ``SIDECAR_PEERS_SOURCES`` holds as ``OWNER/NAME``."""
    if (peer.checkout / ".git").exists():
        return
    copies = os.environ.get("SIDECAR_PEERS_SOURCES")
    origin = str(Path(copies).resolve() / peer.source) if copies else f"https://github.com/{peer.source}"
    say(f"cloning {origin}")
    unfinished = peer.checkout.with_suffix(".part")
    run(["rm", "-rf", str(unfinished)])
    run(["git", "clone", "--quiet", "--no-checkout", origin, str(unfinished)])
    run(["git", "-C", str(unfinished), "checkout", "--quiet", "--detach", peer.commit])
    unfinished.rename(peer.checkout)


def uv(arguments: Sequence[str]) -> None:
    run([os.environ.get("SIDECAR_UV", "uv"), *arguments])


def run(command: Sequence[str]) -> None:
    """Raises `NotRunError` with what it says is wrong, in a line."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as exc:
        raise NotRunError(f"{command[0]} is not installed") from exc
    if done.returncode:
        said = " ".join(line.strip(" │├╰─▶×") for line in done.stderr.splitlines())
        raise NotRunError(textwrap.shorten(said, LONGEST_REASON, placeholder=" …") or f"{command[0]} failed")


def say(text: str) -> None:
    sys.stderr.write(text + "\n")

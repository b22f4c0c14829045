"""SRT through the ``ffmpeg`` program, for the FFmpeg inside PyAV is built without it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections import deque

from sidecar.audio.address import Address
from sidecar.errors import InputError


class Bridge:
    """A running ``ffmpeg`` that turns a stream into NUT with plain PCM, readable as a file.

    `read` gives up on a stream silent for ``timeout_s`` by ending the program; `close` may be called from any thread.
    """

    def __init__(self, address: Address, *, timeout_s: float) -> None:
        self._patience_s = None if address.listen else timeout_s
        self._timeout_s = timeout_s
        self.silent = False
        command = [_program(), "-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "nobuffer"]
        command += ["-analyzeduration", "1500000", "-i", address.target, "-vn", "-map", "0:a:0", "-c:a", "pcm_s16le"]
        command += ["-f", "nut", "-flush_packets", "1", "pipe:1"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._complaints: deque[str] = deque(maxlen=5)
        self._listener = threading.Thread(target=self._listen, name="ffmpeg-stderr", daemon=True)
        self._listener.start()

    def read(self, size: int) -> bytes:
        """Some bytes, at most ``size``; none at the end. The first wait of a listening address has no limit."""
        assert self._process.stdout is not None
        watchdog = threading.Timer(self._patience_s, self._give_up) if self._patience_s else None
        if watchdog:
            watchdog.start()
        try:
            data = self._process.stdout.read1(size)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
        finally:
            if watchdog:
                watchdog.cancel()
        self._patience_s = self._timeout_s
        return bytes(data)  # pyright: ignore[reportUnknownArgumentType]

    def complaint(self) -> str:
        """What the program said when it failed, in one line; empty when it said nothing."""
        if self.silent:
            return f"it sent nothing for {self._timeout_s:g} s"
        self._listener.join(0.5)
        line = self._complaints[-1] if self._complaints else ""
        return line.split("] ")[-1].split("://")[-1].split(": ")[-1].strip().lower()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _give_up(self) -> None:
        self.silent = True
        self._process.kill()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if text := line.decode(errors="replace").strip():
                self._complaints.append(text)


def _program() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        raise InputError(
            "SRT needs the ffmpeg program, which is not installed",
            hint="install it (sudo apt install ffmpeg), or push by RTMP: --input 'rtmp://0.0.0.0:1935/live/show?listen=1'",
        )
    return found

"""A PulseAudio server of our own, whose null sink plays what a test gives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


class PulseAudio:
    """A PulseAudio server in a folder, with a null sink ``show``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        socket = self._folder / "native"
        socket.unlink(missing_ok=True)
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        command += ["-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        command += ["-L", "module-null-sink sink_name=show sink_properties=device.description=Show"]
        here = str(self._folder)
        environment = {**os.environ, "HOME": here, "XDG_RUNTIME_DIR": here, "PULSE_RUNTIME_PATH": here}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while subprocess.run(["pactl", "info"], capture_output=True).returncode:
            assert time.monotonic() < deadline, "pulseaudio did not start"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def pulseaudio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseAudio]:
    from sidecar.audio.device import list_devices

    for program in ("pulseaudio", "pactl", "paplay"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    tmp_path.chmod(0o700)
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'native'}")
    server = PulseAudio(tmp_path)
    server.start()
    if "pulse" not in [device.name for device in list_devices(refresh=True)]:
        server.kill()
        pytest.skip("PortAudio has no ALSA device “pulse”: libasound2-plugins is not installed")
    yield server
    server.kill()

"""`sidecar` as a process of its own, and viewers that read along over real sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

PROGRAM = str(Path(sys.executable).with_name("sidecar"))
PATIENCE_S = 300.0
"""Long enough for a machine that others use as well: what a test waits for comes in a fraction of it."""
PATIENT = {"SIDECAR_TRANSLATION__MAX_LAG_S": "300", "SIDECAR_TRANSLATION__LINE_TIMEOUT_S": "120"}
"""On a machine that is busy translations come late rather than not at all."""

Message = dict[str, Any]


def until(condition: Callable[[], object], what: str, *, timeout_s: float = PATIENCE_S) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s in vain: {what}"
        time.sleep(0.05)


def environment(folder: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """That of a process whose settings and data are in ``folder`` alone; models are those of this machine."""
    proxies = {"http_proxy", "https_proxy", "all_proxy"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in proxies and (name == "SIDECAR_MODELS" or not name.startswith("SIDECAR_"))
    }
    store = f"sqlite:///{folder / 'sidecar.db'}"
    return {**kept, "SIDECAR_STORAGE__URL": store, **PATIENT, **(more or {})}


def sidecar(*arguments: str, folder: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env=environment(folder, env),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def complaint(ended: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """The message and the hint that a command ended with: one line each, and no traceback before them."""
    assert "Traceback" not in ended.stderr, ended.stderr
    lines = ended.stderr.splitlines()
    errors = [line for line in lines if line.lower().startswith("error")]
    assert len(errors) == 1, ended.stderr
    error, hint = lines[-2:]
    assert error.startswith("error: "), ended.stderr
    assert hint.startswith("hint: "), ended.stderr
    return error.removeprefix("error: "), hint.removeprefix("hint: ")


def _heed_interrupts() -> None:
    """Programs in the background of a shell are born deaf to them, and so are their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Run:
    """A `sidecar run` on a free port, as a context manager; killed at the end if it still runs."""

    def __init__(self, *arguments: str, folder: Path, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self._environment = environment(folder, env)
        self._events = folder / "events.jsonl"
        self._stderr = folder / "stderr.txt"
        self._arguments = [PROGRAM, "run", "--port", "0", "--events", str(self._events), *arguments]

    def __enter__(self) -> Self:
        with self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                self._arguments,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                preexec_fn=_heed_interrupts,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        if exc is not None:
            exc.add_note(f"sidecar said:\n{self.stderr}")

    def kill(self) -> None:
        """As a power cut would, as far as the process can tell."""
        self._process.kill()
        self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        return self._stderr.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """Where it serves, once it has said so."""
        return self.said(r"(http://\S+)/viewer")

    @property
    def session(self) -> str:
        return self.said(r"session (\S+)")

    def said(self, pattern: str) -> str:
        """What the first group of ``pattern`` matched on its stderr, once it has."""
        self.until(lambda: re.search(pattern, self.stderr), f"a line with {pattern}")
        found = re.search(pattern, self.stderr)
        assert found is not None
        return found[1]

    def until(self, condition: Callable[[], object], what: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Wait for ``condition``; the process must be alive meanwhile."""

        def met() -> bool:
            alive = self._process.poll() is None
            if condition():
                return True
            assert alive, f"sidecar ended with {self._process.returncode} before {what}"
            return False

        until(met, what, timeout_s=timeout_s)

    @property
    def events(self) -> list[Message]:
        """What ``--events`` has so far, whole lines only."""
        if not self._events.exists():
            return []
        text = self._events.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def ended(self, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """Wait for its end."""
        status = self._process.wait(timeout_s)
        return subprocess.CompletedProcess(self._arguments, status, stdout="", stderr=self.stderr)

    def interrupted(self) -> subprocess.CompletedProcess[str]:
        """End it as Ctrl-C does."""
        self.signal(signal.SIGINT)
        return self.ended()

    def export(self, lang: str, form: str) -> str:
        """What `sidecar export` writes of this session."""
        done = sidecar("export", self.session, "--lang", lang, "--format", form, folder=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Viewer:
    """Somebody who reads along in a thread of their own, from entering the context to the end of the connection."""

    def __init__(self, url: str, query: str) -> None:
        self._address = f"{url.replace('http', 'ws')}/v1/captions?{query}"
        self._thread = threading.Thread(target=self._read, name=f"viewer {query}", daemon=True)
        self._connected = threading.Event()
        self.messages: list[Message] = []
        self.close_code: int | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._connected.wait(10), "the viewer was not let in"
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._thread.join(10)

    def _read(self) -> None:
        try:
            with connect(self._address, proxy=None, max_size=None, max_queue=None) as self._socket:
                for text in self._socket:
                    self.messages.append(json.loads(text))
                    self._connected.set()
        except (ConnectionClosed, InvalidHandshake, OSError):
            return
        finally:
            self.close_code = self._socket.close_code

    def left(self) -> bool:
        """Whether the connection is over."""
        return not self._thread.is_alive()

    def finals(self, lang: str = "") -> list[Message]:
        return finals(self.messages, lang)

    def states(self) -> list[str]:
        return [message["state"] for message in self.messages if message["type"] == "status"]


def finals(messages: Sequence[Message], lang: str = "") -> list[Message]:
    """The final captions among ``messages``, of one language or of all."""
    return [
        message
        for message in messages
        if message["type"] == "caption" and message["final"] and lang in ("", message["lang"])
    ]


def transcript(messages: Sequence[Message], lang: str) -> list[Message]:
    """What a reader of ``lang`` has in the end: the last revision of every caption that was not withdrawn, by start."""
    kept: dict[int, Message] = {}
    for message in messages:
        if message.get("lang") != lang:
            continue
        if message["type"] == "remove":
            kept.pop(message["id"], None)
        elif message["type"] == "caption" and message["final"]:
            kept[message["id"]] = message
    return sorted(kept.values(), key=lambda message: (message["start_ms"], message["id"]))


def words(messages: Sequence[Message], lang: str) -> str:
    """All that was said for good, in small letters."""
    return " ".join(message["text"] for message in transcript(messages, lang)).lower()

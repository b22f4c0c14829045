"""What scripts/bench-peers makes of its peers' output; the peers themselves are not installed for this."""

from __future__ import annotations

import asyncio
import json
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from sidecar.bench.captions import Event

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "bench"))

from peers import (  # noqa: E402
    cells,
    environments,
    feed_whisper_streaming,
    feed_whisperlivekit,
    table,
    views,
    watch,
    whisper_decoder,
)


def _said(events: list[Event]) -> list[tuple[float, str | None]]:
    return [(event.t_s, event.text) for event in events]


def _page(lines: list[dict[str, object]], pending: str) -> dict[str, object]:
    """A message of WhisperLiveKit 0.2.26, less what its page does not draw."""
    return {"status": "active_transcription", "lines": lines, "buffer_transcription": pending}


def test_the_page_of_whisperlivekit_shows_its_lines_and_what_is_pending() -> None:
    first = {"speaker": 1, "text": " And video", "start": "0:00:00.92", "end": "0:00:01.54"}
    silence = {"speaker": -2, "text": None, "start": "0:00:02.00", "end": "0:00:08.00"}
    second = {"speaker": 1, "text": "Well", "start": "0:00:08.10", "end": "0:00:08.40"}
    records = [
        {"t": 0.0, "message": {"type": "config", "useAudioWorklet": True, "mode": "full"}},
        {"t": 0.1, "message": _page([], "")},
        {"t": 2.5, "message": _page([], "And vid")},
        {"t": 3.5, "message": _page([first], "reinvented")},
        {"t": 3.6, "message": _page([first], "reinvented")},
        {"t": 9.0, "message": _page([first, silence, second], "")},
        {"t": 9.1, "message": {"type": "ready_to_stop"}},
    ]
    found = views.whisperlivekit(records)
    assert _said(found["shown"]) == [(2.5, "And vid"), (3.5, "And video reinvented"), (9.0, "And video Well")]
    assert _said(found["confirmed"]) == [(3.5, "And video"), (9.0, "And video Well")]


def test_whisper_streaming_shows_what_it_confirms_and_what_it_holds_back() -> None:
    records = [
        {"t": 2.0, "confirmed": "", "pending": " And vid"},
        {"t": 3.0, "confirmed": " And", "pending": " video re"},
        {"t": 4.0, "confirmed": " video", "pending": ""},
        {"t": 4.5, "confirmed": "", "pending": ""},
    ]
    found = views.whisper_streaming(records)
    assert [text and text.split() for _, text in _said(found["shown"])] == [
        ["And", "vid"],
        ["And", "video", "re"],
        ["And", "video"],
    ]
    assert _said(found["confirmed"]) == [(3.0, "And"), (4.0, "And video")]


def test_what_sidecar_confirms_are_its_finals() -> None:
    changes = [
        {"t": 1.0, "id": 0, "text": "好", "final": False},
        {"t": 2.0, "id": 0, "text": "好的", "final": True},
        {"t": 2.5, "id": 1, "text": "啊", "final": False},
        {"t": 3.0, "id": 1, "delete": True},
    ]
    found = views.sidecar(changes)
    assert _said(found["shown"]) == [(1.0, "好"), (2.0, "好的"), (2.5, "啊"), (3.0, None)]
    assert _said(found["confirmed"]) == [(2.0, "好的"), (3.0, None)]


def test_a_cell_that_was_kept_is_what_was_measured(tmp_path: Path) -> None:
    cell = cells.Cell(
        system="sidecar",
        file="host.flac",
        language="zh",
        version="1",
        settings="defaults",
        audio_s=12.5,
        cpu_per_s=0.5,
        peak_mb=400,
        behind_s=None,
        others_cores=0.0,
        views={"shown": [Event(t_s=1.0, id=0, text="好"), Event(t_s=2.0, id=0, text=None)], "confirmed": []},
    )
    cells.save(cell, tmp_path / "cell.json")
    assert cells.load(tmp_path / "cell.json") == cell


def test_the_table_says_what_could_not_be_measured_and_what_was_disturbed() -> None:
    figures = {"error_percent": 9.5, "first_p50_s": 0.5, "first_p90_s": 1.0, "stable_p50_s": 1.0, "stable_p90_s": 2.0}
    measured = {"file": "a.flac", "system": "slow", "version": "2", "settings": "own", "view": "shown", **figures}
    measured |= {"erasure": 0.1, "cpu_per_s": 1.5, "peak_mb": 900, "behind_s": None, "others_cores": 0.4}
    quiet = {**measured, "system": "fast", "behind_s": 0.3, "others_cores": 0.05}
    missing = {"file": "a.flac", "system": "absent", "missing": "no such package"}
    _, slow, fast, *notes = table.table([measured, quiet, missing]).splitlines()
    assert " ".join(slow.split()) == "a.flac slow 2, own shown 9.5 0.5 / 1.0 1.0 / 2.0 0.1 1.5 900 stopped"
    assert fast.split()[-1] == "0.3"
    assert notes == ["a.flac, slow: others used 0.4 cores", "a.flac, absent: not measured: no such package"]


def test_a_peer_that_cannot_be_installed_says_why_in_a_line() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('first\\n  ╰─▶ no such package\\n')"]
    with pytest.raises(environments.NotRunError, match=r"^first no such package$"):
        environments.run(command)
    with pytest.raises(environments.NotRunError, match=r"^no-such-program is not installed$"):
        environments.run(["no-such-program"])


def test_a_source_is_checked_out_at_its_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "copies" / "someone" / "peer"
    git = ["git", "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "--quiet", str(origin)], check=True)
    for text in ("old", "new"):
        (origin / "peer.py").write_text(text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", text], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD~1"], check=True, capture_output=True, text=True).stdout.strip()
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "cache")
    monkeypatch.setenv("SIDECAR_PEERS_SOURCES", str(tmp_path / "copies"))
    peer = environments.Peer(name="peer", packages=(), source="someone/peer", commit=commit)
    environments.clone(peer)
    assert (peer.checkout / "peer.py").read_text() == "old"


class _Online:
    """As whisper_streaming's processor with voice activity control: what an utterance left stays where it was."""

    SAMPLING_RATE = 16000

    def __init__(self) -> None:
        self.heard = 0
        self.status: str | None = None
        self.online = self.transcript_buffer = self
        self._script = iter([("voice", "", " one two"), ("voice", " one", " two"), ("nonvoice", " two", " two")])
        self._pending = ""

    def insert_audio_chunk(self, audio: np.ndarray) -> None:
        self.heard += len(audio)

    def process_iter(self) -> tuple[None, None, str]:
        self.status, confirmed, self._pending = next(self._script, (self.status, "", self._pending))
        return None, None, confirmed

    def complete(self) -> str:
        return self._pending

    def to_flush(self, text: str) -> tuple[None, None, str]:
        return None, None, text

    def finish(self) -> tuple[None, None, str]:
        return None, None, self._pending


def test_whisper_streaming_gets_all_of_the_audio_and_says_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    online = _Online()
    feed_whisper_streaming.feed(online, np.zeros(6400, np.float32), 10)
    first, *records, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert online.heard == 6400
    assert abs(first["epoch"] - time.time()) < 60
    assert [(record["confirmed"], record["pending"]) for record in records] == [
        ("", " one two"),
        (" one", " two"),
        (" two", ""),
    ]
    assert last["through"] is True


def test_whisper_streaming_is_stopped_when_its_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    feed_whisper_streaming.feed(_Online(), np.zeros(160_000, np.float32), 0.1)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["through"] is False


async def _heard(answer_end: bool, cap_s: float) -> tuple[bytes, list[dict[str, object]], bool]:
    got = bytearray()

    async def answer(socket: ServerConnection) -> None:
        await socket.send('{"type": "config"}')
        async for message in socket:
            got.extend(message if isinstance(message, bytes) else message.encode())
            if not message and answer_end:
                await socket.send('{"type": "ready_to_stop"}')

    async with serve(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        samples = np.linspace(-1, 1, 4800, dtype=np.float32)
        _, records, through = await feed_whisperlivekit.feed(port, samples, cap_s)
    return bytes(got), records, through


@pytest.mark.network
def test_whisperlivekit_gets_all_of_the_audio() -> None:
    got, records, through = asyncio.run(_heard(answer_end=True, cap_s=20))
    pcm = np.frombuffer(got, "<i2")
    assert (len(pcm), pcm[0], pcm[-1]) == (4800, -32767, 32767)
    assert [record["message"] for record in records] == [{"type": "config"}, {"type": "ready_to_stop"}]
    assert through


@pytest.mark.network
def test_whisperlivekit_is_stopped_when_its_time_is_over() -> None:
    _, records, through = asyncio.run(_heard(answer_end=False, cap_s=0.5))
    assert [record["message"] for record in records] == [{"type": "config"}]
    assert not through


def test_processor_time_and_memory_of_a_process_and_what_it_starts() -> None:
    work = "x = bytearray(80_000_000); x[::4096] = b'1' * len(x[::4096]); [i for i in range(8_000_000)]; input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"
    begin_s = time.time()
    process = subprocess.Popen([sys.executable, "-c", parent], stdin=subprocess.PIPE)
    assert process.stdin
    with process.stdin, watch.Watch(process.pid) as watched:
        deadline = time.time() + 60
        while (watched.peak_mb < 80 or watched.cpu_s(begin_s, time.time()) < 0.1) and time.time() < deadline:
            time.sleep(0.05)
    process.wait()
    assert watched.peak_mb >= 80
    assert watched.cpu_s(begin_s, time.time()) >= 0.1
    assert watched.cpu_s(begin_s, begin_s) == 0


def _model_bin(arrays: dict[str, np.ndarray]) -> bytes:
    """A CTranslate2 file of version 6."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    data = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        kind = {"float32": 0, "int8": 1, "float16": 4}[array.dtype.name]
        data += text(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        data += struct.pack("<BI", kind, array.nbytes) + array.tobytes()
    return data + struct.pack("<I", 0)


def test_a_decoder_keeps_its_numbers_under_the_names_of_the_original(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "decoder/embeddings/weight": (5, 4),
        "decoder/position_encodings/encodings": (3, 4),
        "decoder/layer_0/ffn/linear_0/weight": (8, 4),
        "decoder/layer_0/ffn/linear_0/bias": (8,),
        "decoder/layer_0/ffn/linear_1/weight": (4, 8),
        "decoder/layer_0/ffn/linear_1/bias": (4,),
    }
    linears = {"self_attention": (12, 4), "attention": (4, 8, 4)}
    for part, widths in linears.items():
        for number, width in enumerate(widths):
            shapes[f"decoder/layer_0/{part}/linear_{number}/weight"] = (width, 4)
            shapes[f"decoder/layer_0/{part}/linear_{number}/bias"] = (width,)
    for norm in ("", "layer_0/self_attention/", "layer_0/attention/", "layer_0/ffn/"):
        for name in ("gamma", "beta"):
            shapes[f"decoder/{norm}layer_norm/{name}"] = (4,)
    arrays = {name: random.random(shape).astype(np.float16) for name, shape in shapes.items()}
    path = tmp_path / "model.bin"
    path.write_bytes(_model_bin({**arrays, "decoder/num_heads": np.array(8, np.int8)}))
    found = dict(whisper_decoder.variables(path))
    assert found["decoder/num_heads"] == 8
    state = dict(whisper_decoder.decoder(found))
    itself, other = "decoder/layer_0/self_attention/linear", "decoder/layer_0/attention/linear"
    assert np.array_equal(state["decoder.blocks.0.attn.key.weight"], arrays[f"{itself}_0/weight"][4:8])
    assert np.array_equal(state["decoder.blocks.0.attn.out.bias"], arrays[f"{itself}_1/bias"])
    assert np.array_equal(state["decoder.blocks.0.cross_attn.query.bias"], arrays[f"{other}_0/bias"])
    assert np.array_equal(state["decoder.blocks.0.cross_attn.value.weight"], arrays[f"{other}_1/weight"][4:])
    assert np.array_equal(state["decoder.blocks.0.cross_attn.out.weight"], arrays[f"{other}_2/weight"])
    assert np.array_equal(state["decoder.ln.bias"], arrays["decoder/layer_norm/beta"])
    assert np.array_equal(state["decoder.blocks.0.mlp.2.weight"], arrays["decoder/layer_0/ffn/linear_1/weight"])
    assert not [name for name in state if name.endswith("key.bias")]
    assert whisper_decoder.dimensions(state)["n_text_ctx"] == 3

"""Feeds a file at real-time pace to a WhisperLiveKit server, as its page does with a microphone."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sidecar.audio.chunk import SAMPLE_RATE

CHUNK_S = 0.04


async def feed(port: int, samples: np.ndarray, cap_s: float) -> tuple[float, list[dict[str, Any]], bool]:
    """``samples``: 16 kHz mono float32. Returns the Unix time of audio position 0, a record ``{"t", "message"}`` of
    every message, and whether the server was through with all of it within ``cap_s`` seconds."""
    async with connect(f"ws://127.0.0.1:{port}/asr", max_size=None) as socket:
        epoch = time.time()
        records: list[dict[str, Any]] = []
        sending = asyncio.create_task(_send(socket, samples, epoch))
        through = False
        try:
            async with asyncio.timeout(cap_s):
                async for text in socket:
                    records.append({"t": time.time() - epoch, "message": json.loads(text)})
                    if through := records[-1]["message"].get("type") == "ready_to_stop":
                        break
        except (TimeoutError, ConnectionClosed):
            pass
        finally:
            sending.cancel()
        return epoch, records, through


async def _send(socket: ClientConnection, samples: np.ndarray, epoch: float) -> None:
    """s16le, each chunk when its last sample has been spoken; at the end the empty message that ends a recording."""
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    step = int(CHUNK_S * SAMPLE_RATE)
    for start in range(0, len(pcm), step):
        chunk = pcm[start : start + step]
        await asyncio.sleep(epoch + (start + len(chunk)) / SAMPLE_RATE - time.time())
        await socket.send(chunk.tobytes())
    await socket.send(b"")

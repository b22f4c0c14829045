"""A network between browser and server that fails when the test says so."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class LossyLine:
    """Hands bytes on to the server behind it, until told otherwise."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: tuple[str, int]) -> None:
        self._loop = loop
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = True
        self._flows = asyncio.Event()
        self._flows.set()
        self.url = ""
        self.accepted = 0

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        """Accept connections again, and let bytes through."""

        def mend() -> None:
            self._open = True
            self._flows.set()

        self._loop.call_soon_threadsafe(mend)

    def freeze(self) -> None:
        """Keep connections open and let no byte through: a line that is dead without saying so."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def _cut(self) -> None:
        self._open = False
        for writer in list(self._writers):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if not self._open:
            writer.transport.abort()
            return
        onward_reader, onward_writer = await asyncio.open_connection(*self._target)
        both = {writer, onward_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._pass(reader, onward_writer), self._pass(onward_reader, writer))
        finally:
            self._writers -= both
            for each in both:
                each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@contextmanager
def lossy_line(url: str) -> Iterator[LossyLine]:
    """A line to the server at ``url``, with an address of its own."""
    address = urlsplit(url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="line")
    thread.start()

    async def begin() -> tuple[LossyLine, asyncio.Server]:
        line = LossyLine(loop, (address.hostname or "", address.port or 0))
        server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
        line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return line, server

    line, server = asyncio.run_coroutine_threadsafe(begin(), loop).result(timeout=10)

    async def finish() -> None:
        server.close()
        line._cut()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    try:
        yield line
    finally:
        asyncio.run_coroutine_threadsafe(finish(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

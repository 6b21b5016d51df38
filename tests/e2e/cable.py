"""A network cable between two parts that a test can make slow, silent or cut: a small TCP proxy on a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.e2e.system import free_port


class Cable:
    """Leads from a TCP port of this machine to another one, or to a Unix socket."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, socket: str | None = None) -> None:
        self.port = free_port()
        self._to = (host, port, socket)
        self._delay = 0.0
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop: asyncio.AbstractEventLoop
        self._speaks, self._end = asyncio.Event(), asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait()

    def lead(self, socket: str) -> None:
        """Lead new connections to this Unix socket."""
        self._to = ("", 0, socket)

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Every piece of data takes so long, in each direction."""
        self._delay = seconds
        yield
        self._delay = 0.0

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Data waits on the way; nobody is told."""
        self._loop.call_soon_threadsafe(self._speaks.clear)
        yield
        self._loop.call_soon_threadsafe(self._speaks.set)

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Connections break, and new ones are closed at once."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._break)
        yield
        self._is_cut = False

    def close(self) -> None:
        """Take the cable away for good: nobody listens there any more."""
        if self._thread.is_alive():
            self._is_cut = True
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def _break(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._speaks.set()
        server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self._ready.set()
        await self._end.wait()
        server.close()
        self._break()
        self._speaks.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port, socket = self._to
        try:
            if self._is_cut:
                raise ConnectionError
            there = await (asyncio.open_unix_connection(socket) if socket else asyncio.open_connection(host, port))
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, there[1]}
        await asyncio.gather(self._carry(reader, there[1]), self._carry(there[0], writer))
        self._open -= {writer, there[1]}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await asyncio.sleep(self._delay)
                await self._speaks.wait()
                writer.write(data)
                await writer.drain()
        with suppress(OSError, RuntimeError):
            writer.close()

"""TCP relays that a test can break: each stands in front of one program's port.

A break resets every connection through a relay and refuses new ones for some time; a freeze keeps
the connections but passes nothing on, as a link that is down does. One thread runs all relays.
"""

import asyncio
import socket
import struct
import threading
import time

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Relay:
    """Forwards connections from its own port to `target`, a port on loopback."""

    def __init__(self, loop, address, target):
        self._loop = loop
        self._address = address
        self._target = target
        self._writers = set()
        self._refuse_until = 0.0
        self._frozen_until = 0.0
        self.port = None

    async def start(self):
        server = await asyncio.start_server(self._accept, self._address, 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _accept(self, reader, writer):
        if time.monotonic() < self._refuse_until:
            self._reset(writer)
            return
        try:
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            self._reset(writer)
            return
        pair = (writer, onward_writer)
        self._writers.update(pair)
        await asyncio.gather(self._pump(reader, onward_writer), self._pump(onward_reader, writer))
        self._writers.difference_update(pair)

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(65536):
                while (pause := self._frozen_until - time.monotonic()) > 0:
                    await asyncio.sleep(pause)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    @staticmethod
    def _reset(writer):
        raw = writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        writer.transport.abort()

    def _break(self, seconds):
        self._refuse_until = time.monotonic() + seconds
        for writer in list(self._writers):
            self._reset(writer)
        self._writers.clear()

    def break_for(self, seconds):
        """Resets all connections and refuses new ones for so long."""
        self._loop.call_soon_threadsafe(self._break, seconds)

    def freeze_for(self, seconds):
        """Passes nothing on for so long."""
        self._frozen_until = time.monotonic() + seconds


class Relays:
    """A thread with as many relays as are asked for."""

    def __init__(self, address="127.0.0.1"):
        self.address = address  # where the relays listen
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def to(self, target):
        relay = Relay(self._loop, self.address, target)
        asyncio.run_coroutine_threadsafe(relay.start(), self._loop).result(10)
        return relay

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @staticmethod
    async def _end_all():
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

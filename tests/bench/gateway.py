"""A gateway that is faster than any client: `python -m tests.bench.gateway` prints its port and answers status reads.

Every answer comes 20 ms later and is shaped as TokenLab's; the progress moves on about as fast as a real task's.
"""

from __future__ import annotations

import asyncio
import json
import sys

DELAY_SECONDS = 0.02
# Seen by one task that is polled each time in turn with 5,000 others, that is some per cent from poll to poll.
POLLS_PER_PER_CENT = 2_500
COUNT = "/count"


class Counter:
    """What all connections share."""

    polls = 0


class Connection(asyncio.Protocol):
    """One kept connection; requests have no bodies."""

    def __init__(self) -> None:
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            self._answer(head.split(b" ", 2)[1].decode())

    def _answer(self, path: str) -> None:
        if path == COUNT:
            self._send(json.dumps({"polls": Counter.polls}).encode())
            return
        Counter.polls += 1
        document = {
            "id": path.rpartition("/")[2],
            "object": "video.generation",
            "status": "processing",
            "progress": Counter.polls // POLLS_PER_PER_CENT % 90,
            "model": "seedance-2.0-fast",
            "created_at": 1780000000,
            "poll_url": path,
            "video_url": None,
            "error": None,
        }
        body = json.dumps(document).encode()
        asyncio.get_running_loop().call_later(DELAY_SECONDS, self._send, body)

    def _send(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


async def serve() -> None:
    """Answer until ended."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())

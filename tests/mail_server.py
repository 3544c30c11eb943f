"""A mail server on 127.0.0.1 that takes, refuses, or breaks off, for what a mocked backend cannot show."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from enum import StrEnum


class Manner(StrEnum):
    """How it treats a mail."""

    TAKES = "takes"
    REFUSES_FOR_GOOD = "550"
    REFUSES_FOR_NOW = "451"
    # The mail is there in full; the answer to it never comes.
    BREAKS_OFF = "breaks off"


@dataclass
class MailServer:
    """Its port and what has arrived there, taken or not."""

    port: int
    manner: Manner = Manner.TAKES
    arrived: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serves one connection after another until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = MailServer(listener.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _serve(listener: socket.socket, server: MailServer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rwb", buffering=0) as stream:
            _talk(stream, server)


def _talk(stream: socket.SocketIO, server: MailServer) -> None:
    stream.write(b"220 mail.example.com\r\n")
    while line := stream.readline():
        word = line[:4].upper().strip()
        if word == b"DATA":
            stream.write(b"354 Go on\r\n")
            server.arrived.append(_mail(stream))
            if server.manner == Manner.BREAKS_OFF:
                return
            stream.write(b"250 Taken\r\n")
        elif word == b"RCPT" and server.manner in (Manner.REFUSES_FOR_GOOD, Manner.REFUSES_FOR_NOW):
            stream.write(f"{server.manner} No such mailbox\r\n".encode())
        elif word == b"QUIT":
            stream.write(b"221 Bye\r\n")
            return
        else:
            if word == b"MAIL":
                server.senders.append(line.decode().strip())
            stream.write(b"250 Fine\r\n")


def _mail(stream: socket.SocketIO) -> EmailMessage:
    lines = []
    while (line := stream.readline()) not in (b".\r\n", b""):
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    mail = BytesParser(policy=default).parsebytes(b"".join(lines))
    assert isinstance(mail, EmailMessage)
    return mail

"""A mail server that delivers nothing: what the demo company sends is kept as files."""

import itertools
import socketserver
import threading
from contextlib import contextmanager

HOST = "127.0.0.1"


class _Conversation(socketserver.StreamRequestHandler):
    """The few commands of SMTP that a client needs to hand over its mails."""

    def handle(self):
        self._answer("220 ready")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self._answer("354 go on")
                self.server.keep(self._read_message())
                self._answer("250 kept")
            elif verb == b"QUIT":
                self._answer("221 bye")
                return
            else:
                self._answer("250 ok")

    def _answer(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def _read_message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            # A leading dot is doubled on the way (RFC 5321, 4.5.2).
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class _Sink(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, folder):
        super().__init__((HOST, 0), _Conversation)
        self.folder = folder
        self.numbers = itertools.count(1)

    def keep(self, message):
        name = f"{next(self.numbers):05}.eml"
        (self.folder / name).write_bytes(message)


@contextmanager
def running(folder):
    """Keep mails as files in `folder`, emptied first; gives the port."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    with _Sink(folder) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        try:
            yield sink.server_address[1]
        finally:
            sink.shutdown()

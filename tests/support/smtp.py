"""A mail server on loopback that takes mails, refuses them, hangs, or lies about what it took."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage

REFUSES = "554 5.7.1 <guest@example.com>: not from you"


class MailServer(socketserver.ThreadingTCPServer):
    """
    Keeps what it took in `mails`, as it came.

    Its `mood`: it "takes" mails; it "refuses" them, their "address", or whoever calls, with its
    "greeting"; it "hangs" at once, or "hangs at the end"; it "drops" the connection before it takes
    a mail, or "lies": takes it, and drops the connection without a word.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mood = "takes"
        self.refused: set[str] = set()  # addresses that it does not know, whatever its mood
        self.bodies: list[bytes] = []
        self.addressed: list[list[str]] = []
        self.calls = 0
        self.patience = threading.Event()  # ends what hangs
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "MailServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.patience.set()
        self.shutdown()
        self.server_close()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(body, policy=policy.default) for body in self.bodies]


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        server = self.server
        server.calls += 1
        if server.mood == "hangs":
            server.patience.wait(30)
            return
        self._say("554 go away" if server.mood == "greeting" else "220 post office")
        to: list[str] = []
        while line := self.rfile.readline():
            word = line[:4].upper()
            address = line.decode().partition("<")[2].partition(">")[0]
            if word == b"RCPT" and (server.mood == "address" or address in server.refused):
                self._say(f"550 5.1.1 <{address}>: nobody here")
            elif word == b"RCPT":
                to.append(address)
                self._say("250 fine")
            elif word == b"DATA":
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                if not self._take(body, to):
                    return
                to = []
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _take(self, body: bytes, to: list[str]) -> bool:
        server = self.server
        if server.mood == "hangs at the end":
            server.patience.wait(30)
            return False
        if server.mood == "drops":
            return False
        if server.mood == "refuses":
            self._say(REFUSES)
            return True
        server.bodies.append(body.replace(b"\r\n..", b"\r\n."))
        server.addressed.append(to)
        if server.mood == "lies":
            return False
        self._say("250 taken")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

"""A mail server that keeps what it gets."""

import socket
import threading

import pytest
from tests.people import person  # noqa: F401 -- a fixture


class MailServer(threading.Thread):
    """As much of SMTP as it takes; ``refuse`` is the answer to RCPT, "" for welcome."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.messages, self.refuse = [], ""

    def run(self):
        while True:
            try:
                line, _address = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as stream:
                self.talk(stream)

    def talk(self, stream):
        def say(words):
            stream.write(words.encode() + b"\r\n")
            stream.flush()

        say("220 here")
        while words := stream.readline():
            verb = words[:4].upper()
            if verb == b"DATA":
                say("354 go on")
                lines = []
                while (got := stream.readline()) != b".\r\n":
                    lines.append(got)
                self.messages.append(b"".join(lines))
                say("250 kept")
            elif verb == b"RCPT" and self.refuse:
                say(self.refuse)
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")


@pytest.fixture
def mail_server(settings):
    """A mail server of our own, which the settings name."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
    settings.HALONG_MAIL = True
    yield server
    server.socket.close()

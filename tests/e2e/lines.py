"""A line that can be cut: what a browser reaches through it is away for pages, workers and background alike."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on to a product from a port of its own, until it is cut."""

    def __init__(self, url):
        there = urlsplit(url)
        self._there = (there.hostname, there.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open, self._sockets = True, set()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self):
        self._open = False
        for one in list(self._sockets):
            self._close(one)

    def mend(self):
        self._open = True

    def close(self):
        self.cut()
        self._listener.close()

    def _serve(self):
        while True:
            try:
                here, _address = self._listener.accept()
            except OSError:
                return
            if not self._open:
                here.close()
                continue
            there = socket.create_connection(self._there)
            self._sockets |= {here, there}
            for source, target in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            self._close(one)

    def _close(self, one):
        self._sockets.discard(one)
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()

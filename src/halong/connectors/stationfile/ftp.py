"""The FTP and FTPS server that stations push to, on pyftpdlib in a thread of its own.

A transfer is answered with "226" only when its file is committed, or safe on disk (``halong.ingest.spool``): the control
connection rests until then. Nothing can be read from the server.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from OpenSSL import SSL
from pyftpdlib.exceptions import AuthenticationFailed
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import AsyncChat, IOLoop
from pyftpdlib.servers import FTPServer

from halong.connectors.stationfile.certificate import certificate_file
from halong.connectors.stationfile.folder import Folder
from halong.ingest.secrets import check_password
from halong.ingest.server import Account, Server, Upload, is_unfinished

RIGHTS = "elafdmwT"  # look, change folder, write, append, delete, rename, make folders, set times; no reading
CONNECTIONS = 800
logger = logging.getLogger(__name__)
logging.getLogger("pyftpdlib").setLevel(logging.WARNING)


class _Files(AbstractedFS):  # type: ignore[misc]
    """pyftpdlib's view of an account's folder. The process's working directory is left alone."""

    def __init__(self, root: str, channel: "_Control") -> None:
        super().__init__(root, channel)
        self.folder = Folder(channel.account())

    def open(self, filename: str, mode: str) -> Upload:
        return self.folder.begin(filename, keep=not mode.startswith("w"))

    def mkstemp(self, suffix: str = "", prefix: str = "", dir: str | None = None, mode: str = "wb") -> Upload:
        name = f"{prefix}{os.urandom(4).hex()}{suffix}"
        return self.folder.begin(f"{dir or self.root}/{name}", keep=False)

    def chdir(self, path: str) -> None:
        if not Path(path).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        self.cwd = self.fs2ftp(path)

    def listdir(self, path: str) -> list[str]:
        return self.folder.names(path)

    listdirinfo = listdir

    def stat(self, path: str) -> os.stat_result:
        return self.folder.stat(path)

    lstat = stat

    def getsize(self, path: str) -> int:
        return self.folder.stat(path).st_size

    def getmtime(self, path: str) -> float:
        return self.folder.stat(path).st_mtime

    def isfile(self, path: str) -> bool:
        return self.lexists(path) and not Path(path).is_dir()

    def lexists(self, path: str) -> bool:
        try:
            self.folder.stat(path)
        except OSError:
            return False
        return True

    def utime(self, path: str, timeval: float) -> None:
        if os.path.lexists(path):
            os.utime(path, (timeval, timeval))

    def remove(self, path: str) -> None:
        self.folder.remove(path)

    def rename(self, src: str, dst: str) -> None:
        file = self.folder.rename(src, dst)
        if file is not None:
            self.cmd_channel.renamed = file


class _Data(TLS_DTPHandler):  # type: ignore[misc]
    """A data connection. Bytes stay as they are, whatever type the client names."""

    _resp: Any

    def enable_receiving(self, type: str, cmd: str) -> None:
        super().enable_receiving("i", cmd)

    def recv(self, buffer_size: int) -> bytes:
        """A line that broke is no end of a file, as pyftpdlib would have it."""
        if isinstance(self.socket, socket.socket):
            try:
                self.socket.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                pass
            except OSError:
                self._resp = ("426 The line broke; transfer aborted.", logger.debug)
                self.close()
                return b""
        return bytes(super().recv(buffer_size))

    def handle_error(self) -> None:
        """Say that the file can't be kept: where TLS is possible, pyftpdlib would leave the client waiting."""
        fault = sys.exception()
        cause = fault.__cause__ or fault if fault else None
        if not isinstance(cause, OSError):
            logger.error("FTP: a transfer failed", exc_info=fault)
        self._error = True
        why = cause.strerror if isinstance(cause, OSError) else "Internal error"
        self._resp = (f"426 {why}; transfer aborted.", logger.info)
        self.close()

    def close(self) -> None:
        if not self._closed and self.receive and self.transfer_finished:
            self._resp = ()  # the control connection answers once the file is safe
        super().close()


class _Control(TLS_FTPHandler):  # type: ignore[misc]
    """A control connection: who it is, and what it has yet to be told."""

    banner = "Halong"
    dtp_handler = _Data
    abstracted_fs = _Files
    use_sendfile = False
    max_login_attempts = 3
    auth_failed_timeout = 2
    timeout = 300
    door: ClassVar["FtpServer"]
    renamed: Path | None = None

    def account(self) -> Account:
        """Whose connection this is. Raises AuthenticationFailed when the account is gone."""
        return self.door.account(self.username)

    def on_file_received(self, file: str) -> None:
        """A transfer has ended: give the file its name, and take it in unless its sender will rename it."""
        upload = self.upload
        try:
            account = self.account()
            path = upload.finish()
        except (AuthenticationFailed, OSError) as error:
            upload.drop()
            self.respond(f"451 {error}")
            return
        if is_unfinished(path.name):
            self.respond("226 Transfer complete.")
        else:
            self._wait_for(account, path, "226 Transfer complete.")

    def on_incomplete_file_received(self, file: str) -> None:
        """A transfer has broken off: its sender will send the file again."""
        self.upload.drop()

    def ftp_STOR(self, file: str, mode: str = "w") -> Any:  # noqa: N802 -- pyftpdlib's name
        """Refuse accounts that are gone or must encrypt; else as always."""
        if self.account().require_tls and not self._prot:
            self.respond("522 This account may only send encrypted data (PROT P).")
            return None
        return super().ftp_STOR(file, mode)

    def ftp_RNTO(self, path: str) -> Any:  # noqa: N802 -- pyftpdlib's name
        """Rename; a name that says that the file is whole takes it in."""
        self.renamed = None
        answers: list[str] = []
        self.respond = lambda text, **_kept: answers.append(text)
        try:
            result = super().ftp_RNTO(path)
        finally:
            del self.respond
        file = self.renamed
        if file is None or is_unfinished(file.name):
            for answer in answers:
                self.respond(answer)
        else:
            self._wait_for(self.account(), file, "250 Renaming ok.")
        return result

    @property
    def upload(self) -> Upload:
        """The file of the transfer that has just ended."""
        file: Upload = self.data_channel.file_obj
        return file

    def _wait_for(self, account: Account, file: Path, answer: str) -> None:
        """Let the connection rest until the file is safe, then answer."""
        self.del_channel()

        def told(future: "Future[None]") -> None:
            error = future.exception()
            if error is not None:
                logger.warning("FTP %s: %s could not be taken in: %s", account.user, file.name, error)
            self.door.soon(
                lambda: self._answer(answer if error is None else "451 The file could not be kept.")
            )

        self.door.receive(account, file).add_done_callback(told)

    def _answer(self, text: str) -> None:
        if not self._closed:
            self.add_channel()
            self.respond(text)


class _Authorizer:
    """pyftpdlib's question whether somebody may come in, answered from the accounts of the server."""

    def __init__(self, door: "FtpServer") -> None:
        self._door = door

    def validate_authentication(self, user: str, password: str, handler: _Control) -> None:
        account = self._door.account(user)
        if account.require_tls and not handler._ssl_established:
            raise AuthenticationFailed("This account needs TLS.")
        if not account.password or not check_password(password, account.password):
            raise AuthenticationFailed("Authentication failed.")

    def get_home_dir(self, user: str) -> str:
        return str(self._door.account(user).folder)

    def get_msg_login(self, user: str) -> str:
        return "Welcome."

    def get_msg_quit(self, user: str) -> str:
        return "Goodbye."

    def has_perm(self, user: str, perm: str, path: str | None = None) -> bool:
        return perm in RIGHTS

    def get_perms(self, user: str) -> str:
        return RIGHTS

    def has_user(self, user: str) -> bool:
        return self._door.knows(user)

    def impersonate_user(self, user: str, password: str) -> None: ...

    def terminate_impersonation(self, user: str) -> None: ...


class _Waker(AsyncChat):  # type: ignore[misc]
    """Wakes the FTP thread when something is to be done in it."""

    def __init__(self, ioloop: IOLoop) -> None:
        self._mine, theirs = socket.socketpair()
        theirs.setblocking(False)
        self._todo: deque[Callable[[], None]] = deque()
        super().__init__(theirs, ioloop=ioloop)

    def wake(self, call: Callable[[], None]) -> None:
        """Have something called in the FTP thread soon."""
        self._todo.append(call)
        with contextlib.suppress(OSError):
            self._mine.send(b"\0")

    def handle_read(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.recv(4096)
        while self._todo:
            call = self._todo.popleft()
            try:
                call()
            except Exception:
                logger.exception("FTP: an answer failed")


class FtpServer(Server):
    """FTP with explicit TLS on ``HALONG_FTP_PORT`` for all sources of the kind ``ftp``."""

    def __init__(self) -> None:
        self._accounts: Mapping[str, Account] = {}
        self._ioloop: IOLoop | None = None
        self._waker: _Waker | None = None
        self._thread: threading.Thread | None = None
        self._home: asyncio.AbstractEventLoop | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._home = asyncio.get_running_loop()
        pem = str(certificate_file(settings.HALONG_FTP_CERTIFICATE, public_name()))
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.use_certificate_chain_file(pem)
        context.use_privatekey_file(pem)
        handler = type(
            "Control",
            (_Control,),
            {
                "door": self,
                "authorizer": _Authorizer(self),
                "ssl_context": context,
                "passive_ports": _ports(settings.HALONG_FTP_PASSIVE_PORTS),
                "masquerade_address": settings.HALONG_FTP_PUBLIC_ADDRESS or None,
            },
        )
        self._ioloop = IOLoop()
        server = FTPServer(
            (settings.HALONG_HOST, settings.HALONG_FTP_PORT), handler, ioloop=self._ioloop, backlog=256
        )
        server.max_cons = CONNECTIONS
        self.port = server.address[1]
        self._waker = _Waker(self._ioloop)
        self._thread = threading.Thread(target=self._serve, args=(server,), name="ftp", daemon=True)
        self._thread.start()
        logger.info("FTP listens on %s:%s", *server.address)

    def update(self, accounts: Mapping[str, Account]) -> None:
        """Who may sign in from now on."""
        self._accounts = dict(accounts)

    async def stop(self) -> None:
        """Stop listening and end every session."""
        if self._thread is not None and self._ioloop is not None:
            self.soon(self._ioloop.close)
            await asyncio.to_thread(self._thread.join, 5)

    def knows(self, user: str) -> bool:
        """Whether there is an account of this name."""
        return user in self._accounts

    def account(self, user: str) -> Account:
        """The account of a user. Raises AuthenticationFailed."""
        found = self._accounts.get(user)
        if found is None:
            raise AuthenticationFailed("Authentication failed.")
        return found

    def receive(self, account: Account, file: Path) -> "Future[None]":
        """Have a whole file taken in, in the runner's loop; for the FTP thread."""
        assert self._home is not None
        return asyncio.run_coroutine_threadsafe(account.receive(file), self._home)

    def soon(self, call: Callable[[], None]) -> None:
        """Have something done in the FTP thread."""
        if self._waker is not None:
            self._waker.wake(call)

    def _serve(self, server: FTPServer) -> None:
        try:
            server.serve_forever(handle_exit=False)
        except Exception:
            logger.exception("the FTP server ended")


def public_name() -> str:
    """The name in the certificate that Halong signs for itself."""
    return (
        settings.HALONG_FTP_PUBLIC_ADDRESS
        or settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
        or settings.HALONG_HOST
    )


def _ports(text: str) -> range | None:
    first, _dash, last = text.partition("-")
    return range(int(first), int(last or first) + 1) if first.strip() else None

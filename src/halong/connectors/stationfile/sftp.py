"""The SFTP server that stations push to, on asyncssh, with a password or a public key an account.

A file's "close" is answered only when it is committed, or safe on disk (``halong.ingest.spool``). Nothing can be read from
the server, no shell and no forwarding is offered.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh import SFTPAttrs, SFTPName
from django.conf import settings

from halong.connectors.stationfile.folder import Folder
from halong.home import private
from halong.ingest.secrets import check_password
from halong.ingest.server import Account, Server, Upload, is_unfinished

SLOW_S = 2.0  # seconds that a wrong password takes
logger = logging.getLogger(__name__)
logging.getLogger("asyncssh").setLevel(logging.WARNING)


class _Sessions(asyncssh.SSHServer):
    """One connection: whether it may come in."""

    def __init__(self, door: "SftpServer") -> None:
        self._door = door
        self._connection: asyncssh.SSHServerConnection | None = None
        self.uploads: set[Upload] = set()  # begun and not yet closed

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        for upload in self.uploads:
            upload.drop()

    def begin_auth(self, username: str) -> bool:
        account = self._door.accounts.get(username)
        if account is not None and self._connection is not None and account.public_keys:
            keys = asyncssh.import_authorized_keys(account.public_keys + "\n")
            self._connection.set_authorized_keys(keys)
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        account = self._door.accounts.get(username)
        if account is not None and account.password and check_password(password, account.password):
            return True
        await asyncio.sleep(SLOW_S)
        return False


class _Files(asyncssh.SFTPServer):
    """What a session may do with its account's folder."""

    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], door: "SftpServer") -> None:
        self._door = door
        self._user = chan.get_extra_info("username")
        account = door.accounts.get(self._user)
        if account is None:
            raise asyncssh.SFTPPermissionDenied("The account is gone")
        self._folder = Folder(account)
        owner = chan.get_connection().get_owner()
        assert isinstance(owner, _Sessions)
        self._uploads = owner.uploads
        super().__init__(chan, chroot=os.fsencode(str(account.folder)))

    def _account(self) -> Account:
        account = self._door.accounts.get(self._user)
        if account is None:
            raise asyncssh.SFTPPermissionDenied("The account is gone")
        return account

    def _real(self, path: bytes) -> str:
        return os.fsdecode(self.map_path(path))

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Upload:
        if not pflags & asyncssh.FXF_WRITE:
            raise asyncssh.SFTPPermissionDenied("Files can't be read here")
        self._account()
        keep = bool(pflags & asyncssh.FXF_APPEND) or not pflags & asyncssh.FXF_TRUNC
        return self._begin(path, keep=keep)

    def open56(self, path: bytes, desired_access: int, flags: int, attrs: SFTPAttrs) -> Upload:
        if not desired_access & (asyncssh.ACE4_WRITE_DATA | asyncssh.ACE4_APPEND_DATA):
            raise asyncssh.SFTPPermissionDenied("Files can't be read here")
        self._account()
        keep = flags & asyncssh.FXF_ACCESS_DISPOSITION in {
            asyncssh.FXF_OPEN_EXISTING,
            asyncssh.FXF_OPEN_OR_CREATE,
        }
        return self._begin(path, keep=keep)

    def _begin(self, path: bytes, *, keep: bool) -> Upload:
        upload = self._folder.begin(self._real(path), keep=keep)
        self._uploads.add(upload)
        return upload

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        raise asyncssh.SFTPPermissionDenied("Files can't be read here")

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        assert isinstance(file_obj, Upload)
        if file_obj.closed:  # an earlier part failed
            raise asyncssh.SFTPFailure("The file could not be kept")
        try:
            return file_obj.write_at(offset, data)
        except OSError:
            file_obj.drop()
            raise

    async def close(self, file_obj: object) -> None:
        assert isinstance(file_obj, Upload)
        self._uploads.discard(file_obj)
        if file_obj.closed:
            raise asyncssh.SFTPFailure("The file could not be kept")
        if self.channel._recv_state != "open":
            file_obj.drop()  # asyncssh closes what a session leaves open that ends: it isn't whole
            return
        account = self._account()
        path = file_obj.finish()
        if not is_unfinished(path.name):
            await self._receive(account, path)

    def exit(self) -> None:
        """Tell the client that all went well: scp takes silence for failure."""
        with contextlib.suppress(OSError):
            self.channel.exit(0)

    async def rename(self, oldpath: bytes, newpath: bytes, flags: int = 0) -> None:
        account = self._account()
        file = self._folder.rename(self._real(oldpath), self._real(newpath))
        if file is not None and not is_unfinished(file.name):
            await self._receive(account, file)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.rename(oldpath, newpath)

    async def _receive(self, account: Account, file: Path) -> None:
        try:
            await account.receive(file)
        except OSError as error:
            logger.warning("SFTP %s: %s could not be taken in: %s", account.user, file.name, error)
            raise asyncssh.SFTPFailure("The file could not be kept") from error

    def stat(self, path: bytes) -> SFTPAttrs:
        return _attributes(self._folder.stat(self._real(path)))

    lstat = stat

    def fstat(self, file_obj: object) -> SFTPAttrs:
        assert isinstance(file_obj, Upload)
        return SFTPAttrs(size=file_obj.size)

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        real = self._real(path)
        for name in [".", "..", *self._folder.names(real)]:
            found = os.lstat(real) if name in {".", ".."} else self._folder.stat(f"{real}/{name}")
            yield SFTPName(os.fsencode(name), "", _attributes(found))

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Times and modes are the sender's wish; a file that is taken in has none."""

    lsetstat = setstat

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """As ``setstat``."""

    def remove(self, path: bytes) -> None:
        self._folder.remove(self._real(path))

    def fsync(self, file_obj: object) -> None:
        """Nothing to do: closing makes the file safe."""

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("Links can't be made here")

    symlink = link

    def readlink(self, path: bytes) -> bytes:
        raise asyncssh.SFTPNoSuchFile("There are no links here")

    def statvfs(self, path: bytes) -> Any:
        return os.statvfs(self._folder.root)

    def fstatvfs(self, file_obj: object) -> Any:
        return os.statvfs(self._folder.root)


def _attributes(found: os.stat_result) -> SFTPAttrs:
    """What a sender may know of a file."""
    times = {"atime": int(found.st_atime), "mtime": int(found.st_mtime)}
    return SFTPAttrs(size=found.st_size, uid=0, gid=0, permissions=found.st_mode, nlink=1, **times)


class SftpServer(Server):
    """SFTP on ``HALONG_SFTP_PORT`` for all sources of the kind ``sftp``."""

    def __init__(self) -> None:
        self.accounts: Mapping[str, Account] = {}
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._acceptor = await asyncssh.create_server(
            lambda: _Sessions(self),
            settings.HALONG_HOST,
            settings.HALONG_SFTP_PORT,
            server_host_keys=[str(host_key())],
            sftp_factory=lambda chan: _Files(chan, self),
            allow_scp=False,
            agent_forwarding=False,
            x11_forwarding=False,
            login_timeout=30,
            keepalive_interval=60,
            server_version="Halong",
        )
        self.port = self._acceptor.get_port()
        logger.info("SFTP listens on %s:%s", settings.HALONG_HOST, self.port)

    def update(self, accounts: Mapping[str, Account]) -> None:
        """Who may sign in from now on."""
        self.accounts = dict(accounts)

    async def stop(self) -> None:
        """Stop listening and end every session."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()


def host_key() -> Path:
    """The server's key, made on first use and kept in HALONG_HOME, so that clients can recognise it."""
    file = private("secrets") / "sftp_host_key"
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        key = asyncssh.generate_private_key("ssh-ed25519")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(key.export_private_key())
        draft.replace(file)
    return file

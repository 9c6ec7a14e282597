"""The doors of a running product as clients of other people use them: plain HTTP, FTP and SFTP."""

import ftplib
import gzip
import http.client
import io
import json
import re
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
OBSERVATIONS = "/ingest/v1/observations"
PATIENCE = 60


def ask(product, method, path, body=None, headers=None):
    """One raw request on a connection of its own: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", int(product.env["HALONG_PORT"]), timeout=PATIENCE)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def post(product, key, items, *, packed=False, **headers):
    """Readings by ``POST``: status and the answered JSON. ``items`` may be bytes, which go as they are."""
    body = items if isinstance(items, bytes) else json.dumps(items).encode()
    given = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
    if packed:
        body, given["Content-Encoding"] = gzip.compress(body), "gzip"
    status, _headers, answer = ask(product, "POST", OBSERVATIONS, body, given)
    return status, json.loads(answer)


def reading(entity, name, at, value, **more):
    """One item of the body."""
    return {"entity": entity, "property": name, "time": at.isoformat(), "value": value, **more}


def station_lines(at, values, status="00"):
    """A station file's bytes: one line a parameter, as Circular 10/2021 has them."""
    rows = [
        f"{name}\t{value}\tug/m3\t{at.astimezone(LOCAL):%Y%m%d%H%M%S}\t{status}"
        for name, value in values.items()
    ]
    return ("\r\n".join(rows) + "\r\n").encode()


def file_name(door, at):
    """A name that the source takes: its own example, at another time."""
    return re.sub(r"\d{14}", f"{at.astimezone(LOCAL):%Y%m%d%H%M%S}", door["example"])


@contextmanager
def ftp(door, tries=4):
    """A signed-in FTP connection; a busy server may need a moment to hear of a new account."""
    for left in reversed(range(tries)):
        with ftplib.FTP() as client:
            client.connect(door["address"], door["port"], timeout=PATIENCE)
            try:
                client.login(door["user"], door["password"])
            except ftplib.error_perm:
                if left:
                    continue
                raise
            yield client
            return


def store(client, name, content):
    """Send one file over an FTP connection; True once the server has said that it is safe."""
    return client.storbinary(f"STOR {name}", io.BytesIO(content)).startswith("226")


def now():
    """This second."""
    return datetime.now(LOCAL).replace(microsecond=0)

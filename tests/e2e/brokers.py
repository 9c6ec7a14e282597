"""Debian's Mosquitto on a port of its own, with or without TLS and passwords, for tests that need a broker."""

import datetime as dt
import ipaddress
import shutil
import socket
import subprocess
from contextlib import contextmanager, suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.e2e.conftest import eventually, free_port

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
USER, PASSWORD = "halong", "a-password-of-the-broker"


def make_certificate(folder):
    """A certificate for 127.0.0.1 that signs itself; the files of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "broker.pem", folder / "broker.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, secret


@contextmanager
def broker(folder, *, tls=False, port=None):
    """A running Mosquitto that keeps sessions and wants a password: yields its port."""
    if MOSQUITTO is None:
        pytest.skip("mosquitto isn't installed (Debian: apt install mosquitto)")
    folder.chmod(0o755)
    port = port or free_port()
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous false", "max_queued_messages 0", "user root"]
    (folder / "passwords").touch(mode=0o600)
    tool = [str(shutil.which("mosquitto_passwd", path="/usr/bin:/usr/local/bin")), "-b"]
    subprocess.run([*tool, str(folder / "passwords"), USER, PASSWORD], check=True, capture_output=True)
    lines.append(f"password_file {folder / 'passwords'}")
    if tls:
        pem, secret = make_certificate(folder)
        lines += [f"certfile {pem}", f"keyfile {secret}"]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        [MOSQUITTO, "-c", str(folder / "mosquitto.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def listens():
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    try:
        eventually(listens, within=20)
        yield port
    finally:
        process.terminate()
        process.wait(20)

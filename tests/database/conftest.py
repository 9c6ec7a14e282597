import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def place():
    """A folder that every system user can pass, as pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="halong-t-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def python_as():
    """Runs Python code in a process of its own, as another system user when we are root."""

    def run(code, user=None, **how):
        switch = {}
        if user is not None and os.geteuid() == 0:
            entry = pwd.getpwnam(user)
            switch = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "DATABASE_URL"))}
        interpreter = (
            "/usr/bin/python3" if user and os.geteuid() == 0 and not reachable(switch) else sys.executable
        )
        environment["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
        return subprocess.Popen(
            [interpreter, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=environment,
            **switch,
            **how,
        )

    return run


def reachable(switch):
    try:
        return subprocess.run([sys.executable, "-c", ""], check=False, **switch).returncode == 0
    except OSError:
        return False

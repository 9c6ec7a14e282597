"""A child process ends when its parent does, also by SIGKILL, so that no orphan holds a port or a lock."""

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "HALONG_PARENT"  # environment: the process id of the supervisor that started us
PR_SET_PDEATHSIG = 1


def follow_parent() -> None:
    """End with the process that ``HALONG_PARENT`` names, if any: by the kernel on Linux, else by looking.

    SIGKILL, because nothing of value lives in a process, and one that hesitates would block the next start.
    """
    parent = int(os.environ.pop(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_look_after, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def _look_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)

"""The verb of the log."""

import json
from argparse import Namespace

from halong.core.command import Verb


def _verify(options: Namespace) -> int:
    from halong.audit.chain import verify_chain, waiting

    report = verify_chain()
    said = {
        "whole": report.whole,
        "checked": report.checked,
        "head": report.head.seq,
        "hash": report.head.hash,
        "waiting": waiting(),
    }
    if not report.whole:
        said |= {"broken_at": report.broken_at, "fault": report.fault}
    print(json.dumps(said))
    return 0 if report.whole else 1


VERBS = [Verb("audit verify", "Compute the audit log's hash chain again and print its state.", _verify)]

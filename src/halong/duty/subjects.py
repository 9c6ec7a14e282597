"""What people are told about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Something that somebody has to look after: ``kind`` and ``ref`` name it ("alert", "17"), ``url`` is a path of ours,
    ``priority`` goes from 1 (critical) to 4 (normal). What is simulated is told inside the product only.
    """

    kind: str
    ref: str
    title: str
    url: str
    priority: int
    simulated: bool = False

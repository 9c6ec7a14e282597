"""Public warnings: who may give them, what they say, what was done with them, where they went."""

from halong.warnings.models.authority import Authority, Wording
from halong.warnings.models.dispatch import Dispatch, Outlet, Subscriber
from halong.warnings.models.foreign import ForeignWarning
from halong.warnings.models.warning import OPEN, Act, Area, Warning

__all__ = [
    "OPEN",
    "Act",
    "Area",
    "Authority",
    "Dispatch",
    "ForeignWarning",
    "Outlet",
    "Subscriber",
    "Warning",
    "Wording",
]

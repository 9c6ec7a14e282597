"""The operating stage, its rules and history; levels of disaster risk, suggested and official."""

from halong.stages.models.risk import Bulletin, RiskSuggestion
from halong.stages.models.stage import LEVELS, StageChange, StageRule

__all__ = ["LEVELS", "Bulletin", "RiskSuggestion", "StageChange", "StageRule"]

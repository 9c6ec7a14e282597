"""What happens to the stage."""

from halong.core.events import event


@event
class StageProposed:
    """Somebody, or the criteria, proposed a stage."""

    change_id: int
    level: int


@event
class StageChanged:
    """Another stage is in force."""

    change_id: int
    level: int
    before: int

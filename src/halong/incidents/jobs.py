"""What the worker does for incidents."""

from halong.incidents.steps import jobs as steps_jobs

__all__ = ["steps_jobs"]

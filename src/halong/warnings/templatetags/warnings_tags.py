"""What templates of warnings ask."""

from django import template

from halong.warnings.banner import MARKS

register = template.Library()


@register.filter
def warning_mark(severity: str) -> str:
    """The mark of a severity of CAP."""
    return MARKS[severity]

"""Who at the desk is told that something waits for him."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.notify.actions import tell
from halong.warnings import authorities
from halong.warnings.models import Act, Warning


def tell_deciders(warning: Warning) -> int:
    """Tell whoever may approve it, and wrote none of it, that it waits for him; once a version. How many were told."""
    writers = set(Act.objects.filter(warning=warning, kind=Act.Kind.WRITE).values_list("by", flat=True))
    rows = authorities.covering(warning, timezone.now())
    people = {row.delegate for row in rows if row.delegate_id not in writers}
    return tell(
        people, kind="warning", title=_("A public warning waits for your approval"),
        text=f"{warning.number} · {warning.headline_vi}", url=reverse("warning", args=[warning.pk]),
        key=f"warning:{warning.pk}:approve:{warning.version}",
    )  # fmt: skip

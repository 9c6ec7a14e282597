"""Who at the desk is told that something waits for him."""

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.accounts.models import User
from halong.core.permissions import has_perm
from halong.notify.actions import tell
from halong.warnings import authorities
from halong.warnings.models import Act, Warning


def tell_deciders(warning: Warning) -> int:
    """Tell whoever may approve it, and wrote none of it, that it waits for him; once a version. How many were told."""
    writers = set(Act.objects.filter(warning=warning, kind=Act.Kind.WRITE).values_list("by", flat=True))
    rows = authorities.covering(warning, timezone.now())
    people = {row.delegate for row in rows if row.delegate_id not in writers}
    key = f"warning:{warning.pk}:approve:{warning.version}"
    return _tell(warning, people, _("A public warning waits for your approval"), key)


def tell_checkers(warning: Warning, people: set[User]) -> int:
    """Tell people who may check it that a draft is ready."""
    able = {person for person in people if has_perm(person, "warnings.check", warning)}
    key = f"warning:{warning.pk}:check:{warning.version}"
    return _tell(warning, able, _("A draft of a public warning waits to be checked"), key)


def _tell(warning: Warning, people: set[User], title: object, key: str) -> int:
    try:
        url = reverse("warning", args=[warning.pk])
    except NoReverseMatch:
        url = ""
    text = f"{warning.number} · {warning.headline_vi}"
    return tell(people, kind="warning", title=title, text=text, url=url, key=key)  # type: ignore[arg-type]  # lazy words

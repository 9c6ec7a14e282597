"""Whom a step means, and the pages that come of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.accounts.queries import answerable
from halong.core.live import touch
from halong.duty import channels
from halong.duty.models import Contact, DutyRole, Member, Page, Run, Team
from halong.duty.queries import on_duty
from halong.duty.steps import CONTACT, MEMBERS, ON_DUTY, PERSON, ChainStep
from halong.duty.titles import lazy_title
from halong.notify.actions import tell
from halong.notify.models import Notice

Channel, State = Page.Channel, Page.State
MINE = "pages"  # live topic, by person


@dataclass(frozen=True)
class Target:
    """Somebody to tell: one of ours, or a contact without account."""

    person: User | None = None
    contact: Contact | None = None


def whom(run: Run, step: ChainStep, now: datetime) -> list[Target]:
    """The people that a step means now."""
    if step.whom == ON_DUTY:
        return [Target(person) for person in on_duty(run.team, now, step.role)]
    if step.whom == CONTACT:
        return [Target(contact=one) for one in Contact.objects.current().filter(pk=step.ref or 0)]
    if step.whom == PERSON:
        return [Target(one) for one in User.objects.filter(pk=step.ref or 0, is_active=True)]
    if step.whom == MEMBERS:
        members = Member.objects.filter(team=run.team, person__is_active=True).select_related("person")
        return [Target(member.person) for member in members]
    return [Target(person) for person in superiors(run.team, now)]


def superiors(team: Team, now: datetime) -> list[User]:
    """Who leads the agency of a team, and who leads on duty."""
    heads = [one.user for one in answerable(team.agency) if one.leads] if team.agency is not None else []
    found = {person.pk: person for person in [*heads, *on_duty(team, now, DutyRole.COMMAND)]}
    return list(found.values())


def leaders(team: Team, now: datetime) -> list[User]:
    """Who has to hear that somebody couldn't be told: the shift leader, else everybody on, else the superiors."""
    return on_duty(team, now, DutyRole.LEADER) or on_duty(team, now) or superiors(team, now)


def tell_step(run: Run, step: ChainStep, now: datetime) -> bool:
    """Make the pages of a step, each once; in the product they are told in this very transaction. False: nobody is reached.

    Somebody of whom a way failed is reached if another way out of the product is tried: nobody may be looking at a screen.
    """
    found = whom(run, step, now)
    if not found:
        _nobody(run, now, _("Nobody is meant by this step now."))
        return False
    reached = False
    for target in found:
        pages = _pages(run, step, target, now)
        Page.objects.bulk_create(pages, ignore_conflicts=True)
        failed = any(page.state == State.FAILED for page in pages)
        reached = reached or not failed or any(page.state == State.WAITING for page in pages)
        for page in pages:
            if page.state == State.FAILED:
                report_failure(page, now)
    _in_product(run, [target.person for target in found if target.person], step, now)
    return reached


def _nobody(run: Run, now: datetime, words: str) -> None:
    Page.objects.bulk_create(
        [
            Page(
                run=run,
                step=run.step,
                channel=Channel.PRODUCT,
                state=State.FAILED,
                at=now,
                due_at=now,
                error=words,
            )
        ],
        ignore_conflicts=True,
    )


def _pages(run: Run, step: ChainStep, target: Target, now: datetime) -> list[Page]:
    if run.simulated:
        state = State.SENT if target.person else State.DROPPED
        return [_page(run, target, Channel.PRODUCT, now, state)]
    made = []
    for channel in step.channels:
        if channel == Channel.PRODUCT:
            if target.person is not None:
                made.append(_page(run, target, channel, now, State.SENT))
        elif channels.is_set_up(channel):
            error = channels.lacks(channel, target.person, target.contact)
            if error != channels.NOT_WANTED:
                made.append(_page(run, target, channel, now, State.FAILED if error else State.WAITING, error))
    if not made:
        made.append(
            _page(run, target, step.channels[0], now, State.FAILED, _("No way to tell: call by telephone."))
        )
    return made


def _page(run: Run, target: Target, channel: str, now: datetime, state: str, error: str = "") -> Page:
    return Page(
        run=run,
        step=run.step,
        person=target.person,
        contact=target.contact,
        channel=channel,
        state=state,
        error=error,
        at=now,
        due_at=now,
        sent_at=now if state == State.SENT else None,
    )


def _in_product(run: Run, people: Iterable[User], step: ChainStep, now: datetime) -> None:
    if Channel.PRODUCT not in step.channels and not run.simulated:
        return
    readers, key = list(people), f"page:{run.pk}:{run.step}"
    tell(
        readers,
        kind="page",
        title=lazy_title(run),
        url=reverse("duty-run", args=[run.pk]),
        key=key,
        by_mail=False,
    )
    notices = dict(Notice.objects.filter(user__in=readers, key=key).values_list("user_id", "pk"))
    for person in readers:
        pages = Page.objects.filter(run=run, step=run.step, person=person, channel=Channel.PRODUCT)
        pages.update(notice=notices.get(person.pk))
        touch(MINE, str(person.pk))


def report_failure(page: Page, now: datetime) -> None:
    """The shift leader hears that somebody couldn't be told."""
    run = page.run
    who = str(page.person or page.contact or "")
    tell(
        leaders(run.team, now),
        kind="page-failed",
        title=format_lazy(
            gettext_lazy("{who} couldn't be told by {channel}: {title}"),
            who=who, channel=Channel(page.channel).label, title=lazy_title(run),
        ),
        text=page.error,
        url=reverse("duty-run", args=[run.pk]),
        key=f"page-failed:{run.pk}:{page.step}:{page.person_id}:{page.contact_id}:{page.channel}",
    )  # fmt: skip

"""Chains at work: beginning, telling step after step, answering, ending."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.duty import links, targets, told
from halong.duty.models import Chain, Page, Run, Team
from halong.duty.permissions import may_answer, may_page
from halong.duty.steps import (
    EVERY_WAY,
    LAST_WAITS,
    ON_DUTY,
    STANDARD,
    ChainStep,
    as_json,
    quiet_until,
    read_steps,
)
from halong.duty.subjects import Subject
from halong.duty.titles import lazy_title
from halong.notify.actions import tell
from halong.places.models import Place

TOPIC = "duty"
TEST_LASTS = timedelta(minutes=30)
AT_ONCE = 50
LINK = "page"
LIVE = (Page.State.WAITING, Page.State.SENT, Page.State.DELIVERED, Page.State.READ, Page.State.FAILED)


@transaction.atomic
def page_team(team: Team, *, subject: Subject, by: Any, key: str) -> Run | None:
    """Have a team told by its most fitting chain, or by the usual steps; under the same ``key`` once. None: the team has
    ended.
    """
    if not may_page(team, by):
        raise Forbidden
    if team.ended_at is not None:
        return None
    fitting = [chain for chain in _chains(subject, None, "", "") if chain.team_id == team.pk]
    chain = fitting[0] if fitting else None
    return _begin(team, chain, subject, key, by)


@transaction.atomic
def start_chains(
    subject: Subject,
    *,
    place: Place | None = None,
    sector: str = "",
    kind: str = "",
    by: Any = SYSTEM,
    key: str = "",
) -> list[Run]:
    """Begin the chains that are meant for a subject: of each team the most particular one. The same subject (``key``: the
    same occasion of it) begins each once; one that still runs isn't begun again.
    """
    if by is not SYSTEM and not (isinstance(by, User) and by.is_active):
        raise Forbidden
    found: dict[int, Chain] = {}
    for chain in _chains(subject, place, sector, kind):
        found.setdefault(chain.team_id, chain)
    occasion = key or f"{subject.kind}:{subject.ref}"
    return [
        _begin(chain.team, chain, subject, f"{occasion}:chain:{chain.pk}", by) for chain in found.values()
    ]


def _chains(subject: Subject, place: Place | None, sector: str, kind: str) -> list[Chain]:
    """Those for this subject, the most particular first."""
    above = [int(part) for part in place.path.strip("/").split("/") if part] if place is not None else []
    found = (
        Chain.objects.current()
        .filter(about__in=[Chain.About.BOTH, subject.kind], priority__gte=subject.priority)
        .filter(
            Q(place=None) | Q(place__in=above), Q(sector="") | Q(sector=sector), Q(kind="") | Q(kind=kind)
        )
        .select_related("team", "team__agency")
    )
    depth = {pk: number for number, pk in enumerate(above, 1)}
    return sorted(
        found, key=lambda c: (not c.kind, -depth.get(c.place_id or 0, 0), not c.sector, c.priority, c.pk)
    )


def _begin(team: Team, chain: Chain | None, subject: Subject, key: str, by: Any) -> Run:
    running = Run.objects.filter(
        team=team, chain=chain, subject_kind=subject.kind, subject_ref=subject.ref, state=Run.State.RUNNING
    ).first()
    if running is not None:
        return running
    steps = read_steps(chain.steps) if chain is not None else STANDARD
    now, held = timezone.now(), None
    if chain is not None:
        zone = timezone.get_default_timezone()
        held = quiet_until(chain.quiet_from, chain.quiet_to, subject.priority, now, zone)
    return _made(team, chain, subject, key, by, steps, held)


def _made(
    team: Team, chain: Chain | None, subject: Subject, key: str, by: Any, steps: Sequence[ChainStep],
    held: datetime | None = None, *, test: bool = False,
) -> Run:  # fmt: skip
    now = timezone.now()
    run, new = Run.objects.get_or_create(
        key=key[:120],
        defaults={
            "team": team,
            "chain": chain,
            "subject_kind": subject.kind,
            "subject_ref": subject.ref,
            "title": subject.title[:300],
            "url": subject.url,
            "priority": subject.priority,
            "test": test,
            "simulated": subject.simulated,
            "steps": as_json(steps),
            "started_at": now,
            "started_by": by if isinstance(by, User) else None,
            "quiet_until": held,
            "next_at": held or now + timedelta(minutes=steps[0].after),
        },
    )
    if new:
        record(by, "duty.test" if test else "duty.page", run, about=f"{subject.kind}:{subject.ref}")
        touch(TOPIC, str(run.pk))
        advance_run(run.pk)
        run.refresh_from_db()
        if run.quiet_until is not None and not run.step:
            told.tell_others(run, told.HELD)
    return run


def advance_due(*, by: Any = SYSTEM) -> int:
    """Take the next step of every run that is due; returns how many. One that another worker holds is left to it."""
    if by is not SYSTEM:
        raise Forbidden
    due = Run.objects.filter(state=Run.State.RUNNING, next_at__lte=timezone.now()).order_by("next_at")
    return sum(advance_run(pk) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def advance_run(run_id: int, *, now: datetime | None = None) -> bool:
    """Tell the steps of a run that are due. A step that reaches nobody leads to the next one at once."""
    now = now or timezone.now()
    run = (
        Run.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=run_id, state=Run.State.RUNNING, next_at__lte=now)
        .select_related("team__agency")
        .first()
    )
    if run is None:
        return False
    steps = read_steps(run.steps)
    while run.next_at is not None and run.next_at <= now and run.state == Run.State.RUNNING:
        _step(run, steps, now)
    run.save(update_fields=["step", "next_at", "state", "over_at"])
    touch(TOPIC, str(run.pk))
    return True


def _step(run: Run, steps: Sequence[ChainStep], now: datetime) -> None:
    if run.step >= len(steps):
        _exhaust(run, now)
        return
    reached = targets.tell_step(run, steps[run.step], now)
    told.tell_others(run, told.TOLD if reached else told.NOBODY, step=run.step)
    run.step += 1
    if not reached:
        run.next_at = now
    elif run.step < len(steps):
        began = run.quiet_until or run.started_at
        run.next_at = max(now, began + timedelta(minutes=steps[run.step].after))
    else:
        run.next_at = now + (TEST_LASTS if run.test else timedelta(minutes=LAST_WAITS))


def _exhaust(run: Run, now: datetime) -> None:
    """All steps are told and nobody answered: whoever leads the team has to hear of that."""
    run.state = Run.State.ENDED if run.test else Run.State.EXHAUSTED
    run.over_at, run.next_at = now, None
    if run.test:
        return
    told.tell_others(run, told.EXHAUSTED)
    tell(
        targets.leaders(run.team, now),
        kind="page-unanswered",
        title=format_lazy("{}: {}", gettext_lazy("Nobody answered"), lazy_title(run)),
        text=gettext_lazy("All steps of the chain have been told. Call by telephone."),
        url=reverse("duty-run", args=[run.pk]),
        key=f"run-exhausted:{run.pk}",
    )


@transaction.atomic
def acknowledge_page(page: Page, *, by: Any) -> Run:
    """Somebody looks after it: no further step is told. Raises Conflict when somebody else was first, or it is over.

    In a test everybody answers for himself.
    """
    if not may_answer(page, by):
        raise Forbidden
    now, run = timezone.now(), page.run
    answered = Page.objects.filter(pk=page.pk, state__in=LIVE)
    if run.test:
        if not answered.update(state=Page.State.ACKNOWLEDGED, acknowledged_at=now):
            raise Conflict(_("This test is answered already."))
        _others_of_test(page, now)
    else:
        done = Run.objects.filter(pk=run.pk, state__in=[Run.State.RUNNING, Run.State.EXHAUSTED])
        if not done.update(
            state=Run.State.ACKNOWLEDGED, over_at=now, over_by=_person(page, by), next_at=None
        ):
            run.refresh_from_db()
            raise Conflict(over_words(run))
        answered.update(state=Page.State.ACKNOWLEDGED, acknowledged_at=now)
        _drop(run)
        told.tell_others(run, told.ANSWERED, page=page)
    record(by, "duty.acknowledge", run, page=page.pk)
    _seen(run)
    run.refresh_from_db()
    return run


def _person(page: Page, by: Any) -> User | None:
    return by if isinstance(by, User) else page.person


def _others_of_test(page: Page, now: datetime) -> None:
    """The same person's pages in other channels need no answer; when everybody has answered, the test is over."""
    same = Page.objects.filter(run=page.run, person=page.person, contact=page.contact).exclude(pk=page.pk)
    same.filter(state=Page.State.WAITING).update(state=Page.State.DROPPED)
    people = Page.objects.filter(run=page.run).exclude(person=None, contact=None)
    answered = people.filter(state=Page.State.ACKNOWLEDGED).values_list("person_id", "contact_id")
    if set(people.values_list("person_id", "contact_id")) == set(answered):
        Run.objects.filter(pk=page.run_id, state=Run.State.RUNNING).update(
            state=Run.State.ENDED, over_at=now, next_at=None
        )


def acknowledge_by_link(token: str) -> Run:
    """Answer by the link of a message, which stands for the person it was sent to. Raises Conflict, Forbidden."""
    page = page_of(token)
    if page is None:
        raise Forbidden
    return acknowledge_page(page, by=page.person or SYSTEM)


def page_of(token: str) -> Page | None:
    """The page that a link of a message leads to."""
    pk = links.number_in(token)
    if pk is None or not links.is_right(token, LINK, pk):
        return None
    return Page.objects.filter(pk=pk).select_related("run__team", "run__over_by", "person", "contact").first()


@transaction.atomic
def end_runs(kind: str, ref: str, *, by: Any) -> int:
    """A subject is looked after (acknowledged, assigned, closed): nobody else needs to be told. Returns how many runs."""
    found = list(Run.objects.filter(subject_kind=kind, subject_ref=ref, state=Run.State.RUNNING))
    return sum(_end(run, by) for run in found)


@transaction.atomic
def end_run(run: Run, *, by: Any) -> Run:
    """Somebody who leads the team ends a run without looking after its subject. Raises Conflict if it is over."""
    if not may_page(run.team, by):
        raise Forbidden
    if not _end(run, by):
        raise Conflict(over_words(run))
    return run


def _end(run: Run, by: Any) -> bool:
    person = by if isinstance(by, User) else None
    ended = Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(
        state=Run.State.ENDED, over_at=timezone.now(), over_by=person, next_at=None
    )
    run.refresh_from_db()
    if ended:
        _drop(run)
        record(by, "duty.end", run)
        _seen(run)
    return bool(ended)


def _drop(run: Run) -> None:
    Page.objects.filter(run=run, state=Page.State.WAITING).update(state=Page.State.DROPPED)


def _seen(run: Run) -> None:
    touch(TOPIC, str(run.pk))
    people = Page.objects.filter(run=run).exclude(person=None).values_list("person_id", flat=True)
    for person in set(people):
        touch(targets.MINE, str(person))


def over_words(run: Run) -> str:
    """Why a run can't be answered any more."""
    if run.state == Run.State.ACKNOWLEDGED and run.over_by is not None:
        return _("{person} has answered already.").format(person=run.over_by)
    return _("This call is over already.")


@transaction.atomic
def test_alarm(team: Team, *, by: Any) -> Run:
    """Tell everybody who is on, in every way, that this is a test; each answers for himself. It ends after 30 minutes."""
    if not may_page(team, by):
        raise Forbidden
    running = Run.objects.filter(team=team, test=True, state=Run.State.RUNNING).first()
    if running is not None:
        raise Conflict(_("A test of this team is under way."))
    now = timezone.now()
    subject = Subject("test", str(team.pk), str(team), "", 2)
    return _made(
        team,
        None,
        subject,
        f"test:{team.pk}:{now:%Y%m%dT%H%M%S%f}",
        by,
        (ChainStep(0, ON_DUTY, EVERY_WAY),),
        test=True,
    )


test_alarm.__test__ = False  # type: ignore[attr-defined]  # pytest: its name only looks like a test's


@transaction.atomic
def note_delivered(user: User) -> int:
    """Pages in the product have come to a screen of the person."""
    return Page.objects.filter(
        person=user, channel=Page.Channel.PRODUCT, state=Page.State.SENT, run__state=Run.State.RUNNING
    ).update(state=Page.State.DELIVERED, delivered_at=timezone.now())


@transaction.atomic
def note_read(pages: Iterable[Page]) -> int:
    """Somebody has opened what these pages are about."""
    open_ = [page.pk for page in pages if page.state in (Page.State.SENT, Page.State.DELIVERED)]
    done = Page.objects.filter(pk__in=open_, state__in=[Page.State.SENT, Page.State.DELIVERED]).update(
        state=Page.State.READ, read_at=timezone.now()
    )
    if done:
        touch(TOPIC)
    return done


@transaction.atomic
def note_opened(page: Page) -> bool:
    """The link of a message was fetched: it has arrived. That somebody has read it isn't sure: programs look into mails."""
    done = Page.objects.filter(pk=page.pk, state=Page.State.SENT).update(
        state=Page.State.DELIVERED, delivered_at=timezone.now()
    )
    if done:
        touch(TOPIC, str(page.run_id))
    return bool(done)

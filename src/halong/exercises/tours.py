"""Guided tours: the first hour of each role, as data. The script ``tour.js`` shows them; nothing starts by itself.

A step points at something on the page (CSS selectors, the first that is there and seen; else it stands in the middle) and
may lead to another page. Whoever isn't signed in keeps how far he came in his browser.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is said, at what on the page, and on which page (empty: where one is)."""

    title: Any
    text: Any
    at: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Tour:
    """A tour: its name, and the roles that it is for; none: everybody, also without an account."""

    name: Any
    roles: tuple[str, ...]
    steps: tuple[Step, ...]


def _rail(page: str) -> str:
    return f'.rail a[href="{page}"]'


_SEARCH = Step(
    _("Find anything"),
    _("Ctrl+K (⌘K) finds places, stations, alerts, indicators and people. Type without marks if you like."),
    ".find",
)
_BELL = Step(
    _("What you are told"),
    _("Notices wait here: tasks, mentions, pages. Urgent ones also come by the channels in your account."),
    "#bell",
)
_ACCOUNT = Step(
    _("Your account"),
    _(
        "Language, theme, telephone number and the second step of signing in. Check the number: pages go to it."
    ),
    ".topbar details.menu .avatar",
)
_LIVE = Step(
    _("Is what you see current?"),
    _(
        "Green: changes come by themselves. When the connection is lost it says so, and old figures are hatched."
    ),
    ".topbar [data-live-state]",
)
_END = Step(
    _("That is the first hour"),
    _("Start this tour again at any time with the question mark. Next, practise: ask for an exercise."),
    "#tours",
)

OPERATOR = (
    Step(
        _("The whole province on one page"),
        _("What needs somebody now stands first; the map and the list say the same."),
        "main",
        "/",
    ),
    _LIVE,
    Step(
        _("Narrow down"),
        _("Sector, place and agency narrow every page until you clear them."),
        ".topbar .scope",
    ),
    Step(
        _("Alerts"),
        _("Each alert asks for a response. ■ critical, ◆ high, ▲ attention: the shape says it, too."),
        "#alerts, main",
        "/alerts",
    ),
    Step(
        _("Acknowledge first"),
        _(
            "Acknowledging says “I have it” and stops the escalation. Then look at the evidence beside the alert."
        ),
        "main",
    ),
    Step(
        pgettext_lazy("tour", "Incidents"),
        _(
            "One or several alerts, reports or a call become an incident in one step: commander, playbook, timeline."
        ),
        _rail("/incidents"),
        "/incidents",
    ),
    Step(
        _("A telephone call"),
        _(
            "Take it down while you listen; the hour is set when you begin. Below the form stand those to call."
        ),
        "main",
        "/duty",
    ),
    Step(
        _("The duty log"),
        _("Alerts, incidents and warnings write themselves. You add orders, notes and what you heard."),
        "main",
    ),
    Step(
        _("Citizens' reports"),
        _("Pass them on, merge what is the same, or answer. What is urgent stands first."),
        _rail("/reports"),
    ),
    _SEARCH,
    _BELL,
    _ACCOUNT,
    _END,
)
OFFICER = (
    Step(
        _("What waits for your unit"),
        _("Tasks, reports and alerts of your agency; the late ones first."),
        "main",
        "/",
    ),
    Step(
        _("Tasks"),
        _("Accept, report progress, attach evidence, or ask for more time before the deadline."),
        "#tasks, main",
        "/tasks",
    ),
    Step(
        _("Reports passed to you"),
        _("Accept within the promised hours, answer with a photograph of what was done."),
        _rail("/reports"),
    ),
    Step(
        _("Things and their readings"),
        _("Every station has a page with its readings, alerts and who runs it."),
        _rail("/map"),
    ),
    Step(
        _("Indicators"),
        _("Figures that your agency reports: enter them, or import a table."),
        _rail("/indicators"),
    ),
    _SEARCH,
    _BELL,
    _ACCOUNT,
    _END,
)
LEADER = (
    Step(
        _("The province this morning"),
        _("Three decisions that wait for you, what is late, and where it is bad: without a scroll."),
        "main",
        "/",
    ),
    Step(
        _("The operating stage"),
        _(
            "A change is proposed by the centre and holds once you approve it; the banner says so on every screen."
        ),
        _rail("/stages"),
    ),
    Step(
        _("Incidents under way"),
        _("Who commands, what was done, how long it took; the situation report is one press away."),
        _rail("/incidents"),
    ),
    Step(
        _("Warnings to the people"),
        _("Two persons: one checks, one with authority approves. You see exactly what goes out."),
        _rail("/warnings"),
    ),
    Step(
        _("Give a task"),
        _("Beside every number that needs attention stands the button for it."),
        "main",
        "/tasks",
    ),
    Step(
        _("Briefings"),
        _("A page for the meeting, made from the figures of the moment, as a PDF."),
        _rail("/briefings"),
    ),
    _BELL,
    _ACCOUNT,
    _END,
)
ADMINISTRATOR = (
    Step(
        _("Is the installation well?"),
        _("Halong tells about itself as it does about stations: sources, disk, queues."),
        "main",
        "/",
    ),
    Step(
        _("People and roles"),
        _("A role holds for a place, an agency and a sector. Nobody has what wasn't given."),
        "main",
        "/users",
    ),
    Step(
        _("Data sources"),
        _("Add a door with an example; credentials are shown once. Try it before you switch it on."),
        "main",
        "/sources",
    ),
    Step(
        _("Data that was held"),
        _("What can't be read waits with its reason; nothing is thrown away."),
        _rail("/quarantine"),
    ),
    Step(
        _("Rules"),
        _("A change can be tried on the past before it counts: how many alerts it would have raised."),
        _rail("/rules"),
    ),
    Step(
        _("Playbooks"),
        _("Steps with roles, deadlines and automatic actions; running incidents keep their version."),
        _rail("/playbooks"),
    ),
    Step(
        _("Exercises"),
        _("Practise in a second instance; here stands who has practised what, and until when it counts."),
        _rail("/exercises"),
    ),
    Step(
        _("The audit log"),
        _("Every change with its author, sealed in a chain; it can be downloaded and checked."),
        _rail("/audit"),
    ),
    _ACCOUNT,
    _END,
)
CITIZEN = (
    Step(
        _("Tell us what you see"),
        _("A few words, a place, a photograph if you like. Neither name nor account is needed."),
        'a[href^="/c/report"]',
        "/c",
    ),
    Step(
        _("Keep the code"),
        _(
            "You get a code: with it you follow your report, answer questions and say whether you are content."
        ),
        ".bottombar, main",
    ),
    Step(
        _("What others reported"),
        _(
            "The map and the list show what was reported near you. If you meet the same, say so with one press."
        ),
        'a[href^="/c/reports"], main',
    ),
    Step(
        _("Warnings"),
        _("What you should know and do stands at the top. You may be told on this device, for your area."),
        "main",
    ),
    Step(
        _("Without network"),
        _("What you write is kept on the device and sent when there is network again."),
        "main",
    ),
    Step(
        _("Language"),
        _("Vietnamese or English, at the end of every page. The tour starts again from there, too."),
        ".citizen-foot",
    ),
)

TOURS: dict[str, Tour] = {
    "operator": Tour(_("First hour: operator"), ("operator",), OPERATOR),
    "officer": Tour(_("First hour: officer"), ("officer",), OFFICER),
    "leader": Tour(_("First hour: leader"), ("leader",), LEADER),
    "administrator": Tour(_("First hour: administrator"), ("administrator",), ADMINISTRATOR),
    "citizen": Tour(_("Show me around"), (), CITIZEN),
}


def tours_for(roles: set[str]) -> list[str]:
    """The tours of somebody with these roles."""
    return [key for key, tour in TOURS.items() if roles & set(tour.roles)]


def as_json(key: str) -> dict[str, Any]:
    """A tour in the present language, for the script."""
    tour = TOURS[key]
    return {
        "name": str(tour.name),
        "steps": [
            {"title": str(step.title), "text": str(step.text), "at": step.at, "page": step.page}
            for step in tour.steps
        ],
        "words": {
            "next": str(pgettext_lazy("tour", "Next")),
            "back": str(pgettext_lazy("tour", "Back")),
            "leave": str(pgettext_lazy("tour", "Leave the tour")),
            "done": str(pgettext_lazy("tour", "Done")),
            "of": str(pgettext_lazy("tour", "{n} of {of}")),
        },
    }

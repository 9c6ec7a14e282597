"""What the log's codes are called on the screen. The log itself keeps the codes, which never change."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACTIONS: dict[str, Any] = {
    "accounts.activate_user": _("opened an account again"),
    "accounts.change_password": _("changed the password"),
    "accounts.change_user": _("changed an account"),
    "accounts.choose_look": _("chose language and theme"),
    "accounts.confirm_second_step": _("switched the second step on"),
    "accounts.create_api_key": _("made a key"),
    "accounts.create_display_token": _("made a display"),
    "accounts.create_user": _("made an account"),
    "accounts.deactivate_user": _("closed an account"),
    "accounts.end_session": _("ended a session"),
    "accounts.end_sessions": _("ended sessions"),
    "accounts.import_users": _("imported accounts"),
    "accounts.remove_second_step": _("removed the second step"),
    "accounts.renew_recovery_codes": _("made new recovery codes"),
    "accounts.reset_password": _("reset a password"),
    "accounts.revoke_api_key": _("revoked a key"),
    "accounts.revoke_display_token": _("revoked a display"),
    "accounts.rotate_api_key": _("replaced a key"),
    "accounts.set_grants": _("changed roles"),
    "accounts.sign_in": _("signed in"),
    "accounts.sign_in_failed": _("failed to sign in"),
    "accounts.sign_out": _("signed out"),
    "accounts.unlock_user": _("unlocked an account"),
    "accounts.use_recovery_code": _("used a recovery code"),
    "alerts.acknowledge": _("acknowledged an alert"),
    "alerts.clear": _("an alert cleared"),
    "alerts.close": _("closed an alert"),
    "alerts.false_alarm": _("marked a false alarm"),
    "alerts.note": _("noted something at an alert"),
    "alerts.raise": _("an alert was raised"),
    "alerts.shelve": _("shelved an alert"),
    "alerts.unshelve": _("took an alert from the shelf"),
    "audit.export": _("downloaded the audit log"),
    "audit.prune": _("took old entries out of the audit log"),
    "entities.change": _("changed a thing"),
    "entities.clear_simulated": _("removed simulated things"),
    "entities.create": _("added a thing"),
    "entities.create_many": _("added things"),
    "entities.delete": _("removed a thing"),
    "incidents.changed": _("changed an incident"),
    "incidents.decide": _("recorded a decision"),
    "incidents.declare": _("declared an incident"),
    "incidents.handed_over": _("handed an incident over"),
    "incidents.merged": _("merged or parted incidents"),
    "incidents.note": _("noted something at an incident"),
    "incidents.part": _("added to an incident"),
    "incidents.part_out": _("took something out of an incident"),
    "incidents.report": _("made a situation report"),
    "incidents.review": _("wrote an after-action report"),
    "incidents.role": _("gave or ended a role in an incident"),
    "incidents.split": _("split an incident"),
    "incidents.state": _("changed the state of an incident"),
    "incidents.playbook": _("chose a playbook"),
    "incidents.step_answer": _("answered at a step of the playbook"),
    "incidents.step_done": _("did a step of the playbook"),
    "incidents.step_failed": _("a step of the playbook failed"),
    "incidents.step_retried": _("tried a step of the playbook again"),
    "incidents.step_skipped": _("skipped a step of the playbook"),
    "incidents.step_started": _("began a step of the playbook"),
    "duty.acknowledge": _("answered a call to the duty team"),
    "duty.call": _("took a telephone call down"),
    "duty.correct": _("corrected the duty log"),
    "duty.handover_begin": _("began a hand-over"),
    "duty.log": _("wrote into the duty log"),
    "duty.page": _("called a duty team"),
    "duty.quick_make": _("made a quick report"),
    "duty.quick_send": _("sent a quick report"),
    "duty.stand_in": _("named a stand-in"),
    "stages.approve": _("approved an operating stage"),
    "stages.end_bulletin": _("ended an official bulletin"),
    "stages.enter_bulletin": _("entered an official bulletin"),
    "stages.propose": _("proposed an operating stage"),
    "stages.refuse": _("refused an operating stage"),
    "warnings.approve": _("approved a warning"),
    "warnings.cancel": _("ended a warning"),
    "warnings.check": _("checked a warning"),
    "warnings.draft": _("wrote a warning"),
    "warnings.drop": _("dropped the draft of a warning"),
    "warnings.edit": _("changed the draft of a warning"),
    "warnings.publish": _("published a warning"),
    "warnings.return": _("sent a warning back"),
    "panorama.create_layout": _("made a layout of a wall"),
    "panorama.delete_layout": _("deleted a layout of a wall"),
    "panorama.save_layout": _("changed a layout of a wall"),
    "panorama.show_layout": _("chose the screens of a layout"),
    "places.set_boundaries": _("loaded boundaries"),
    "profile.go_live": _("removed everything simulated and illustrative"),
    "programme.add_index_values": _("added values of indices"),
    "programme.add_projects": _("added projects"),
    "programme.remove_illustrative": _("removed illustrative projects"),
    "rules.change": _("changed a rule"),
    "rules.create": _("made a rule"),
    "rules.delete": _("removed a rule"),
    "rules.enable": _("switched a rule on or off"),
    "series.change": _("changed a series"),
    "series.delete": _("removed a series"),
    "series.open": _("opened a series"),
    "series.open_many": _("opened series"),
    "sources.add": _("added a source"),
    "sources.change": _("changed a source"),
    "sources.remove": _("removed a source"),
    "sources.renew_credentials": _("renewed a source's credentials"),
    "sources.switch_on": _("switched a source on or off"),
    "notify.retry": _("tried an e-mail again"),
    "tasks.accepted": _("accepted a task"),
    "tasks.asked": _("asked for an extension of a task"),
    "tasks.cancelled": _("cancelled a task"),
    "tasks.confirmed": _("confirmed a task as done"),
    "tasks.create": _("gave a task"),
    "tasks.done": _("reported a task as done"),
    "tasks.extended": _("extended a task"),
    "tasks.progress": _("reported progress of a task"),
    "tasks.refused": _("refused the extension of a task"),
    "tasks.returned": _("returned a task"),
    "tasks.sent-back": _("sent a task back"),
    "unusual.confirm": _("confirmed something unusual"),
    "unusual.dismiss": _("marked something unusual as expected"),
    "briefings.make": _("made a briefing"),
    "briefings.send": _("sent a briefing on"),
}

OBJECTS: dict[str, Any] = {
    "accounts.apikey": pgettext_lazy("access", "key"),
    "accounts.displaytoken": _("display"),
    "accounts.user": _("account"),
    "alerts.alert": _("alert"),
    "context.entity": _("thing"),
    "ingest.quarantined": _("held data"),
    "ingest.source": pgettext_lazy("of data", "source"),
    "observations.series": _("series"),
    "panorama.walllayout": _("layout of a wall"),
    "places.agency": _("agency"),
    "places.place": _("place"),
    "programme.project": _("project"),
    "rules.rule": _("rule"),
    "notify.notice": _("notice"),
    "tasks.task": _("task"),
    "panorama.briefing": _("briefing"),
}

DETAILS: dict[str, Any] = {
    "accepted": _("taken in"),
    "approximate": _("approximate"),
    "cause": _("cause"),
    "code": _("code"),
    "corrected": _("corrected"),
    "count": pgettext_lazy("how many", "number"),
    "enabled": _("switched on"),
    "given": _("given"),
    "kind": _("kind"),
    "name": _("name"),
    "note": _("note"),
    "permissions": _("permissions"),
    "priority": _("priority"),
    "source": _("source"),
    "successors": _("successors"),
    "taken": _("taken away"),
    "username": _("user name"),
    "agency": _("agency"),
    "origin": _("origin"),
}


def actor_words(actor: str) -> str:
    """Who did it: a person's user name as it is, Halong itself in words."""
    return "Halong" if actor == "system" else actor


def action_words(code: str) -> str:
    """What was done, in words; the code itself when it has none."""
    return str(ACTIONS.get(code, code))


def object_words(label: str) -> str:
    """What kind of thing, in words; the model's label when it has none."""
    return str(OBJECTS.get(label, label))


def detail_words(summary: dict[str, Any]) -> str:
    """The summary of an entry in one line."""
    return "; ".join(
        f"{DETAILS.get(key, key)}: {_plain(value)}"
        for key, value in summary.items()
        if value not in (None, "", [], {})
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    return str(value)

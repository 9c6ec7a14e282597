from django.utils import translation

from halong.core.permissions import SYSTEM
from halong.playbooks.actions import end_playbook, ensure_playbooks
from halong.playbooks.kinds import KINDS
from halong.playbooks.models import Playbook
from halong.playbooks.queries import best_for, offered, steps_of
from halong.playbooks.schema import read_steps
from halong.profiles.description import folder_of
from halong.profiles.playbooks import read_playbooks
from halong.profiles.reading import read_profile

FOLDER = folder_of("quang_ninh")


def shipped():
    agencies = {row["code"] for row in read_profile(FOLDER).agencies if row["valid_to"] is None}
    rows, faults = read_playbooks(FOLDER / "playbooks", agencies)
    assert faults == []
    return rows


def test_the_profile_has_a_playbook_for_every_kind_but_two(db):
    assert ensure_playbooks(shipped(), by=SYSTEM) == 17
    assert ensure_playbooks(shipped(), by=SYSTEM) == 0
    assert {version.playbook.kind for version in offered()} == set(KINDS) - {"order", "other"}
    storms = [best_for("storm", severity).playbook.key for severity in (1, 2, 3, 4)]
    assert storms == ["storm-depression", "storm", "storm-very-strong", "storm-super"]
    assert best_for("order", 4) is None


def test_what_people_have_ended_stays_ended(db):
    ensure_playbooks(shipped(), by=SYSTEM)
    end_playbook(Playbook.objects.get(key="storm"), by=SYSTEM)
    assert ensure_playbooks(shipped(), by=SYSTEM) == 0
    assert best_for("storm", 2).playbook.key == "storm-depression"


def test_every_playbook_is_in_both_languages_and_says_that_nobody_approved_it(db):
    ensure_playbooks(shipped(), by=SYSTEM)
    for version in offered():
        assert "chưa được tỉnh phê duyệt" in version.basis
        assert version.playbook.name_en
        for step in steps_of(version):
            lines = [(step.title, step.title_en), *((c.text, c.text_en) for c in step.checks)]
            lines += [(ask.label, ask.label_en) for ask in step.asks]
            if step.instruction:
                lines.append((step.instruction, step.instruction_en))
            assert all(vi and en for vi, en in lines), (version.playbook.key, step.key)


def test_stages_are_never_raised_to_what_only_a_decision_can_say():
    for row in shipped():
        for step in read_steps(row["steps"]):
            settings = step.action.settings if step.action else {}
            said = " ".join(map(str, settings.values())).lower()
            assert "tình trạng khẩn cấp" not in said
            assert "phòng thủ dân sự" not in said


def test_faults_are_named_by_file_step_and_field(tmp_path):
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "a.toml").write_text(
        'key = "a"\nkind = "earthquake"\nname = "A"\ncolour = 1\n[[step]]\nkey = "x"\ntitle = "X"\nafter = ["y"]\nsize = 2\n'
        '[step.action]\nkind = "open-task"\ntitle = "t"\ndue_minutes = 5\nagency = "QN.NOBODY"\n'
    )
    (folder / "b.toml").write_text("key = ")
    (folder / "c.toml").write_text('key = "a"\nkind = "fire"\nname = "C"\n[[step]]\nkey = "x"\ntitle = "X"\n')
    with translation.override("en"):
        _rows, faults = read_playbooks(folder, {"QN"})
    assert [fault.split(": ", 1)[1] if "b.toml" not in fault else "b" for fault in faults] == [
        "colour is not known",
        f"kind must be one of {', '.join(KINDS)}",
        "step x: size is not known",
        "step x: there is no agency 'QN.NOBODY'",
        "step x: after: There is no step “y”.",
        "b",
        "a stands twice",
    ]

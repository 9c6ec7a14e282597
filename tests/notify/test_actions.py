"""Telling, reading, and the outbox."""

import email
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from halong.core.errors import Conflict, Forbidden
from halong.core.permissions import SYSTEM
from halong.notify import actions
from halong.notify.actions import File, tell
from halong.notify.models import Attachment, Delivery, Notice
from halong.notify.queries import mail_trouble


def say(*people, key="k", **given):
    return tell(people, kind="test", title="Nhiệm vụ quá hạn", key=key, url="/tasks/1", **given)


def test_a_key_is_told_once_a_person(person):
    lan, minh = person("lan"), person("minh")
    assert (say(lan), say(lan, minh), say(lan, minh), say(lan, key="other")) == (1, 1, 0, 1)
    assert sorted(Notice.objects.values_list("user__username", "key")) == [
        ("lan", "k"),
        ("lan", "other"),
        ("minh", "k"),
    ]


def test_who_has_left_hears_nothing(person):
    assert (say(person("gone", is_active=False)), say()) == (0, 0)
    with pytest.raises(Forbidden):
        say(person("lan"), by=person("closed", is_active=False))


def test_everybody_is_told_in_his_language(person):
    person("lan", language="vi"), person("john", language="en")
    from halong.accounts.models import User

    words = format_lazy("{}: 3", gettext_lazy("Language"))
    tell(User.objects.all(), kind="test", title=words, key="k")
    assert dict(Notice.objects.values_list("user__username", "title")) == {
        "lan": "Ngôn ngữ: 3",
        "john": "Language: 3",
    }


def test_only_ones_own_are_read(person):
    lan, minh = person("lan"), person("minh")
    say(lan, minh), say(lan, key="2")
    mine = Notice.objects.get(user=minh)
    with pytest.raises(Forbidden):
        actions.read_notice(mine, by=lan)
    with pytest.raises(Forbidden):
        actions.read_all(by=SYSTEM)
    assert (actions.read_notice(mine, by=minh), actions.read_notice(mine, by=minh)) == (True, False)
    assert (actions.read_all(by=lan), Notice.objects.unread().count()) == (2, 0)


def test_without_a_mail_server_or_an_address_nothing_leaves(person, mail_server, settings):
    say(person("lan"))
    settings.HALONG_MAIL = False
    say(person("minh", email="minh@example.vn"))
    assert Delivery.objects.count() == 0


def test_an_email_carries_words_link_and_file(person, mail_server, settings):
    settings.PUBLIC_URL = "https://halong.example.gov.vn"
    lan = person("lan", email="lan@example.vn")
    say(lan, text="Hạn 17:00, 23/11/2026", attachment=File("tin.pdf", "application/pdf", b"%PDF-1.7"))
    assert (actions.deliver_due(), actions.deliver_due()) == (1, 0)
    [raw] = mail_server.messages
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body().get_content()
    assert (message["Subject"], message["To"]) == ("Nhiệm vụ quá hạn", "lan@example.vn")
    assert "https://halong.example.gov.vn/tasks/1" in body.splitlines()
    assert "Hạn 17:00, 23/11/2026" in body.splitlines()
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("tin.pdf", b"%PDF-1.7")
    assert Delivery.objects.get().state == "sent"


def test_a_title_can_not_add_headers(person, mail_server):
    lan = person("lan", email="lan@example.vn")
    tell([lan], kind="test", title="one\r\nBcc: all@example.vn", key="k")
    assert actions.deliver_due() == 1
    message = email.message_from_bytes(mail_server.messages[0], policy=email.policy.default)
    assert (message["Subject"], message["Bcc"]) == ("one Bcc: all@example.vn", None)


def test_a_server_that_is_away_is_tried_again_ever_later(person, mail_server, settings):
    say(person("lan", email="lan@example.vn"))
    settings.EMAIL_PORT = 1  # nobody listens there
    waits = []
    for _attempt in range(len(actions.BACK_OFF) + 1):
        before = timezone.now()
        assert actions.deliver_due() == 0
        delivery = Delivery.objects.get()
        waits.append(round((delivery.due_at - before).total_seconds() / 60))
        Delivery.objects.update(due_at=before)
    assert (waits, delivery.state, delivery.attempts) == ([*actions.BACK_OFF, 0], "failed", 11)
    assert delivery.error.startswith("ConnectionRefusedError")


def test_an_address_that_is_refused_has_failed_at_once(person, mail_server):
    lan, admin = person("lan", email="lan@example.vn"), person("admin", "administrator")
    say(lan)
    mail_server.refuse = "550 no such box"
    actions.deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    assert delivery.error == "SMTPRecipientsRefused: 550 no such box"
    with pytest.raises(Forbidden):
        actions.retry_delivery(delivery, by=lan)
    mail_server.refuse = ""
    actions.retry_delivery(delivery, by=admin)
    assert actions.deliver_due() == 1
    with pytest.raises(Conflict):
        actions.retry_delivery(delivery, by=admin)


def test_a_box_that_is_full_is_tried_again(person, mail_server):
    say(person("lan", email="lan@example.vn"))
    mail_server.refuse = "452 full"
    actions.deliver_due()
    assert Delivery.objects.get().state == "waiting"
    assert mail_trouble() is None
    Notice.objects.update(at=timezone.now() - timedelta(hours=1))
    assert "452 full" in mail_trouble()


def test_what_another_worker_has_claimed_is_left_alone(person, mail_server):
    say(person("lan", email="lan@example.vn"))
    Delivery.objects.update(due_at=timezone.now() + actions.LEASE)
    assert (actions.deliver_due(), mail_server.messages) == (0, [])


def test_files_go_after_two_weeks_and_notices_after_a_year(person):
    lan = person("lan")
    for key in "ab":
        say(lan, key=key, attachment=File("tin.pdf", "application/pdf", b"%PDF"))
    assert Attachment.objects.count() == 1
    Notice.objects.update(at=timezone.now() - timedelta(days=13))
    assert (actions.forget_old(), Attachment.objects.count()) == (0, 1)
    Notice.objects.update(at=timezone.now() - timedelta(days=15))
    assert (actions.forget_old(), Attachment.objects.count(), Notice.objects.count()) == (0, 0, 2)
    Notice.objects.update(at=timezone.now() - timedelta(days=401))
    assert (actions.forget_old(), Notice.objects.count(), Attachment.objects.count()) == (2, 0, 0)

"""The bell, the list, the outbox."""

import pytest
from django.test import Client

from halong.notify.actions import File, tell
from halong.notify.models import Delivery, Notice


@pytest.fixture
def signed_in(person):
    def make(name, role="officer", **given):
        client = Client()
        client.user = person(name, role, **given)
        client.force_login(client.user)
        return client

    return make


def say(user, key="k", **given):
    tell([user], kind="test", title="Nhiệm vụ quá hạn", key=key, url="/account", **given)
    return Notice.objects.get(user=user, key=key)


def test_the_bell_counts_what_is_unread(signed_in):
    lan = signed_in("lan")
    assert b"bell-count" not in lan.get("/notices/bell").content
    notice = say(lan.user)
    assert b'aria-hidden="true">1</span>' in lan.get("/notices/bell").content
    assert lan.get(f"/notices/{notice.pk}").headers["Location"] == "/account"
    assert b"bell-count" not in lan.get("/notices/bell").content


def test_others_notices_are_not_there(signed_in):
    lan, minh = signed_in("lan"), signed_in("minh", "administrator")
    notice = say(lan.user, attachment=File("tin.pdf", "application/pdf", b"%PDF"))
    assert [minh.get(f"/notices/{notice.pk}{rest}").status_code for rest in ("", "/file")] == [404, 404]
    assert b"qu\xc3\xa1 h\xe1\xba\xa1n" not in minh.get("/notices").content
    file = lan.get(f"/notices/{notice.pk}/file")
    assert (file.content, file.headers["Content-Disposition"]) == (b"%PDF", 'attachment; filename="tin.pdf"')


def test_the_list_takes_a_fixed_number_of_queries(signed_in, django_assert_max_num_queries):
    lan = signed_in("lan")
    for key in range(60):
        say(lan.user, str(key))
    lan.get("/notices")  # the session is noted
    with django_assert_max_num_queries(10):
        page = lan.get("/notices")
    assert page.context["page"].paginator.num_pages == 2
    assert lan.post("/notices/read").status_code == 302
    assert list(lan.get("/notices?show=unread").context["page"]) == []


def test_whoever_looks_after_the_installation_sees_the_outbox(signed_in, settings):
    settings.HALONG_MAIL = True
    lan, admin = signed_in("lan", email="lan@example.vn"), signed_in("admin", "administrator")
    say(lan.user)
    Delivery.objects.update(state="failed", error="550 no such box")
    assert lan.get("/notices/deliveries").status_code == 403
    assert b"550 no such box" in admin.get("/notices/deliveries").content
    pk = Delivery.objects.get().pk
    assert lan.post(f"/notices/deliveries/{pk}/retry").status_code == 403
    assert admin.post(f"/notices/deliveries/{pk}/retry").status_code == 302
    assert Delivery.objects.get().state == "waiting"

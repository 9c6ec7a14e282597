"""What Halong reminds of leads to where it can be dealt with."""

import uuid
from datetime import timedelta

from django.utils import timezone

from halong.citizens.actions import clock as by_the_clock
from halong.citizens.actions import privacy
from halong.citizens.models import DataRequest
from halong.notify.models import Notice


def test_a_data_request_that_is_nearly_due(send, staff, at_desk):
    privacy.ask_data(kind="erase", client_id=uuid.uuid4(), text="Đề nghị xóa", follower=send().follower)
    DataRequest.objects.update(due_at=timezone.now() + timedelta(hours=5))
    assert [by_the_clock.remind_requests() for _ in range(2)] == [1, 0]
    notice = Notice.objects.get(user=staff["privacy"], kind="privacy")
    assert at_desk("privacy").get(notice.url).status_code == 200

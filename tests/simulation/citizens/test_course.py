"""What becomes of a report: steps in an order that can be, within and beyond the deadlines."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from halong.simulation.citizens.course import course_of

END = datetime(2026, 11, 23, 5, tzinfo=UTC)


def courses(book, town, urgent=False):
    rows = town.between(END - timedelta(days=90), END)
    return [(row, course_of(row, book.topics[row.topic], 7, urgent=urgent)) for row in rows]


def test_steps_are_in_order_after_the_report(book, town):
    for row, steps in courses(book, town):
        times = [step.at for step in steps]
        assert times == sorted(times)
        assert times[0] > row.at


def test_each_way_is_gone(book, town):
    names = Counter(step.name.partition(":")[0] for _row, steps in courses(book, town) for step in steps)
    assert set(names) == {
        "route", "return", "merge", "decline", "lead", "follow", "accept", "ask", "reply", "invite", "join", "ask_more",
        "grant_more", "refuse_more", "answer", "send_back", "approve", "rate", "reopen", "close",
    }  # fmt: skip


def test_an_answer_follows_acceptance_and_is_approved_before_it_is_rated(book, town):
    for _row, steps in courses(book, town):
        first = {}
        for step in steps:
            first.setdefault(step.name.partition(":")[0], step.at)
        if "accept" in first:
            assert first["route"] < first["accept"] < first["answer"] < first["approve"]
        if "rate" in first:
            assert first["approve"] < first["rate"]


def test_urgent_ones_go_through_nights(book, town):
    slow = sum((steps[-1].at - row.at for row, steps in courses(book, town)), timedelta())
    fast = sum((steps[-1].at - row.at for row, steps in courses(book, town, urgent=True)), timedelta())
    assert fast < slow


def test_the_same_report_has_the_same_course(book, town):
    assert courses(book, town) == courses(book, town)

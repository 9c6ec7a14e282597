"""Template tags and components."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from halong.web import svg


def render(source, request=None, **context):
    with translation.override("en"):
        return engines["django"].from_string(source).render(context, request).strip()


def test_an_icon_is_for_the_eye_only():
    drawn = render('{% icon "bell" %}')
    assert drawn.startswith('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path')


def test_an_unknown_icon_is_a_circle():
    assert render('{% icon "no-such-icon" %}') == render('{% icon "circle" %}')


def test_numbers_follow_the_language():
    source = "{{ v|number:1 }} {% num v %} {% num v '' %}"
    assert render(source, v=1234.56) == "1,234.6 1,234.56 1,234.56"
    with translation.override("vi"):
        assert engines["django"].from_string(source).render({"v": 1234.56}) == "1.234,6 1.234,56 1.234,56"


def test_a_badge_has_shape_and_word():
    drawn = render('{% ui "badge" state="high" %}')
    assert drawn.count("mark mark-high") == 1
    assert "High" in drawn


def test_a_badge_without_a_status_is_a_plain_label():
    assert render('{% ui "badge" label="New" %}') == '<span class="badge badge-plain">New</span>'


def test_a_component_takes_a_body_and_escapes_parameters():
    drawn = render('{% uiblock "panel" heading=title %}<p>body</p>{% enduiblock %}', title="<b>")
    assert "<p>body</p>" in drawn
    assert "&lt;b&gt;" in drawn


def test_components_do_not_leak_the_page_context():
    assert "leak" not in render('{% ui "badge" state="high" %}', label="leak")


@pytest.mark.parametrize(("age", "stale"), [(60, False), (700, True)])
def test_a_tile_is_hatched_when_its_value_is_old(age, stale):
    at = datetime.now(UTC) - timedelta(seconds=age)
    drawn = render('{% ui "tile" name="PM2.5" value=12.5 at=at max_age=600 %}', at=at)
    assert ("tile is-stale" in drawn) == stale


def test_a_tile_says_when_there_is_no_value():
    drawn = render('{% ui "tile" name="PM2.5" value=None %}')
    assert "No data" in drawn
    assert "tile-empty" in drawn


def test_a_tile_of_zero_is_a_value():
    assert "<strong>0</strong>" in render('{% ui "tile" name="x" value=0 %}')


def test_an_age_tells_its_time_to_scripts():
    at = datetime(2026, 1, 2, 7, 5, 20, tzinfo=UTC)
    drawn = render("{% age at 600 %}", at=at)
    assert 'datetime="2026-01-02T07:05:20+00:00"' in drawn
    assert 'data-max-age="600"' in drawn
    assert "is-stale" in drawn


def test_an_absent_age_is_stale():
    assert "is-stale" in render("{% age at %}", at=None)


def test_a_sparkline_leaves_gaps_open():
    drawn = svg.sparkline_svg([1, 2, None, 3, 4], target=2.5)
    assert drawn.count("M") == 3  # two runs and the last dot
    assert "spark-target" in drawn


@pytest.mark.parametrize("values", [[], [None, None], [float("nan")]])
def test_a_sparkline_of_nothing_is_empty(values):
    assert "spark-line" not in svg.sparkline_svg(values)


def test_a_flat_sparkline_runs_through_the_middle():
    assert ",15.0" in svg.sparkline_svg([5, 5, 5])


@pytest.mark.parametrize(("value", "width"), [(5, "50.0"), (-1, "0.0"), (99, "100.0")])
def test_bars_stay_inside(value, width):
    assert f'width="{width}"' in svg.bar_svg(value, 10)


def test_rates_above_the_limit_are_marked():
    assert svg.rate_svg([0, 1, 3], 2, "alarms").count('class="over"') == 1


def test_headings_sort_both_ways_and_keep_the_filter():
    def heading(query):
        request = RequestFactory().get(f"/?{query}")
        return render('{% sort_header "Name" "name" %}', request=request)

    assert 'href="?q=x&amp;sort=name"' in heading("q=x&page=3")
    assert 'aria-sort="ascending"' in heading("sort=name")
    assert 'href="?sort=-name"' in heading("sort=name")
    assert 'aria-sort="descending"' in heading("sort=-name")


def test_pages_keep_the_filter():
    request = RequestFactory().get("/?q=x&page=2")
    drawn = render('{% ui "pages" page=page %}', request=request, page=Paginator(range(500), 50).get_page(2))
    assert "51–100 of 500" in drawn
    assert 'href="?q=x&amp;page=3"' in drawn


def test_initials():
    assert render("{{ n|initials }}", n="Trần Thị Bình") == "TB"

"""The style guide: every component once, with invented figures. It is what design tests look at."""

import json
from datetime import UTC, datetime, timedelta
from math import sin
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

SHELLS = {
    "desk": "web/styleguide/desk.html",
    "wall": "web/styleguide/wall.html",
    "citizen": "web/styleguide/citizen.html",
    "plain": "web/styleguide/plain.html",
}


class SampleForm(forms.Form):
    """One field of each kind, one of them with an error."""

    name = forms.CharField(
        label="Tên trạm", help_text="Như ghi trên biển của trạm", initial="Trạm khí Bãi Cháy"
    )
    limit = forms.DecimalField(label="Ngưỡng", initial="45")
    place = forms.ChoiceField(label="Địa bàn", choices=[("a", "Phường Bãi Cháy"), ("b", "Phường Hà Lầm")])
    day = forms.DateField(label="Ngày", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    mode = forms.ChoiceField(
        label="Chế độ", widget=forms.RadioSelect, choices=[("1", "Tự động"), ("2", "Bằng tay")], initial="1"
    )
    enabled = forms.BooleanField(label="Đang dùng", required=False, initial=True)
    file = forms.FileField(label="Tệp số liệu", required=False, help_text="TXT, CSV, XLSX, tối đa 5 MB")


def _scope() -> dict[str, Any]:
    def field(name: str, label: str, value: str, *options: tuple[str, str, str]) -> dict[str, Any]:
        rows = [{"value": v, "label": text, "group": group} for v, text, group in options]
        return {"name": name, "label": label, "value": value, "options": rows}

    return {
        "fields": [
            field("sector", "Lĩnh vực", "", ("", "Tất cả", ""), ("environment", "Môi trường", "")),
            field(
                "place",
                "Địa bàn",
                "",
                ("", "Toàn tỉnh", ""),
                ("1", "Bãi Cháy", "Phường"),
                ("2", "Hải Hòa", "Xã"),
            ),
            field("period", "Kỳ", "24h", ("24h", "24 giờ", ""), ("7d", "7 ngày", "")),
        ],
        "kept": [],
    }


def sample_context() -> dict[str, Any]:
    """Figures of the style guide; all of them invented."""
    now = datetime.now(UTC)
    form = SampleForm(
        {"name": "Trạm khí Bãi Cháy", "limit": "bốn lăm", "place": "a", "mode": "1", "enabled": "on"}
    )
    return {
        "scope": _scope(),
        "simulated": True,
        "now": now,
        "minutes_ago": now - timedelta(minutes=4),
        "hour_ago": now - timedelta(hours=3),
        "trend": [50 + 9 * sin(i / 3) - i * 0.8 for i in range(24)],
        "gappy": [None if i in (7, 8, 9) else 40 + 6 * sin(i / 2) for i in range(24)],
        "form": form,
        "legend": ["critical", "high", "attention"],
        "layers": [("events", "Cảnh báo"), ("things", "Trạm"), ("places", "Địa bàn")],
        "states": ["normal", "attention", "high", "critical", "stale", "dead"],
        "page": Paginator(range(1240), 50).get_page(4),
        "tabs": [
            {"label": "Đang mở", "url": "?", "current": True, "count": 12},
            {"label": "Tạm gác", "url": "?a", "count": 2},
            {"label": "Lịch sử", "url": "?b"},
        ],
        "chips": [
            {"label": "Tất cả", "url": "?", "current": True},
            {"label": "Nghiêm trọng", "url": "?c", "state": "critical", "count": 1},
            {"label": "Cao", "url": "?d", "state": "high", "count": 3},
        ],
        "crumbs": [
            {"label": "Địa bàn", "url": "?"},
            {"label": "Phường Bãi Cháy", "url": "?"},
            {"label": "Trạm khí Bãi Cháy"},
        ],
        "rows": [
            ("Mã", "QN-KK-07"),
            ("Đơn vị quản lý", "Sở Nông nghiệp và Môi trường"),
            ("Chu kỳ", "5 phút"),
            ("Tọa độ", "20,9601; 107,0448"),
        ],
        "entries": [
            {"at": now, "title": "Vượt ngưỡng PM2,5", "text": "58 µg/m³, giới hạn 45 µg/m³", "state": "high"},
            {"at": now - timedelta(minutes=6), "title": "Xác nhận", "by": "Trần Thị Bình, trưởng ca trực"},
            {"at": now - timedelta(hours=2), "title": "Đã hết", "state": "normal"},
        ],
        "bars": [
            {"label": "Sở Xây dựng", "value": 7, "of": 31},
            {"label": "UBND phường Hà Lầm", "value": 5, "of": 22, "state": "high"},
            {"label": "Sở Công Thương", "value": 3, "of": 18},
        ],
        "stats": [
            {"label": "Nhận trong 24 giờ", "value": 128_440},
            {"label": "Tạm giữ", "value": 12, "state": "attention"},
            {"label": "Trễ trung vị", "text": "1,2", "unit": "giây"},
        ],
        "rates": [1, 0, 1, 2, 1, 1, 3, 1, 2, 1, 0, 1, 1, 2, 4, 3, 2, 1, 1],
        "steps": [True, True, True, False],
        "sample_json": {
            "type": "AirQualityObserved",
            "pm25": {"type": "Property", "value": 58.2, "unitCode": "GQ"},
        },
        "aqis": [
            ("good", "Tốt", 42),
            ("moderate", "Trung bình", 72),
            ("poor", "Kém", 118),
            ("bad", "Xấu", 176),
            ("very-bad", "Rất xấu", 240),
            ("hazardous", "Nguy hại", 380),
        ],
    }


def sample_page(request: HttpRequest) -> HttpResponse:
    """The style guide in one of the shells: ``?shell=desk|wall|citizen|plain``."""
    return render(request, SHELLS.get(request.GET.get("shell", ""), SHELLS["desk"]), sample_context())


def _point(lon: float, lat: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _things() -> dict[str, Any]:
    spots = [
        (106.60, 21.08),
        (106.77, 21.03),
        (107.04, 20.96),
        (107.10, 20.97),
        (107.28, 21.01),
        (107.40, 21.34),
        (107.97, 21.53),
        (107.42, 21.07),
        (106.83, 20.94),
    ]
    states = ["normal", "normal", "attention", "normal", "stale", "normal", "normal", "dead", "normal"]
    return _collection(
        [
            _point(
                lon,
                lat,
                id=i,
                name=f"Trạm {i + 1}",
                kind="AirQualityObserved",
                state=state,
                value="42,0 µg/m³",
                href="?",
                simulated=True,
            )
            for i, ((lon, lat), state) in enumerate(zip(spots, states, strict=True))
        ]
    )


def _events() -> dict[str, Any]:
    return _collection(
        [
            _point(
                107.048,
                20.952,
                id=1,
                name="Tràn dầu",
                label="Sự cố tràn dầu · Bãi Cháy",
                state="critical",
                href="?",
            ),
            _point(107.29, 21.012, id=2, name="PM2,5", label="PM2,5 · P. Cẩm Phả", state="high", href="?"),
            _point(
                107.94, 21.53, id=3, name="Ngập", label="Ngập · P. Móng Cái 1", state="attention", href="?"
            ),
            _point(107.76, 20.99, id=4, name="Gió", label="Gió cấp 7 · Cô Tô", state="attention", href="?"),
        ]
    )


def _places() -> dict[str, Any]:
    file = Path(__file__).parents[1] / "profiles/quang_ninh/boundaries_approximate.geojson"
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else _collection([])
    for index, feature in enumerate(data["features"]):
        name = feature["properties"]["name"]
        feature["properties"] |= {
            "tint": (index * 7 % 10) / 10,
            "short_name": name.split(" ", 2 if "khu" in name else 1)[-1],
        }
    return data


def _series() -> dict[str, Any]:
    end = int(datetime.now(UTC).timestamp()) // 300 * 300
    rows = [(end - 300 * i, 38 + 14 * sin(i / 30) + 4 * sin(i / 3.7)) for i in range(288, 0, -1)]
    points = [
        [t, round(v, 1), 1 if 200 <= i < 212 else 0] for i, (t, v) in enumerate(rows) if not 90 <= i < 120
    ]
    return {
        "series": [{"name": "PM2,5", "unit": "µg/m³", "decimals": 1, "interval": 300, "points": points}],
        "limits": [{"value": 50, "label": "QCVN 24 giờ", "source": "mẫu"}],
    }


DATA = {"things": _things, "events": _events, "places": _places, "series": _series}


def sample_data(name: str) -> HttpResponse:
    """What the map and the chart of the style guide load."""
    if name not in DATA:
        raise Http404
    return JsonResponse(DATA[name]())

"""The style guide: every component once, with invented figures. It is what design tests look at."""

from datetime import UTC, datetime, timedelta
from math import sin
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

SHELLS = {"desk": "web/styleguide/desk.html", "wall": "web/styleguide/wall.html", "citizen": "web/styleguide/citizen.html", "plain": "web/styleguide/plain.html"}


class SampleForm(forms.Form):
    """One field of each kind, one of them with an error."""

    name = forms.CharField(label="Tên trạm", help_text="Như ghi trên biển của trạm", initial="Trạm khí Bãi Cháy")
    limit = forms.DecimalField(label="Ngưỡng", initial="45")
    place = forms.ChoiceField(label="Địa bàn", choices=[("a", "Phường Bãi Cháy"), ("b", "Phường Hà Lầm")])
    day = forms.DateField(label="Ngày", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    note = forms.CharField(label="Ghi chú", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    mode = forms.ChoiceField(label="Chế độ", widget=forms.RadioSelect, choices=[("1", "Tự động"), ("2", "Bằng tay")], initial="1")
    enabled = forms.BooleanField(label="Đang dùng", required=False, initial=True)
    file = forms.FileField(label="Tệp số liệu", required=False, help_text="TXT, CSV, XLSX, tối đa 5 MB")


def _scope() -> dict[str, Any]:
    def field(name: str, label: str, value: str, *options: tuple[str, str, str]) -> dict[str, Any]:
        rows = [{"value": v, "label": text, "group": group} for v, text, group in options]
        return {"name": name, "label": label, "value": value, "options": rows}

    return {
        "fields": [
            field("sector", "Lĩnh vực", "", ("", "Tất cả", ""), ("environment", "Môi trường", "")),
            field("place", "Địa bàn", "", ("", "Toàn tỉnh", ""), ("1", "Bãi Cháy", "Phường"), ("2", "Hải Hòa", "Xã")),
            field("period", "Kỳ", "24h", ("24h", "24 giờ", ""), ("7d", "7 ngày", "")),
        ],
        "kept": [],
    }


def sample_context() -> dict[str, Any]:
    """Figures of the style guide; all of them invented."""
    now = datetime.now(UTC)
    form = SampleForm({"name": "Trạm khí Bãi Cháy", "limit": "bốn lăm", "place": "a", "mode": "1", "enabled": "on"})
    return {
        "scope": _scope(),
        "simulated": True,
        "now": now,
        "minutes_ago": now - timedelta(minutes=4),
        "hour_ago": now - timedelta(hours=3),
        "trend": [50 + 9 * sin(i / 3) - i * 0.8 for i in range(24)],
        "gappy": [None if i in (7, 8, 9) else 40 + 6 * sin(i / 2) for i in range(24)],
        "form": form,
        "states": ["normal", "attention", "high", "critical", "stale", "dead"],
        "page": Paginator(range(1240), 50).get_page(4),
        "tabs": [{"label": "Đang mở", "url": "?", "current": True, "count": 12}, {"label": "Tạm gác", "url": "?a", "count": 2}, {"label": "Lịch sử", "url": "?b"}],
        "chips": [{"label": "Tất cả", "url": "?", "current": True}, {"label": "Nghiêm trọng", "url": "?c", "state": "critical", "count": 1}, {"label": "Cao", "url": "?d", "state": "high", "count": 3}],
        "crumbs": [{"label": "Địa bàn", "url": "?"}, {"label": "Phường Bãi Cháy", "url": "?"}, {"label": "Trạm khí Bãi Cháy"}],
        "rows": [("Mã", "QN-KK-07"), ("Đơn vị quản lý", "Sở Nông nghiệp và Môi trường"), ("Chu kỳ", "5 phút"), ("Tọa độ", "20,9601; 107,0448")],
        "entries": [
            {"at": now, "title": "Vượt ngưỡng PM2,5", "text": "58 µg/m³, giới hạn 45 µg/m³", "state": "high"},
            {"at": now - timedelta(minutes=6), "title": "Xác nhận", "by": "Trần Thị Bình, trưởng ca trực"},
            {"at": now - timedelta(hours=2), "title": "Đã hết", "state": "normal"},
        ],
        "bars": [{"label": "Sở Xây dựng", "value": 7, "of": 31}, {"label": "UBND phường Hà Lầm", "value": 5, "of": 22, "state": "high"}, {"label": "Sở Công Thương", "value": 3, "of": 18}],
        "stats": [{"label": "Nhận trong 24 giờ", "value": 128_440}, {"label": "Tạm giữ", "value": 12, "state": "attention"}, {"label": "Trễ trung vị", "text": "1,2", "unit": "giây"}],
        "rates": [1, 0, 1, 2, 1, 1, 3, 1, 2, 1, 0, 1, 1, 2, 4, 3, 2, 1, 1],
        "steps": [True, True, True, False],
        "sample_json": {"type": "AirQualityObserved", "pm25": {"type": "Property", "value": 58.2, "unitCode": "GQ"}},
        "aqis": [("good", "Tốt", 42), ("moderate", "Trung bình", 72), ("poor", "Kém", 118), ("bad", "Xấu", 176), ("very-bad", "Rất xấu", 240), ("hazardous", "Nguy hại", 380)],
    }


def sample_page(request: HttpRequest) -> HttpResponse:
    """The style guide in one of the shells: ``?shell=desk|wall|citizen|plain``."""
    return render(request, SHELLS.get(request.GET.get("shell", ""), SHELLS["desk"]), sample_context())

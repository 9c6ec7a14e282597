"""A small province with agencies, officers and a catalogue of reports."""

import io
import uuid
from datetime import date

import pytest
from PIL import Image
from tests.province import clock, person, province, wards

from halong.accounts.actions import create_api_key
from halong.citizens.actions.catalogue import Catalogue, ensure_catalogue
from halong.citizens.actions.sending import ContactDraft, Draft, send_report
from halong.citizens.models import Category
from halong.citizens.proposals import forget_past
from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency
from halong.places.models import Agency

__all__ = ["clock", "person", "province", "wards"]

FIRST = date(2025, 7, 1)
CATEGORIES = [
    {"code": "pothole", "name": "Ổ gà", "name_en": "Pothole", "sector": "traffic", "keywords": ["ổ gà", "mặt đường"]},
    {"code": "light", "name": "Đèn đường", "name_en": "Street light", "sector": "infrastructure", "keywords": ["đèn đường"],
     "fields": [
         {"code": "pole", "datatype": "string", "question": "Số cột", "order": 1},
         {"code": "count", "datatype": "number", "question": "Bao nhiêu đèn", "required": True, "order": 2},
         {"code": "when", "datatype": "datetime", "question": "Từ lúc nào", "order": 3},
         {"code": "kind", "datatype": "singlevaluelist", "question": "Loại", "order": 4,
          "values": [{"key": "a", "name": "Tắt"}, {"key": "b", "name": "Nhấp nháy"}]},
         {"code": "where", "datatype": "multivaluelist", "question": "Ở đâu", "order": 5,
          "values": [{"key": "x", "name": "Trái"}, {"key": "y", "name": "Phải"}]},
         {"code": "more", "datatype": "text", "question": "Kể thêm", "order": 6},
         {"code": "info", "datatype": "string", "question": "Cảm ơn", "variable": False, "order": 7},
     ]},
    {"code": "conduct", "name": "Thái độ phục vụ", "sector": "government", "exposure": "hidden", "answering": "batch"},
    {"code": "noise", "name": "Tiếng ồn", "sector": "environment", "exposure": "unit"},
    {"code": "fire", "name": "Nguy cơ cháy", "sector": "security", "urgent": True},
]  # fmt: skip


@pytest.fixture
def agencies(province, wards):
    def make(code, name, kind, parent=None, place=None):
        return save_agency(
            Agency(code=code, name=name, kind=kind, parent=parent, place=place, valid_from=FIRST), by=SYSTEM
        )

    root = make("QN", "UBND tỉnh", "ubnd-tinh", place=province)
    return {
        "province": root,
        "pha": make("UB.1", "UBND phường Cẩm Phả", "ubnd-xa", root, wards[0]),
        "gai": make("UB.2", "UBND phường Hồng Gai", "ubnd-xa", root, wards[1]),
        "power": make("DN", "Điện lực", "doanh nghiệp", place=province),
    }


@pytest.fixture
def catalogue(agencies):
    forget_past()
    rows = [{"valid_from": FIRST, **row} for row in CATEGORIES]
    ensure_catalogue(
        Catalogue(
            categories=rows,
            routes=[{"valid_from": FIRST}, {"valid_from": FIRST, "category": "light", "agency": "DN"}],
            deadlines=[
                {"valid_from": FIRST, "triage_hours": 2, "accept_hours": 8, "answer_hours": 40},
                {"valid_from": FIRST, "urgent": True, "clock": "calendar",
                 "triage_hours": 1, "accept_hours": 2, "answer_hours": 24},
            ],
            terms=[{"valid_from": FIRST, "hours": [["07:30", "11:30"], ["13:00", "17:00"]], "consent": "Đồng ý"}],
            channels=[{"valid_from": FIRST, "matter": "complaint", "name": "Khiếu nại", "words": "Gửi đơn"},
                      {"valid_from": FIRST, "matter": "denunciation", "name": "Tố cáo", "words": "Gửi đơn"}],
        ),
        by=SYSTEM,
    )  # fmt: skip
    return {row.code: row for row in Category.objects.all()}


@pytest.fixture
def staff(person, agencies):
    """The people of the story: duty officer, officer and head of Cẩm Phả, of another agency, head of the province."""
    return {
        "duty": person("operator"),
        "officer": person("officer", agency=agencies["pha"]),
        "second": person("officer", agency=agencies["pha"]),
        "head": person("leader", agency=agencies["pha"]),
        "other": person("officer", agency=agencies["gai"]),
        "top": person("leader", agency=agencies["province"]),
        "privacy": person("privacy"),
        "admin": person("administrator"),
    }


CONTACT = ContactDraft("Nguyễn Thị Bí Mật", "bi.mat@example.vn", "0912345678", True, True, True)


@pytest.fixture
def send(catalogue, wards):
    def make(code="pothole", text="Ổ gà sâu trước cổng chợ", **given):
        given = {
            "place": wards[0],
            "lon": 107.2,
            "lat": 21.0,
            "address": "Số 12 Lê Lợi",
            "contact": CONTACT,
        } | given
        given.setdefault("client_id", uuid.uuid4())
        return send_report(Draft(category=catalogue[code], text=text, **given))

    return make


@pytest.fixture
def key(catalogue):
    row, secret = create_api_key(by=SYSTEM, name="đối tác", permissions=["reports.send"])
    row.secret = secret
    return row


def picture(kind="JPEG", size=(640, 480), exif=True):
    """A picture's bytes, with a place and a device written into it."""
    image = Image.effect_noise(size, 60).convert("RGB")
    data = Image.Exif()
    if exif:
        data[0x0110] = "SECRETPHONE 12"
        data.get_ifd(0x8769)[0x9003] = "2026:11:20 08:00:00"
        data.get_ifd(0x8825).update({1: "N", 2: (20.0, 57.0, 0.0), 3: "E", 4: (107.0, 5.0, 0.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=data.tobytes())
    return out.getvalue()

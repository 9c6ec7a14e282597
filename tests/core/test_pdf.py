"""Paper from templates and data."""

from datetime import UTC, datetime

from halong.core import pdf

AT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
TEMPLATE = """#import "/core/sheet.typ": *
#let data = json(bytes(sys.inputs.data))
#show: sheet.with(title: data.title, foot: data.title, page-word: "trang")
#section(data.title)[#status("critical", data.title)]
"""


def test_a_template_takes_the_common_sheet_and_texts_stay_texts(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "PACKAGE", tmp_path)
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "sheet.typ").write_bytes((pdf.FONTS.parent / "sheet.typ").read_bytes())
    template = tmp_path / "one.typ"
    template.write_text(TEMPLATE)
    made = pdf.render(template, {"title": '#panic("x") *đậm* Sự cố'}, AT)
    assert made[:5] == b"%PDF-"
    assert made == pdf.render(template, {"title": '#panic("x") *đậm* Sự cố'}, AT)
    assert [page[:4] for page in pdf.pictures(template, {"title": "x"}, AT)] == [b"\x89PNG"]

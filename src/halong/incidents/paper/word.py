"""The after-action report as a text document (Office Open XML), with real headings, tables and page numbers."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FONT = "Times New Roman"  # what Decree 30/2020/NĐ-CP asks of documents of the administration
SUNK, JADE, QUIET = "F1F4F5", RGBColor(0x0A, 0x6B, 0x6B), RGBColor(0x4A, 0x5C, 0x69)
COLOURS = {"good": JADE, "high": RGBColor(0xA6, 0x3F, 0x00), "normal": QUIET}
TEXT_WIDTH = 160  # mm


def document(sheet: dict[str, Any]) -> bytes:
    """The file's bytes, from what ``after.gather`` says."""
    made, content = Document(), sheet["content"]
    words = content["words"]
    _set_up(made, sheet)
    _head(made, sheet)
    _pairs(made, content["head"])
    _heading(made, words["times"])
    _times(made, content)
    _heading(made, words["figures"])
    _pairs(made, content["figures"])
    for title, text in content["texts"]:
        _heading(made, title)
        for line in (text or words["nothing"]).split("\n"):
            made.add_paragraph(line)
    _heading(made, words["corrections"])
    _table(made, [words[key] for key in ("action", "agency", "due", "task")], content["corrections"], (70, 42, 22, 26),
           words["none"])  # fmt: skip
    if content["decisions"]:
        _heading(made, words["decisions"])
        rows = [[row["at"], row["by"], row["text"]] for row in content["decisions"]]
        _table(made, [words[key] for key in ("at", "who", "what")], rows, (30, 32, 98), "")
    _heading(made, words["people"])
    _table(made, [words[key] for key in ("role", "person", "from", "until")], content["people"], (48, 50, 31, 31),
           words["none"])  # fmt: skip
    _heading(made, words["timeline"])
    rows = [[row["at"], row["by"], f"{row['kind']}: {row['text']}" if row["text"] else row["kind"]]
            for row in content["timeline"]]  # fmt: skip
    _table(made, [words[key] for key in ("at", "who", "what")], rows, (30, 32, 98), words["none"])
    _signature(made, content)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _set_up(made: Any, sheet: dict[str, Any]) -> None:
    section, normal = made.sections[0], made.styles["Normal"]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    normal.font.name, normal.font.size = FONT, Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(4)
    for level in (1, 2):
        style = made.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(13), JADE
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # else the theme's font wins
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(4)
        style.paragraph_format.keep_with_next = True
    title = made.styles["Title"]
    title.font.name, title.font.color.rgb = FONT, RGBColor(0x14, 0x21, 0x2B)
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    title.paragraph_format.space_before = Pt(14)
    content, core = sheet["content"], made.core_properties
    core.title = f"{content['words']['title']} · {content['number']} {content['title']}"[:250]
    core.author, core.language = sheet["office"], sheet["language"]
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    state = f" · {content['words']['draft']}" if content["draft"] else ""
    _run(
        foot,
        f"{sheet['office']} · {content['number']}{state} · {content['words']['page']} ",
        size=9,
        colour=QUIET,
    )
    _page_number(foot)


def _head(made: Any, sheet: dict[str, Any]) -> None:
    """Whose report and the state's name side by side, as letters of the administration have them; then the title."""
    content = sheet["content"]
    words = content["words"]
    table = made.add_table(rows=1, cols=2)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    left, right = table.rows[0].cells
    left.width, right.width = Mm(64), Mm(96)
    _centred(left.paragraphs[0], sheet["office"].upper(), bold=True)
    _centred(right.paragraphs[0], words["state"], bold=True)
    _centred(right.add_paragraph(), words["motto"], bold=True)
    _centred(right.add_paragraph(), content["day"], italic=True)
    if sheet["banner"]:
        _centred(made.add_paragraph(), sheet["banner"], bold=True, size=16, colour=COLOURS["high"])
    title = made.add_paragraph(style="Title")
    _centred(title, words["title"].upper(), bold=True, size=16)
    _centred(made.add_paragraph(), content["title"], bold=True, size=13)
    said = [content["number"]]
    said += [words["draft"]] if content["draft"] else []
    said += [words["simulated"]] if content["simulated"] else []
    _centred(made.add_paragraph(), " · ".join(said), colour=QUIET)


def _times(made: Any, content: dict[str, Any]) -> None:
    words = content["words"]
    rows = [[row["label"], row["at"], row["took"], row["target"], row["word"]] for row in content["times"]]
    table = _table(made, [words[key] for key in ("measure", "at", "took", "target", "result")], rows,
                   (36, 36, 32, 30, 26), "")  # fmt: skip
    for row, one in zip(table.rows[1:], content["times"], strict=True):
        for run in row.cells[4].paragraphs[0].runs:
            run.bold, run.font.color.rgb = True, COLOURS.get(one["state"], QUIET)
    _run(made.add_paragraph(), content["source"], size=10, colour=QUIET)


def _signature(made: Any, content: dict[str, Any]) -> None:
    if not content["signed"]:
        return
    table = made.add_table(rows=1, cols=2)
    cell = table.rows[0].cells[1]
    post, name, at = content["signed"]
    _centred(cell.paragraphs[0], post.upper(), bold=True)
    _centred(cell.add_paragraph(), "")
    _centred(cell.add_paragraph(), name, bold=True)
    _centred(cell.add_paragraph(), f"{content['words']['sign']} · {at}", size=10, colour=QUIET)


def _heading(made: Any, text: str) -> None:
    made.add_heading(text, level=1)


def _pairs(made: Any, rows: Sequence[Sequence[str]]) -> None:
    table = made.add_table(rows=0, cols=2)
    table.autofit = False
    for label, value in rows:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(52), Mm(TEXT_WIDTH - 52)
        _run(cells[0].paragraphs[0], label, colour=QUIET)
        _run(cells[1].paragraphs[0], value)
        for cell in cells:
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)


def _table(
    made: Any, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int], none: str
) -> Any:
    listed = list(rows)
    if not listed:
        made.add_paragraph(none)
        return None
    table = made.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        _run(cell.paragraphs[0], text, bold=True, size=10.5)
        _shade(cell)
    _repeat(table.rows[0])
    for row in listed:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _run(cell.paragraphs[0], text, size=10.5)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)
    return table


def _centred(paragraph: Any, text: str, **look: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(2)
    _run(paragraph, text, **look)


def _run(
    paragraph: Any,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float = 0,
    colour: Any = None,
) -> None:
    # characters that XML can't hold are left out
    run = paragraph.add_run("".join(c for c in text if c >= " " or c in "\t\n"))
    run.bold, run.italic, run.font.name = bold, italic, FONT
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), SUNK)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """The head of a table stands on each page."""
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(repeated)


def _page_number(paragraph: Any) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(9)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)

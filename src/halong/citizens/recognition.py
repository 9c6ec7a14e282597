"""What a text sounds like: a complaint or denunciation in the sense of the law, an emergency, an insult. Pure.

Words decide nothing. They lead the sender to the right door, and the duty officer's eye to the right line: a field report
that says "tố cáo" by the way is still taken in when its sender says so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from halong.core.text import fold


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


# Luật Khiếu nại 2011: somebody asks to review a decision or conduct that touches his own rights. Luật Tố cáo 2018: somebody
# tells of a breach of the law by a person. The words below are ours; none is quoted from them.
COMPLAINT = _words(
    "don khieu nai, khieu nai quyet dinh, khieu nai hanh vi, toi khieu nai, khieu nai lan, khieu nai ve viec, "
    "lam don khieu nai, khong dong y voi quyet dinh, giai quyet khieu nai, khieu kien, khoi kien, boi thuong "
    "giai phong mat bang, cap sai so do, thu hoi dat cua, quyet dinh xu phat, formal complaint, i appeal "
    "against"
)
DENUNCIATION = _words(
    "to cao, don to cao, nhan hoi lo, doi hoi lo, vong tien, an hoi lo, dua hoi lo, tham nhung, tham o, nhung "
    "nhieu, vi phap luat, lam dung chuc vu, lam dung quyen han, loi dung chuc vu, bao ke, bribe, denounce, "
    "corruption, corrupt official"
)
LEGAL = {"denunciation": DENUNCIATION, "complaint": COMPLAINT}
NOT_LEGAL = _words(
    "khong phai khieu nai, khong khieu nai, khong phai to cao, khong to cao, khong phai don khieu nai"
)
EMERGENCIES = {
    "fire": _words(
        "dang chay, chay nha, chay lon, boc chay, hoa hoan, chay rung, no binh ga, ro ri gas, ro gas, is on fire, "
        "house fire, gas leak"
    ),
    "medical": _words(
        "bat tinh, chay nhieu mau, ngung tho, co giat, dot quy, ngo doc, bi thuong nang, tai nan nghiem trong, co "
        "nguoi bi thuong, tai nan chet nguoi, unconscious, badly injured, heart attack, not breathing"
    ),
    "crime": _words(
        "dang danh nhau, danh nhau, cuop giat, bi cuop, dot nhap, giet nguoi, hiep dam, bat coc, de doa giet, cam "
        "dao, no sung, dang trom, robbery, stabbing, kidnap, being attacked"
    ),
    "rescue": _words(
        "duoi nuoc, chet duoi, bi chim, chim tau, chim thuyen, lat thuyen, lat tau, mac ket, sap nha, sap ham lo, "
        "lo dat vui, bi vui lap, lu cuon, troi dat, drowning, boat capsized, capsized, trapped"
    ),
}
NUMBERS = {"fire": "114", "medical": "115", "crime": "113", "rescue": "112"}
PAST = _words(
    "da chay, hom qua, hom truoc, tuan truoc, thang truoc, nam truoc, da duoc dap tat, dien tap, yesterday, "
    "last week"
)


@dataclass(frozen=True)
class Recognised:
    """What a text sounds like. ``legal``: "complaint", "denunciation" or ""; ``emergency``: "fire", "medical", "crime",
    "rescue" or ""; ``words``: what it was recognised by, folded.
    """

    legal: str = ""
    emergency: str = ""
    words: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Whom to call first, or ""."""
        return NUMBERS.get(self.emergency, "")


def recognise(text: str) -> Recognised:
    """What a text sounds like; see the module."""
    plain = f" {re.sub(r'[^a-z0-9 ]+', ' ', fold(text))} "
    plain = re.sub(r" +", " ", plain)
    words: list[str] = []
    legal = ""
    if not any(_has(plain, word) for word in NOT_LEGAL):
        for kind, signs in LEGAL.items():
            found = [word for word in signs if _has(plain, word)]
            if found:
                legal, words = kind, found
                break
    emergency = ""
    if not any(_has(plain, word) for word in PAST):
        for kind, signs in EMERGENCIES.items():
            found = [word for word in signs if _has(plain, word)]
            if found:
                emergency, words = kind, [*words, *found]
                break
    return Recognised(legal, emergency, tuple(words))


def _has(plain: str, word: str) -> bool:
    return f" {word} " in plain


def keywords_found(text: str, keywords: Iterable[str]) -> list[str]:
    """Which keywords (folded) stand in a text as whole words."""
    plain = f" {' '.join(re.findall(r'[a-z0-9]+', fold(text)))} "
    return [word for word in keywords if word and f" {word} " in plain]

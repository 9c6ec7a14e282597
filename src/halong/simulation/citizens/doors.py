"""The public doors as simulated citizens use them: the form's JSON with its proof of work, the page behind a code, and a
partner's application over Open311. Nothing here asks the database.
"""

import base64
import hashlib
import json
import re
import time
from typing import Any, Protocol
from uuid import UUID

import httpx

from halong.citizens import codes
from halong.citizens.actions.sending import Draft
from halong.citizens.models import Report
from halong.citizens.simulated import FIELD, mark_of
from halong.simulation.citizens.book import Idea
from halong.simulation.citizens.happenings import Happening
from halong.simulation.citizens.identity import follower_id_of

PATIENCE = 30.0
READING_S = 3.5  # the form refuses those who fill it in faster
STAMP = re.compile(r'name="stamp" value="([^"]+)"')


class NotTaken(Exception):
    """The door can't be reached, is overloaded, or doesn't want it; the message says which."""


class Manner(Protocol):
    """How somebody sends: by the form or by a partner's application, in a language."""

    @property
    def partner(self) -> bool:
        """Whether a partner's application sends it."""
        ...

    @property
    def language(self) -> str:
        """The language of the form."""
        ...


class Door:
    """The product's public address, from outside. ``http`` may be any client that speaks like httpx's."""

    def __init__(self, http: httpx.Client, key: str = "") -> None:
        self._http = http
        self._key = key

    def send(self, row: Manner, draft: Draft, picture: bytes | None) -> str:
        """Send a report with its picture, by the form, or as a partner's application; the code or number that came back."""
        if row.partner and self._key:
            return self._send_as_partner(row, draft, picture)
        headers = {"Accept-Language": row.language}
        answer = self._post("/c/api/reports", json=self._form(draft), headers=headers)
        code = str(_json(_good(answer))["code"])
        if picture is not None:
            self._attach(code, picture)
        return code

    def _form(self, draft: Draft) -> dict[str, Any]:
        form = {
            "client_id": str(draft.client_id),
            "category": draft.category.code,
            "text": draft.text,
            "place": draft.place.pk if draft.place else "",
            "lon": draft.lon,
            "lat": draft.lat,
            "located": str(draft.located),
            "address": draft.address,
            "answers": draft.answers,
            "with_photo": draft.with_photo,
            "insists": draft.insists,
            "altcha": self.work(),
            FIELD: mark_of(draft.client_id),
        }
        return {name: value for name, value in form.items() if value is not None}

    def _attach(self, code: str, picture: bytes) -> None:
        files = {"photo": ("mo-phong.jpg", picture, "image/jpeg")}
        _good(self._post("/c/api/reports/photos", data={"code": code, "key": "0"}, files=files))

    def _send_as_partner(self, row: Manner, draft: Draft, picture: bytes | None) -> str:
        external = str(draft.client_id)
        form: dict[str, Any] = {
            "api_key": self._key,
            "service_code": draft.category.code,
            "description": draft.text,
            "address_string": f"{draft.address}, {draft.place.name if draft.place else ''}",
            "external_id": external,
            "lang": row.language,
            FIELD: mark_of(external),
        }
        if draft.lon is not None and draft.lat is not None:
            form |= {"lat": str(draft.lat), "long": str(draft.lon)}
        form |= {f"attribute[{name}]": value for name, value in draft.answers.items()}
        files = {"media": ("mo-phong.jpg", picture, "image/jpeg")} if picture is not None else None
        answer = _good(self._post("/open311/v2/requests.json", data=form, files=files))
        return str(answer.json()[0].get("service_request_id", ""))

    def work(self) -> str:
        """A proof of work for one sending, found by trying, as a browser does."""
        asked = _json(_good(self._get("/c/api/challenge")))
        for number in range(int(asked["maxnumber"]) + 1):
            if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["challenge"]:
                solved = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
                return base64.b64encode(json.dumps(solved | {"number": number}).encode()).decode()
        raise NotTaken("a challenge without a solution")

    def act(self, code: str, act: str, form: dict[str, str]) -> None:
        """Do something on the page behind a code: ``reply``, ``rate`` or ``reopen``."""
        _good(self._post(f"/c/r/{codes.tidy_code(code)}/{act}", data=form))

    def follow(self, number: int, client_id: object) -> None:
        """Say that one meets the same."""
        form = {"client_id": str(client_id), "altcha": self.work()}
        _good(self._post(f"/c/reports/{number}/follow", data=form))

    def suggest(self, client_id: UUID, idea: Idea) -> None:
        """Send a suggestion by its form, read before it is filled in."""
        page = _good(self._get("/c/suggest")).text
        found = STAMP.search(page)
        if found is None:
            raise NotTaken("the form has no stamp")
        time.sleep(READING_S)
        form = {"client_id": str(client_id), "kind": idea.kind, "title": idea.title, "text": idea.text}
        form |= {"stamp": found[1], FIELD: mark_of(client_id)}
        _good(self._post("/c/suggest", data=form))

    def _get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def _post(self, path: str, **given: Any) -> httpx.Response:
        return self._ask("POST", path, **given)

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise NotTaken(str(error) or type(error).__name__) from error


class Outside:
    """A citizen who opens his report by its code and presses its buttons (``senders.Voice``)."""

    def __init__(self, door: Door, seed: int, row: Happening) -> None:
        self._door = door
        self._seed = seed
        self._row = row

    def reply(self, report: Report, text: str) -> None:
        """Answer the question that stands."""
        question = report.questions.filter(replied_at=None).first()
        if question is not None:
            self._door.act(_code(report), "reply", {"question": str(question.pk), "text": text})

    def rate(self, report: Report, rating: str, note: str) -> None:
        """Say how content he is."""
        self._door.act(_code(report), "rate", {"rating": rating, "note": note})

    def reopen(self, report: Report, reason: str) -> None:
        """Ask to have it done again."""
        self._door.act(_code(report), "reopen", {"reason": reason})

    def follow(self, report: Report, number: int) -> None:
        """Somebody else says that he meets the same."""
        if report.public and report.simulated:
            self._door.follow(report.pk, follower_id_of(self._seed, self._row.key, number))


def _code(report: Report) -> str:
    return codes.code_of(report.client_id)


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.status_code >= 400:
        raise NotTaken(f"{answer.request.url.path}: {answer.status_code} {answer.text[:200]}")
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    return found

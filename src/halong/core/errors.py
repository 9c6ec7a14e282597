"""The errors that actions raise, mapped once to pages, to problem details and to other formats."""

from typing import ClassVar


class HalongError(Exception):
    """Something the caller can understand and act on.

    ``status`` is the HTTP status, ``title`` the short name of the kind (RFC 9457), ``fields`` says what was wrong where.
    """

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"

    def __init__(self, detail: str = "", *, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.fields = fields or {}


class Malformed(HalongError):
    """The bytes can't be read as what they claim to be."""

    status, kind, title = 400, "malformed", "Malformed request"


class Invalid(HalongError):
    """Well-formed, but a value breaks a rule."""

    status, kind, title = 422, "invalid", "Invalid value"


class Unauthenticated(HalongError):
    """Nobody is signed in, or the key is not known."""

    status, kind, title = 401, "unauthenticated", "Authentication required"


class Forbidden(HalongError):
    """The caller is known and may not do this here."""

    status, kind, title = 403, "forbidden", "Not permitted"


class NotFound(HalongError):
    """There is no such thing, or the caller may not know of it."""

    status, kind, title = 404, "not-found", "Not found"


class Conflict(HalongError):
    """Somebody else was first, or the state doesn't allow it."""

    status, kind, title = 409, "conflict", "Conflict"


class TooLarge(HalongError):
    """More than one request may carry."""

    status, kind, title = 413, "too-large", "Too large"


class TooMany(HalongError):
    """More requests than the caller may make; he may come back after ``retry_after`` seconds."""

    status, kind, title = 429, "too-many-requests", "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int = 60) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Overloaded(HalongError):
    """Halong can't take this in now; the caller should come back after ``retry_after`` seconds."""

    status, kind, title = 503, "overloaded", "Temporarily unavailable"

    def __init__(self, detail: str = "", *, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def problem(error: HalongError) -> dict[str, object]:
    """The error as problem details (RFC 9457): type, title, status, detail and, if any, the fields."""
    body: dict[str, object] = {
        "type": f"urn:halong:problem:{error.kind}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.fields:
        body["fields"] = error.fields
    return body

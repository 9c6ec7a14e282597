"""Passwords that Halong makes, and the check of those that people choose."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from halong.accounts.models import User
from halong.core.errors import Invalid

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another when read aloud or on paper


def random_password() -> str:
    """Four groups of four: 79 random bits, easily read to somebody."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def check_choice(password: str, user: User) -> None:
    """Raise Invalid when the password is too short, common, or like the user's own data."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), fields={"password": " ".join(error.messages)}) from error

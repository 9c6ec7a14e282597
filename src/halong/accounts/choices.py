"""Choices among people in forms, which say among whom: each with the post, so that two of one name are told apart."""

from typing import Any

from django import forms

from halong.accounts.models import User


def _labelled(person: User) -> str:
    return f"{person} · {person.title}" if person.title else str(person)


class PersonField(forms.ModelChoiceField[User]):
    """One person."""

    def __init__(self, **given: Any) -> None:
        super().__init__(User.objects.none(), **given)

    def label_from_instance(self, obj: User) -> str:
        """Name and post."""
        return _labelled(obj)


class PeopleField(forms.ModelMultipleChoiceField[User]):
    """Several people."""

    def __init__(self, **given: Any) -> None:
        super().__init__(User.objects.none(), **given)

    def label_from_instance(self, obj: User) -> str:
        """Name and post."""
        return _labelled(obj)

"""An action's refusal, shown beside the field of the form that it is about."""

from django import forms

from halong.core.errors import HalongError


def show_faults(form: forms.BaseForm, error: HalongError) -> None:
    """Put the error's texts at the form's fields; what belongs to none of them stands above the form."""
    shown = False
    for name, text in error.fields.items():
        if name in form.fields:
            form.add_error(name, text)
            shown = True
    if not shown:
        form.add_error(None, error.detail)


def all_faults(form: forms.BaseForm) -> str:
    """Everything that is wrong with a form, in one text."""
    return " ".join(str(text) for texts in form.errors.values() for text in texts)

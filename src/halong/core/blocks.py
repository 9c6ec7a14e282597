"""Pieces that modules add to each other's pages, rendered for one request."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from halong.core.permissions import has_perm
from halong.core.registry import Block, ListAction, Registry


def render_blocks(blocks: Registry[Block], request: HttpRequest, subject: Any) -> list[str]:
    """The pieces that are there for this subject and this person, in their order."""
    shown: list[str] = []
    for block in sorted(blocks, key=lambda block: block.order):
        if block.permission and not has_perm(request.user, block.permission):
            continue
        found = block.context(request, subject)
        if found is not None:
            shown.append(render_to_string(block.template, found, request))
    return shown


def offered(actions: Registry[ListAction], user: Any) -> list[ListAction]:
    """What this person may do with ticked rows, in order."""
    found = [action for action in actions if has_perm(user, action.permission)]
    return sorted(found, key=lambda action: action.order)

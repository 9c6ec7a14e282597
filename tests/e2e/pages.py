"""Screens as a browser without scripts uses them: find a form, fill it in, send it."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms = []
        self._select = self._text = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "fields": [], "file": None})
        if not self.forms:
            return
        name = given.get("name")
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "select" and name:
            self._select = {"name": name, "many": "multiple" in given, "first": None, "chosen": []}
        elif tag == "option" and self._select is not None:
            if self._select["first"] is None:
                self._select["first"] = given.get("value", "")
            if "selected" in given:
                self._select["chosen"].append(given.get("value", ""))
        elif tag == "textarea" and name:
            self._text = [name, ""]

    def _input(self, name, given):
        kind = given.get("type")
        if kind == "file":
            self.forms[-1]["file"] = name
        elif kind in {"checkbox", "radio"}:
            if "checked" in given:
                self.forms[-1]["fields"].append((name, given.get("value") or "on"))
        elif kind not in {"submit", "button"}:
            self.forms[-1]["fields"].append((name, given.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "select" and self._select is not None:
            one = self._select
            default = [] if one["many"] or one["first"] is None else [one["first"]]
            self.forms[-1]["fields"] += [(one["name"], value) for value in one["chosen"] or default]
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self.forms[-1]["fields"].append((self._text[0], self._text[1].removeprefix("\n")))
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self._text[1] += data


def _parsed(page):
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


def forms(page):
    """Every form of an answered page: its action as a path, and the values that it would send as it stands."""
    found = []
    for form in _parsed(page):
        values = {}
        for name, value in form["fields"]:
            values.setdefault(name, []).append(value)
        found.append((urlsplit(urljoin(str(page.url), form["action"])).path, values))
    return found


def faults(page):
    """What a form says is wrong, for the words of a failed test."""
    return re.findall(r'<div class="field-error" id="([^"]+)">.*?<span>(.*?)</span>', page.text, re.DOTALL)


def submit(browser, page, action, files=None, **filled):
    """Send the page's first form with this action (a path, or its end), with some fields filled in anew.

    A value may be a list; None leaves the field out. ``files``: (name, content, type) for the field that takes files.
    """
    assert page.status_code in {200, 422}, f"{page.status_code} {page.url}: {page.text[-1500:]}"
    there = forms(page)
    path, values = next((form for form in there if form[0].endswith(action)), (None, None))
    assert path, f"{page.url} has no form {action}, only {[form[0] for form in there]}"
    values |= {
        name: value if isinstance(value, list) else [value]
        for name, value in filled.items()
        if value is not None
    }
    for name in [name for name, value in filled.items() if value is None]:
        values.pop(name, None)
    field = next((form["file"] for form in _parsed(page) if form["file"]), None)
    sent = [(field, file) for file in files or ()]
    return browser.post(path, data=values, files=sent or None, headers={"Referer": str(page.url)})

"""Answers what a person does with a page: reads it, fills a form in and presses its button, without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests


@dataclass
class Form:
    """One form of a page: where it goes, what stands in its fields, and the words on its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    words: str = ""
    id: str = ""

    def filled(self, values: dict[str, Any], button: tuple[str, str, str] | None) -> list[tuple[str, str]]:
        """Return what the browser would send: the fields with `values` entered, and the button's own value."""
        entered = [
            (name, str(text))
            for name, value in values.items()
            for text in (value if isinstance(value, list | tuple) else [value])
        ]
        kept = [(name, text) for name, text in self.fields if name not in values]
        own = [(button[0], button[1])] if button and button[0] else []
        return kept + entered + own


class _Forms(HTMLParser):
    """Collects the forms of a page as a browser would submit them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        # Buttons outside their form, which they name by its id.
        self.elsewhere: list[tuple[str, tuple[str, str, str]]] = []
        self.button: dict[str, str] | None = None
        self.label = ""
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.area: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.open = Form(values.get("action", ""), values.get("method", "get").lower(), id=values.get("id", ""))
            self.forms.append(self.open)
        if tag == "button":
            self.button, self.label = values, ""
        if self.open is None:
            return
        if tag == "input":
            self._input(values)
        elif tag == "select":
            self.select, self.options = values.get("name", ""), []
        elif tag == "option" and self.select is not None:
            self.options.append((values.get("value", ""), "selected" in values))
        elif tag == "textarea":
            self.area, self.label = values.get("name", ""), ""

    def _input(self, values: dict[str, str]) -> None:
        assert self.open is not None
        kind = values.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in values:
            return
        if kind not in ("submit", "file") and values.get("name"):
            default = "on" if kind == "checkbox" else ""
            self.open.fields.append((values["name"], values.get("value", default)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self.button is not None:
            entry = (self.button.get("name", ""), self.button.get("value", ""), " ".join(self.label.split()))
            if "form" in self.button:
                self.elsewhere.append((self.button["form"], entry))
            elif self.open is not None:
                self.open.buttons.append(entry)
            self.button = None
        if self.open is None:
            return
        if tag == "form":
            self.open = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected] or [value for value, _ in self.options[:1]]
            self.open.fields += [(self.select, value) for value in chosen]
            self.select = None
        elif tag == "textarea" and self.area is not None:
            self.open.fields.append((self.area, self.label))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.button is not None or self.area is not None:
            self.label += data
        if self.open is not None:
            self.open.words += data


class Browser:
    """A browser with cookies; every answer must be a page that was asked for, never a fault."""

    def __init__(self, base: str, language: str = "ja") -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language

    def get(self, path: str, expect: int = 200) -> str:
        """Open a page and return its HTML."""
        answer = self.session.get(urljoin(self.base, path), timeout=30)
        assert answer.status_code == expect, f"GET {path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.text

    def press(
        self,
        path: str,
        button: str,
        values: dict[str, Any] | None = None,
        *,
        of: str = "",
        files: dict[str, Any] | None = None,
        expect: int = 200,
    ) -> str:
        """Open a page, fill in the form that has this button, press it and return the page that follows.

        `of`: the form's address or words contain this (where several forms have the same button).
        """
        form, chosen = self._find(self.get(path), button, of, path)
        target = urljoin(urljoin(self.base, path), form.action or path)
        data = form.filled(values or {}, chosen)
        if form.method == "get":
            answer = self.session.get(target, params=data, timeout=60)
        else:
            answer = self.session.post(target, data=data, files=files, timeout=60, headers={"Referer": target})
        assert answer.status_code == expect, f"POST {target}: {answer.status_code}\n{answer.text[:3000]}"
        self.at = answer.url
        return answer.text

    def buttons(self, path: str) -> list[str]:
        """List the words on the buttons of a page's forms."""
        return [words for form in forms(self.get(path)) for _name, _value, words in form.buttons]

    def _find(self, page: str, button: str, of: str, path: str) -> tuple[Form, tuple[str, str, str]]:
        found = [
            (form, entry)
            for form in forms(page)
            for entry in form.buttons
            if button in entry[2] and (of in form.action or of in form.words or of in str(form.fields))
        ]
        everything = [entry[2] for form in forms(page) for entry in form.buttons]
        assert found, f"{path} has no button {button!r} {of!r}, but {everything}"
        return found[0]


def forms(page: str) -> list[Form]:
    """List the forms of a page."""
    parser = _Forms()
    parser.feed(page)
    for name, entry in parser.elsewhere:
        next(form for form in parser.forms if form.id == name).buttons.append(entry)
    return parser.forms

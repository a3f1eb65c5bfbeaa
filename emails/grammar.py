"""Answers what the small language of mails' words may say: so little that every template comes to an end at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jinja2 import nodes

# What one line of a list has, in words (emails.values: FreeDate, Entry).
ATTRIBUTES = frozenset({"when", "what", "note", "url"})
COMPARED = frozenset({"eq", "ne", "lt", "lteq", "gt", "gteq"})
# So many conditions and loops within each other, so many parts of one condition.
DEEPEST = 12

Constant = str | int | float | bool | None


class NotAllowed(Exception):
    """The template says what the language does not know, or puts too much into each other; `line` counts from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(line, detail)
        self.line = line
        self.detail = detail


@dataclass(frozen=True)
class Comparison:
    """A placeholder (or an attribute of the lines of a list) beside a constant."""

    name: str
    attribute: str
    operator: str
    constant: Constant


@dataclass(frozen=True)
class Uses:
    """What a template names: placeholders and lists with the line they first stand in, and what it asks of them."""

    # In conditions and in the text, lists apart.
    names: dict[str, int] = field(default_factory=dict)
    # In the text.
    shown: dict[str, int] = field(default_factory=dict)
    # Gone through line by line.
    lists: dict[str, int] = field(default_factory=dict)
    attributes: dict[str, dict[str, int]] = field(default_factory=dict)
    comparisons: dict[Comparison, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Loop:
    variable: str
    over: str


def read(template: nodes.Template) -> Uses:
    """Walk through a parsed template and list what it uses; raise NotAllowed.

    It may hold text, `{{ name }}`, `{{ a or b }}`, `{% if %}` of names, constants, not/and/or and comparisons with a
    constant, and `{% for one in names %}` with `{{ one.what }}`, not within another. All of it takes a time that is known
    from the length of the template and of its lists.
    """
    reading = _Reading(Uses())
    reading.statements(template.body, None, 0)
    return reading.uses


class _Reading:
    def __init__(self, uses: Uses) -> None:
        self.uses = uses

    def statements(self, body: Sequence[nodes.Node], loop: _Loop | None, depth: int) -> None:
        for node in body:
            _bounded(node, depth)
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    self.output(part, loop, depth + 1)
            elif isinstance(node, nodes.If):
                self.condition(node, loop, depth)
            elif isinstance(node, nodes.For) and loop is None:
                self.loop(node, depth)
            else:
                raise _refused(node)

    def condition(self, node: nodes.If, loop: _Loop | None, depth: int) -> None:
        for branch in (node, *node.elif_):
            self.question(branch.test, loop, depth + 1)
            self.statements(branch.body, loop, depth + 1)
        self.statements(node.else_, loop, depth + 1)

    def loop(self, node: nodes.For, depth: int) -> None:
        if node.test is not None or node.recursive:
            raise _refused(node)
        if not isinstance(node.target, nodes.Name):
            raise _refused(node.target)
        if not isinstance(node.iter, nodes.Name):
            raise _refused(node.iter)
        self.uses.lists.setdefault(node.iter.name, node.lineno)
        self.uses.attributes.setdefault(node.iter.name, {})
        self.statements(node.body, _Loop(node.target.name, node.iter.name), depth + 1)
        self.statements(node.else_, None, depth + 1)

    def output(self, node: nodes.Node, loop: _Loop | None, depth: int) -> None:
        _bounded(node, depth)
        if isinstance(node, nodes.Or):
            self.output(node.left, loop, depth + 1)
            self.output(node.right, loop, depth + 1)
        elif not isinstance(node, (nodes.TemplateData, nodes.Const)):
            name, attribute = self.named(node, loop)
            if not attribute:
                self.uses.shown.setdefault(name, node.lineno)

    def question(self, node: nodes.Node, loop: _Loop | None, depth: int) -> None:
        _bounded(node, depth)
        if isinstance(node, (nodes.And, nodes.Or)):
            self.question(node.left, loop, depth + 1)
            self.question(node.right, loop, depth + 1)
        elif isinstance(node, nodes.Not):
            self.question(node.node, loop, depth + 1)
        elif isinstance(node, nodes.Compare):
            self.comparison(node, loop)
        elif not isinstance(node, nodes.Const):
            self.named(node, loop)

    def comparison(self, node: nodes.Compare, loop: _Loop | None) -> None:
        name, attribute = self.named(node.expr, loop)
        for operand in node.ops:
            if operand.op not in COMPARED:
                raise _refused(node)
            if not isinstance(operand.expr, nodes.Const):
                raise _refused(operand.expr)
            comparison = Comparison(name, attribute, operand.op, operand.expr.value)
            self.uses.comparisons.setdefault(comparison, node.lineno)

    def named(self, node: nodes.Node, loop: _Loop | None) -> tuple[str, str]:
        if isinstance(node, nodes.Name) and (loop is None or node.name != loop.variable):
            self.uses.names.setdefault(node.name, node.lineno)
            return node.name, ""
        of_line = isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.attr in ATTRIBUTES
        if of_line and loop is not None and node.node.name == loop.variable:  # type: ignore[attr-defined]
            self.uses.attributes[loop.over].setdefault(node.attr, node.lineno)  # type: ignore[attr-defined]
            return loop.over, node.attr  # type: ignore[attr-defined]
        raise _refused(node)


def _bounded(node: nodes.Node, depth: int) -> None:
    if depth > DEEPEST:
        raise NotAllowed(node.lineno, "nesting")


def _refused(node: nodes.Node) -> NotAllowed:
    return NotAllowed(node.lineno, type(node).__name__.lower())

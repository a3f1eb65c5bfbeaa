"""Answers how a mail's Markdown reads as plain text, complete by itself."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

RULE = "―" * 16


def plain_text(tokens: Sequence[Token]) -> str:
    """Write Markdown tokens as text: links as `words: address`, lists with dashes or numbers, no marks of emphasis."""
    return _blocks(SyntaxTreeNode(list(tokens)).children)


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> str:
    written = ""
    for node in nodes:
        # A heading stands right above what it heads; so does a line of a list without blank lines (a hidden paragraph).
        close = node.type == "heading" or node.hidden
        written += _block(node) + ("\n" if close else "\n\n")
    return written.rstrip("\n")


def _block(node: SyntaxTreeNode) -> str:
    if node.type in ("paragraph", "heading"):
        return "".join(_inline(child) for child in node.children)
    if node.type == "bullet_list":
        return "\n".join(_indented(_blocks(item.children), "- ") for item in node.children)
    if node.type == "ordered_list":
        first = int(str(node.attrs.get("start", 1)))
        return "\n".join(
            _indented(_blocks(item.children), f"{number}. ") for number, item in enumerate(node.children, first)
        )
    if node.type == "blockquote":
        return "\n".join(f"> {line}" for line in _blocks(node.children).splitlines())
    return RULE


def _indented(text: str, mark: str) -> str:
    lines = text.split("\n")
    return "\n".join([mark + lines[0], *(" " * len(mark) + line if line else "" for line in lines[1:])])


def _inline(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "link":
        words, address = "".join(_inline(child) for child in node.children), str(node.attrs["href"])
        text = address if words in (address, address.removeprefix("mailto:")) else f"{words}: {address}"
        # Without a blank the next word would become part of the address in mail programs.
        return f"{text} " if _goes_on(node) else text
    if node.children:
        return "".join(_inline(child) for child in node.children)
    return node.content


def _goes_on(node: SyntaxTreeNode) -> bool:
    following = node.next_sibling
    return following is not None and following.type == "text" and not following.content.startswith((" ", "\u3000"))

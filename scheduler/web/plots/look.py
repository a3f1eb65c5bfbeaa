"""Answers how plots look: sizes, fonts, and a style that follows the reader's light or dark screen and prints light."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import east_asian_width

FONTS = "'Hiragino Sans','Noto Sans JP','Noto Sans CJK JP','Yu Gothic UI',Meiryo,system-ui,sans-serif"
# What tells lines apart without colour: how they are dashed, and what stands on their points.
DASHES = ("", "7 4", "2 3", "9 3 2 3", "1 5", "12 5")
SHAPES = ("circle", "square", "triangle", "diamond")
COLOURS = 6


@dataclass(frozen=True)
class Size:
    """The measures of a plot in the units of its picture, which are pixels at full width."""

    width: int
    height: int
    # Of a line of bars.
    row: int
    text: int
    title: int
    # The widest a label at the left may be.
    label: int


WIDE = Size(width=880, height=340, row=36, text=14, title=16, label=220)
NARROW = Size(width=336, height=280, row=34, text=13, title=15, label=122)

_LIGHT = ("#1d232b", "#5b6672", "#dfe4ea", "#f7f8fa", "#274a78", "#2f7d5b", "#8a5c00", "#b3261e", "#5b6672", "#1d232b")
_DARK = ("#e8ecf1", "#9aa5b1", "#313a45", "#14181d", "#8fb4e3", "#6fc79c", "#e0b35a", "#f2a39b", "#9aa5b1", "#e8ecf1")
_NAMES = ("ink", "quiet", "line", "ground", "s0", "s1", "s2", "s3", "s4", "s5")


def _variables(colours: tuple[str, ...]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in zip(_NAMES, colours, strict=True))


_RULES = (
    ".background{fill:none}",
    f"text{{fill:var(--ink);stroke:none;font-family:{FONTS}}}",
    ".axis text,.unit{fill:var(--quiet)}",
    ".horizontal-bars .axis.y text{fill:var(--ink)}",
    ".axis .line{stroke:var(--quiet);fill:none}",
    ".axis .guide.line{stroke:var(--line);stroke-dasharray:none}",
    ".horizontal .axis.y .guide.line,.vertical .axis.x .guide.line{opacity:0}",
    ".axis.x text{text-anchor:middle}.axis.y text{text-anchor:end}",
    ".nofill{fill:none}",
    ".head{font-weight:600;text-anchor:start}",
    ".no_data{fill:var(--quiet);text-anchor:middle}",
    ".ci path{stroke:var(--ink);stroke-width:1.25;fill:none}",
    ".line{stroke-width:2;stroke-linejoin:round}",
    ".axis .line{stroke-width:1}",
    ".number{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}",
    ".number.base{fill:var(--quiet)}",
    ".rect{stroke-width:1.25}",
    ".rect,.sign.rect{fill-opacity:.5}",
    ".shape-dots .dot{fill:var(--s0)!important;stroke:var(--s0)!important;fill-opacity:.3}",
    ".rect.few,.sign.few,.dot.few{fill-opacity:.08!important;stroke-dasharray:3 3}",
    "path.few{fill:var(--ground)!important;stroke-width:1.5}",
)


def style() -> str:
    """Return the picture's own style: it follows a dark screen, and is light on paper."""
    colours = "".join(
        f".serie-{n} .rect,.serie-{n} .dot{{fill:var(--s{n});stroke:var(--s{n})}}"
        f".serie-{n} .line,.key-{n} .line{{stroke:var(--s{n});fill:none;stroke-dasharray:{DASHES[n] or 'none'}}}"
        f".band-{n}{{fill:var(--s{n});fill-opacity:.14;stroke:none}}"
        f".key-{n} .sign,.mark-{n}{{fill:var(--s{n});stroke:var(--s{n})}}"
        f"#hatch-{n} path{{stroke:var(--s{n})}}#hatch-{n} rect{{fill:var(--ground)}}"
        f".serie-{n} .rect,.key-{n} .sign.rect{{fill:{f'url(#hatch-{n})' if n else 'var(--s0)'}}}"
        for n in range(COLOURS)
    )
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}"
    return f":root{{{_variables(_LIGHT)}}}{dark}{''.join(_RULES)}{colours}"


def width_of(text: str, size: int) -> float:
    """Estimate how wide a text is: a Japanese letter is as wide as it is high, a Latin one hardly more than half."""
    return sum(size if east_asian_width(letter) in "WFA" else size * 0.56 for letter in text)


def cut(text: str, size: int, room: float) -> str:
    """Shorten a text to what fits into a line."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: int, room: float) -> list[str]:
    """Break a text into lines that fit: at spaces, else anywhere, as Japanese does."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}".strip()
        if width_of(joined, size) <= room:
            lines[-1] = joined
            continue
        lines.append("")
        for letter in word:
            if width_of(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]

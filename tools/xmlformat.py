"""The layout of XML files: what is wrong with it, and the same file put right."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

HEADER = '<?xml version="1.0" encoding="UTF-8" ?>'
ROOTS = ("odoo", "templates")  # of the files whose layout matters
INDENT = 4
WIDTH = 120

TOKEN = re.compile(
    r"""
      (?P<comment> <!--.*?--> )
    | (?P<cdata>   <!\[CDATA\[.*?\]\]> )
    | (?P<other>   <\?.*?\?> | <![A-Z][^>]*> )
    | (?P<end>     </[^>]*> )
    | (?P<start>   <[A-Za-z_] (?: "[^"]*" | '[^']*' | [^"'>] )* > )
    """,
    re.DOTALL | re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""[^\s=/]+\s*=\s*(?:"[^"]*"|'[^']*')""")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class Place:
    """A line whose indentation is determined by the markup."""

    line: int  # counted from 0
    depth: int


def problems(text: str) -> list[tuple[int, str]]:
    """What is wrong, as numbers of lines (from 1) and sentences."""
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        return [(error.position[0], f"not well-formed: {error}")]
    if root.tag not in ROOTS:
        return []
    return sorted([*_line_problems(text), *_indent_problems(text)])


def _line_problems(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    if lines[0] != HEADER:
        yield 1, f"the first line is not {HEADER}"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield len(lines), "the file does not end with one line break"
    for number, line in enumerate(lines, 1):
        if "\t" in line or "\r" in line:
            yield number, "a tab or a carriage return"
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
        if len(line) > WIDTH and not ATTRIBUTE.fullmatch(line.strip()):
            yield number, f"{len(line)} characters, {WIDTH} are allowed"


def _indent_problems(text: str) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    for place in _places(text):
        line = lines[place.line]
        indent, expected = len(line) - len(line.lstrip()), place.depth * INDENT
        if indent != expected:
            yield place.line + 1, f"indented by {indent}, not by {expected}"


def formatted(text: str) -> str:
    """The same document with the layout put right, as far as that goes by itself."""
    found = problems(text)
    if not found or found[0][1].startswith("not well-formed"):
        return text
    lines = [line.rstrip().expandtabs(INDENT) for line in text.splitlines()]
    text = "\n".join(lines).strip() + "\n"
    if text.startswith("<?xml"):
        text = text.partition("?>")[2].lstrip()
    text = f"{HEADER}\n{text}"
    return _indented(_broken(_indented(text)))


def _indented(text: str) -> str:
    lines = text.split("\n")
    for place in _places(text):
        lines[place.line] = " " * (place.depth * INDENT) + lines[place.line].lstrip()
    return "\n".join(lines)


def _broken(text: str) -> str:
    """Put the attributes of a tag that is too long on lines of their own."""

    def broken(match: re.Match) -> str:
        tag = match.group()
        line_start = text.rfind("\n", 0, match.start()) + 1
        line_end = text.find("\n", match.start())
        attributes = ATTRIBUTE.findall(tag)
        if match.lastgroup != "start" or "\n" in tag or len(attributes) < 2:
            return tag
        if line_end - line_start <= WIDTH or text[line_start : match.start()].strip():
            return tag
        name = re.match(r"<[^\s/>]+", tag).group()
        closing = "/>" if tag.endswith("/>") else ">"
        return "\n".join([name, *attributes, closing])

    return TOKEN.sub(broken, text)


def _places(text: str) -> Iterator[Place]:
    """The lines that begin with markup, with their depths."""
    depth = 0
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "end":
            depth -= 1
        line = text.count("\n", 0, match.start())
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if kind in ("start", "end", "comment") and not before.strip():
            yield Place(line, depth)
        if kind == "start":
            yield from _attribute_places(token, line, depth)
            if not token.endswith("/>"):
                depth += 1


def _attribute_places(tag: str, line: int, depth: int) -> Iterator[Place]:
    """The further lines of a tag, without those inside of an attribute's value."""
    bare = QUOTED.sub(lambda match: re.sub(r"[^\n]", "x", match.group()), tag)
    inside = {
        bare.count("\n", 0, position)
        for match in QUOTED.finditer(tag)
        for position in range(match.start(), match.end())
        if tag[position] == "\n"
    }
    for offset, rest in enumerate(bare.split("\n")[1:], 1):
        if offset - 1 in inside or not rest.strip():
            continue
        closes = rest.lstrip().startswith((">", "/>"))
        yield Place(line + offset, depth if closes else depth + 1)

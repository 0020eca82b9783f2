"""The functional core imports nothing but itself and what readers of files need."""

import ast
import sys

import pytest
from pure import ADDON

#: What each package may import beside itself and the standard library.
ALLOWED = {"engine": set(), "formats": {"lxml", "openpyxl", "xlrd"}}

MODULES = sorted(
    path for package in ALLOWED for path in (ADDON / package).rglob("*.py")
)
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: ".".join(path.relative_to(ADDON).parts)[:-3]
)


def imported(node, path):
    """Return the packages that an import statement names, those of the core by path.

    A relative import is resolved against the folder of the module.
    """
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    if not node.level:
        return {node.module.split(".")[0]}
    package = path.relative_to(ADDON).parts[:-1]
    above = node.level - 1
    assert above <= len(package), "an import from above the add-on"
    base = (*package[: len(package) - above], *(node.module or "").split("."))
    named = [part for part in base if part]
    return {named[0]} if named else {alias.name for alias in node.names}


@every_module
def test_imports(path):
    package = path.relative_to(ADDON).parts[0]
    core = {"engine"} if package == "engine" else {"engine", "formats"}
    allowed = {*sys.stdlib_module_names, *ALLOWED[package], *core}
    for node in ast.walk(ast.parse(path.read_text())):
        assert imported(node, path) <= allowed


@every_module
def test_no_floating_point(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float)


def test_subpackages_are_covered():
    folders = {path.parent.relative_to(ADDON).as_posix() for path in MODULES}
    assert {"engine", "formats", "formats/tariff"} <= folders

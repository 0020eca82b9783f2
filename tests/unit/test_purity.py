"""The functional core imports nothing but itself, the standard library and lxml."""

import ast
import sys

import pytest
from pure import ADDON

MODULES = sorted(
    path for package in ("engine", "formats") for path in (ADDON / package).glob("*.py")
)


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_imports(path):
    allowed = {*sys.stdlib_module_names, "lxml"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
            assert names <= allowed
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                assert node.level == 1, "only within the package"
            else:
                assert node.module.split(".")[0] in allowed


@pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}"
)
def test_no_floating_point(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float)

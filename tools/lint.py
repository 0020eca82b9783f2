"""Check the style of the repository, or correct what can be corrected."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tools import paths, pyenv, steps, ui, xmlformat

PYLINT_RC = paths.REPOSITORY / ".pylintrc-mandatory"
Check = Callable[[ui.Step], list[str]]


def check() -> int:
    """Run every check and show what each has found."""
    checks: dict[str, Check] = {
        "ruff check": lambda step: _program(step, "ruff", "check", "."),
        "ruff format": lambda step: _program(step, "ruff", "format", "--diff", "."),
        "XML layout": lambda step: _xml(),
    }
    if all((folder / "__manifest__.py").is_file() for folder in paths.ADDON_DIRS):
        checks["pylint with Odoo's rules"] = lambda step: _program(
            step, "pylint", f"--rcfile={PYLINT_RC}", *paths.ADDONS
        )
        checks["Odoo module checks"] = lambda step: _program(
            step, "oca_pre_commit_hooks.cli", *paths.ADDONS
        )
    progress = _prepare(len(checks))
    findings: dict[str, list[str]] = {}
    for title, run in checks.items():
        with progress.step(title) as step:
            lines = run(step)
            step.result = "problems found" if lines else "ok"
            if lines:
                findings[title] = lines
    for title, lines in findings.items():
        ui.say(f"\n{title}:")
        for line in lines:
            ui.say(f"  {line}")
    return 1 if findings else 0


def fix() -> int:
    """Correct what can be corrected and tell the rest."""
    progress = _prepare(3)
    with progress.step("XML layout"):
        for path in xml_files():
            _fix_xml(path)
    with progress.step("ruff format") as step:
        _program(step, "ruff", "check", "--fix", ".")
        _program(step, "ruff", "format", ".")
    with progress.step("ruff check") as step:
        rest = _program(step, "ruff", "check", ".")
        step.result = "problems left" if rest else "ok"
    for line in rest:
        ui.say(f"  {line}")
    return 1 if rest else 0


def _prepare(count: int) -> ui.Progress:
    progress = ui.Progress(count + 2)
    with paths.locked("setup", steps.BUSY):
        paths.prepare()
        with progress.step("System packages") as step:
            steps.system_packages(step, server=False)
        with progress.step("Python packages") as step:
            pyenv.ensure(step)
    return progress


def _program(step: ui.Step, module: str, *arguments: str) -> list[str]:
    """Run a checker of the virtual environment; its output if it complains."""
    env = pyenv.environment()
    env["RUFF_CACHE_DIR"] = os.fspath(paths.WORK / "ruff")
    env["PYLINTHOME"] = os.fspath(paths.WORK / "pylint")
    env["PYTHONPYCACHEPREFIX"] = os.fspath(paths.WORK / "pycache")
    command = [pyenv.python(), "-m", module, *arguments]
    result = step.run(command, env=env, cwd=paths.REPOSITORY)
    if not result.code:
        return []
    return result.lines or [f"exit code {result.code}"]


def xml_files() -> Iterator[Path]:
    """The add-ons' own XML files."""
    for folder in paths.ADDON_DIRS:
        for path in sorted(folder.rglob("*.xml")):
            inner = path.relative_to(folder).parts
            # demo/files holds declarations as the customs system writes them
            if inner[:2] not in (("static", "lib"), ("demo", "files")):
                yield path


def _xml() -> list[str]:
    found = []
    for path in xml_files():
        name = path.relative_to(paths.REPOSITORY)
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            found.append(f"{name}:1: not UTF-8")
            continue
        found += [f"{name}:{line}: {why}" for line, why in xmlformat.problems(text)]
    return found


def _fix_xml(path: Path) -> None:
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return
    new = xmlformat.formatted(text)
    if new != text:
        path.write_bytes(new.encode())

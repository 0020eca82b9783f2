"""The virtual environment with the pinned Python packages."""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

from tools import failures, paths, ui

STAMP = "python"
SOURCE_LINK = "odoo_source.pth"
# Settings of pip that would point it at another environment.
FOREIGN = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PYTHONHOME", "PYTHONPATH")


def python() -> Path:
    return paths.VENV / "bin" / "python"


def needs_venv_package() -> bool:
    """Debian's Python comes without what makes virtual environments."""
    if ready():
        return False
    return not (importlib.util.find_spec("venv") and _has_ensurepip())


def _has_ensurepip() -> bool:
    # Debian keeps the folder and leaves out the wheels, or the whole module.
    spec = importlib.util.find_spec("ensurepip")
    if not spec:
        return False
    import ensurepip

    try:
        return bool(ensurepip.version())
    except (AttributeError, OSError, StopIteration):
        return False


def venv_package() -> str:
    """The Debian package that completes the running Python."""
    if not sys.executable.startswith("/usr/bin/"):
        raise ui.ToolError(
            f"{sys.executable} cannot make virtual environments (no ensurepip): use a "
            "complete Python, for example make PYTHON=/usr/bin/python3 ..."
        )
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def ready() -> bool:
    return python().exists() and paths.stamped(STAMP, _key())


def ensure(step: ui.Step) -> None:
    """Create the environment and install the lock file's packages, or reuse them."""
    if ready():
        step.result = "ready"
        return
    previous = paths.VENV.with_name("venv.previous")
    paths.remove(previous)
    if paths.VENV.exists():
        paths.VENV.rename(previous)
    try:
        _create(step)
    except BaseException:
        paths.remove(paths.VENV)
        if previous.exists():
            previous.rename(paths.VENV)
        raise
    paths.stamp(STAMP, _key())
    paths.remove(previous)


def _create(step: ui.Step) -> None:
    step.note = "creating the virtual environment"
    env = environment()
    command = [sys.executable, "-m", "venv", paths.VENV]
    result = step.run(command, paths.log("venv"), env=env)
    if result.code:
        raise failures.sentence("Creating the virtual environment", result)
    result = step.run(
        [
            *(python(), "-m", "pip", "install", "--no-deps", "--progress-bar=off"),
            *("--disable-pip-version-check", "--requirement", paths.LOCK_FILE),
        ],
        paths.log("pip"),
        env=env,
        cwd=paths.WORK,
    )
    if result.code:
        raise failures.sentence("Installing the Python packages", result)


def link_odoo(source: Path) -> None:
    """Make ``import odoo`` find the source tree."""
    library = next((paths.VENV / "lib").glob("python3.*/site-packages"))
    link = library / SOURCE_LINK
    content = f"{source}\n"
    if not link.exists() or link.read_text(encoding="utf-8") != content:
        paths.write(link, content)


def environment() -> dict[str, str]:
    """The environment for programs of the virtual environment."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    env["PYTHONUNBUFFERED"] = "1"
    return env


def _key() -> str:
    digest = hashlib.sha256(paths.LOCK_FILE.read_bytes()).hexdigest()
    return f"{digest} {sys.version} {os.path.realpath(sys.executable)} {paths.VENV}"

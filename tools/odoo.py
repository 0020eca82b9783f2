"""Odoo: its source, its configuration and its command lines."""

import ast
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from tools import debian, failures, paths, postgres, pyenv, ui

SERIES = 19
INTERFACE = "127.0.0.1"
# Variables of the user's shell that would change what Odoo does.
FOREIGN = ("ODOO_RC", "OPENERP_SERVER", "PYTHONDONTWRITEBYTECODE")


def given_home() -> Path | None:
    """The source tree that the user brings, with the package ``odoo`` in it."""
    value = os.environ.get("ODOO_HOME")
    if not value:
        return None
    home = Path(value).expanduser().resolve()
    for folder in (home, home / debian.DIST_PACKAGES):
        if (folder / "odoo" / "release.py").is_file():
            return folder
    if (home / "release.py").is_file() and home.name == "odoo":
        return home.parent
    raise ui.ToolError(
        f"ODOO_HOME is {value} and there is no Odoo source tree in it: set it to the "
        "folder that holds odoo-bin and the folder odoo, or unset it."
    )


def home() -> Path:
    """The folder to import ``odoo`` from."""
    return given_home() or paths.ODOO / debian.DIST_PACKAGES


def ensure(step: ui.Step) -> None:
    """Have the source of Odoo."""
    if given_home():
        _check_series(home())
        step.result = "your own (ODOO_HOME)"
    elif (home() / "odoo" / "release.py").is_file():
        step.result = "ready"
    else:
        debian.fetch(step)
    pyenv.link_odoo(home())


def _check_series(folder: Path) -> None:
    release = (folder / "odoo" / "release.py").read_text(encoding="utf-8")
    match = re.search(r"^version_info\s*=\s*\(\D*(\d+)", release, re.MULTILINE)
    if not match or int(match.group(1)) != SERIES:
        found = match.group(1) if match else "of an unknown version"
        raise ui.ToolError(
            f"ODOO_HOME holds Odoo {found} and version {SERIES} is needed: set it to "
            f"an Odoo {SERIES} source tree, or unset it."
        )


def addons_path() -> list[Path]:
    """A source tree has its add-ons in two folders, an installed Odoo in one."""
    folders = [home() / "addons", home() / "odoo" / "addons"]
    marks = ("web/__manifest__.py", "base/__manifest__.py")
    found = [one for one in folders if any((one / mark).is_file() for mark in marks)]
    return [*found, paths.REPOSITORY]


def write_configuration() -> None:
    """Write the configuration file that every Odoo process reads."""
    options = {
        "addons_path": ",".join(map(os.fspath, addons_path())),
        "admin_passwd": secrets.token_urlsafe(24),
        "data_dir": paths.DATA,
        "http_interface": INTERFACE,
        "http_port": 8069,
        "list_db": False,
        "max_cron_threads": 0,
        "workers": 0,
    }
    if not postgres.external():
        environment = postgres.environment()
        options["db_host"] = environment["PGHOST"]
        options["db_port"] = environment["PGPORT"]
        options["db_user"] = environment["PGUSER"]
    lines = [f"{name} = {value}" for name, value in sorted(options.items())]
    paths.write(paths.CONF, "\n".join(["[options]", *lines, ""]), mode=0o600)


def command(database: str, *arguments: str, subcommand: str = "") -> list[str]:
    """A command line of Odoo."""
    program = [os.fspath(pyenv.python()), "-m", "odoo"]
    if subcommand:
        program.append(subcommand)
    return [*program, "-c", os.fspath(paths.CONF), "-d", database, *arguments]


def environment() -> dict[str, str]:
    """The environment of Odoo's processes."""
    env = postgres.environment(pyenv.environment())
    for name in FOREIGN:
        env.pop(name, None)
    env["PYTHONPYCACHEPREFIX"] = os.fspath(paths.WORK / "pycache")
    env["HYPOTHESIS_STORAGE_DIRECTORY"] = os.fspath(paths.WORK / "hypothesis")
    return env


def modules(
    step: ui.Step,
    database: str,
    what: str,
    *,
    install: Sequence[str] = (),
    update: Sequence[str] = (),
) -> ui.Output:
    """Install or update modules; ``what`` names the work in an error."""
    options = []
    if install:
        options += ["-i", ",".join(install)]
    if update:
        options += ["-u", ",".join(update)]
    result = step.run(
        command(database, *options, "--stop-after-init", "--no-http"),
        paths.log(f"{database.removesuffix('_draft')}-modules"),
        env=environment(),
        cwd=paths.REPOSITORY,
    )
    if result.code:
        raise failures.sentence(what, result)
    return result


def dependencies() -> list[str]:
    """The modules that the add-ons need besides each other."""
    named = {
        name for folder in paths.ADDON_DIRS for name in _manifest(folder)["depends"]
    }
    return sorted(named - set(paths.ADDONS))


def _manifest(folder: Path) -> dict:
    path = folder / "__manifest__.py"
    if not path.is_file():
        raise ui.ToolError(f"There is no add-on in {folder}.")
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise ui.ToolError(f"{path} cannot be read: {error}.") from error

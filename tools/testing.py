"""Run the tests against a database that holds the add-on as it is."""

import os
import shlex
import signal
import subprocess
from collections.abc import Sequence

from tools import databases, odoo, paths, pyenv, steps, ui

# Options of pytest whose value is the next argument.
WITH_VALUE = {"-k", "-m", "-n", "-o", "-p", "-r", "-c", "-W", "--rootdir", "--deselect"}
WITH_VALUE |= {"--ignore", "--maxfail", "--tb", "--durations", "--color", "--cov"}


def run(arguments: Sequence[str]) -> int:
    """Prepare the test database and hand over to pytest."""
    busy = "Another run of the tests is using the test database, waiting for it to end"
    with paths.locked("test", busy):
        with paths.locked("setup", steps.BUSY):
            progress = ui.Progress(steps.COMMON_STEPS + 1)
            steps.environment(progress, tests=True)
            with progress.step(f"Database {databases.TEST}") as step:
                databases.ensure(step, databases.TEST, demo=False)
        command = pytest_command(arguments)
        ui.say(f"pytest {shlex.join(command[3:])}")
        return _call(command)


def pytest_command(arguments: Sequence[str]) -> list[str]:
    """pytest on what the arguments name, or on all the tests."""
    return [
        *(os.fspath(pyenv.python()), "-m", "pytest"),
        *([] if names_paths(arguments) else [paths.TESTS_DIR.name]),
        f"--odoo-config={paths.CONF}",
        f"--odoo-database={databases.TEST}",
        "--odoo-log-level=error",
        "--odoo-http",
        *arguments,
    ]


def names_paths(arguments: Sequence[str]) -> bool:
    """Tell whether one of pytest's arguments is a path of this repository."""
    previous = ""
    for argument in arguments:
        name = argument.split("::")[0]
        is_value = previous in WITH_VALUE
        if not is_value and name and not name.startswith("-"):
            if (paths.REPOSITORY / name).exists():
                return True
        previous = argument
    return False


def _call(command: Sequence[str]) -> int:
    """Run a program on the user's terminal; Ctrl-C is for it to handle."""
    process = subprocess.Popen(command, cwd=paths.REPOSITORY, env=odoo.environment())
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        signal.signal(signal.SIGINT, previous)
    return code if code >= 0 else 128 - code

"""Run the tests against a database that holds the add-on as it is."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import databases, odoo, paths, pyenv, steps, ui

NOTHING_RUN = 5  # what pytest returns when no test was chosen

# How long a test takes beside one in the database, by the folder of its file.
SLOWNESS = {"browser": 8, "cases": 2, "unit": 0.1}

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
        if names_paths(arguments) or (os.cpu_count() or 1) < 2:
            command = pytest_command(arguments)
            ui.say(f"pytest {shlex.join(command[3:])}")
            return _call(command)
        databases.copy_test()
        try:
            return _call_two(arguments)
        finally:
            databases.drop(databases.TEST_COPY)


def pytest_command(
    arguments: Sequence[str],
    files: Sequence[str] = (),
    database: str = databases.TEST,
    http: bool = True,
) -> list[str]:
    """pytest on files, on what the arguments name, or on all the tests."""
    everything = [] if names_paths(arguments) else [paths.TESTS_DIR.name]
    return [
        *(os.fspath(pyenv.python()), "-m", "pytest"),
        *(files or everything),
        f"--odoo-config={paths.CONF}",
        f"--odoo-database={database}",
        "--odoo-log-level=error",
        "--durations=15",
        *(["--odoo-http"] if http else []),
        *arguments,
    ]


def halves() -> tuple[list[str], list[str]]:
    """Share the test files out to two runs of about the same length.

    The larger a file, the longer it takes, by its kind; tests in the browser need the
    only server, so they are all in the first run.
    """
    found = sorted(
        paths.TESTS_DIR.rglob("test_*.py"), key=lambda file: (-_weigh(file), file.name)
    )
    shares: tuple[list[str], list[str]] = ([], [])
    weights = [0, 0]
    for file in found:
        first = weights[0] <= weights[1] or file.parent.name == "browser"
        share = 0 if first else 1
        shares[share].append(os.fspath(file.relative_to(paths.REPOSITORY)))
        weights[share] += _weigh(file)
    return sorted(shares[0]), sorted(shares[1])


def _weigh(file: Path) -> float:
    """Return about how long the tests of a file take, beside others."""
    return file.stat().st_size * SLOWNESS.get(file.parent.name, 1)


def _call_two(arguments: Sequence[str]) -> int:
    """Run the tests in two processes, each with a database of its own."""
    first, second = halves()
    ui.say(f"pytest on {len(first)} and, at the same time, {len(second)} files")
    beside = pytest_command(arguments, second, databases.TEST_COPY, http=False)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*beside, "-p", "no:cacheprovider"],
            cwd=paths.REPOSITORY,
            env=odoo.environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = _call(pytest_command(arguments, first))
            other = process.wait()
        finally:
            process.kill()
        output.seek(0)
        ui.say("The other files:")
        ui.say(output.read().decode(errors="replace").rstrip())
    return _worse(code, other)


def _worse(code: int, other: int) -> int:
    """Return the result of both runs: nothing to run in one of them is no failure."""
    codes = {code, other}
    if codes == {0, NOTHING_RUN}:
        return 0
    return max(codes)


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

"""The web server on the demo database."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools import databases, failures, odoo, paths, steps, ui

DEFAULT_PORT = 8069
START_LIMIT = 120  # seconds


def port_number(text: str) -> int:
    """Read a port from the command line."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ui.ToolError(f"PORT is a number from 1 to 65535, not {text}.")
    return int(text)


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((odoo.INTERFACE, 0))
        return probe.getsockname()[1]


def serve(port: int) -> int:
    """Run the web server until the user stops it."""
    _check_port(port)
    with paths.locked("setup", steps.BUSY):
        steps.demo_database()
    _check_port(port)
    log = paths.log("server")
    with open(log, "w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            odoo.command(
                databases.DEMO,
                f"--http-port={port}",
                f"--db-filter=^{databases.DEMO}$",
                "--max-cron-threads=1",
            ),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=odoo.environment(),
            cwd=paths.REPOSITORY,
            start_new_session=True,
        )
    try:
        with _terminable():
            return _watch(process, port, log)
    finally:
        _end(process)
        paths.SERVER_PID.unlink(missing_ok=True)


def _watch(process: subprocess.Popen, port: int, log: Path) -> int:
    paths.write(paths.SERVER_PID, f"{process.pid}\n")
    try:
        with ui.Progress(1).step("Starting the web server"):
            _wait(process, port, log)
        ui.say()
        ui.say(f"  address:  http://localhost:{port}/odoo")
        ui.say("  user:     admin")
        ui.say("  password: admin")
        ui.say()
        ui.say(f"Log: {log.relative_to(paths.REPOSITORY)}. Ctrl-C stops the server.")
        process.wait()
    except KeyboardInterrupt:
        ui.say()
        ui.say("Stopping the web server.")
        return 0
    return 0 if process.returncode in (0, -signal.SIGTERM) else 1


def _wait(process: subprocess.Popen, port: int, log: Path) -> None:
    """Return when the login page answers."""
    url = f"http://{odoo.INTERFACE}:{port}/web/login"
    limit = time.monotonic() + START_LIMIT
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        try:
            with opener.open(url, timeout=START_LIMIT):
                return
        except urllib.error.HTTPError as error:
            raise ui.ToolError(
                f"The web server answers its login page with {error.code}: see "
                f"{log.relative_to(paths.REPOSITORY)}."
            ) from error
        except OSError:
            time.sleep(0.3)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    raise failures.sentence(
        "Starting the web server", ui.Output(process.returncode or 1, lines, log)
    )


def _check_port(port: int) -> None:
    """Refuse a port that is in use, or that the user may not have."""
    if running_server():
        raise ui.ToolError(
            "The web server of this checkout is already running: `make stop` stops it."
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((odoo.INTERFACE, port))
        except OSError as error:
            other = port + 1 if 1024 <= port < 65535 else DEFAULT_PORT
            raise ui.ToolError(
                f"Port {port} cannot be used ({error.strerror}): choose another one, "
                f"for example `make serve PORT={other}`."
            ) from error


@contextlib.contextmanager
def _terminable():
    """Let a polite end of this process end the server too."""

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def running_server() -> int | None:
    """The process number of this checkout's web server, if it is running."""
    try:
        pid = int(paths.SERVER_PID.read_text(encoding="utf-8"))
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(paths.CONF) in words else None


def stop() -> bool:
    """Stop the web server of this checkout; tell whether it was running."""
    pid = running_server()
    if not pid:
        return False
    os.kill(pid, signal.SIGTERM)
    for _attempt in range(100):
        if not running_server():
            break
        time.sleep(0.1)
    else:
        os.kill(pid, signal.SIGKILL)
    paths.SERVER_PID.unlink(missing_ok=True)
    return True


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

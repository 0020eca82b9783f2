"""Where things are kept, and stamps that say a thing was finished."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tools import ui

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / ".odoo"

ADDON = "customs_invoicing"
ADDONS = (ADDON, "customs_invoicing_ubl")
ADDON_DIRS = tuple(REPOSITORY / name for name in ADDONS)
TESTS_DIR = REPOSITORY / "tests"
LOCK_FILE = REPOSITORY / "requirements.lock"
DEMO_JOB = REPOSITORY / "tools" / "demo_job.py"

ODOO = WORK / "odoo"
VENV = WORK / "venv"
DATA = WORK / "data"
FILESTORE = DATA / "filestore"
LOGS = WORK / "logs"
STAMPS = WORK / "stamps"
CONF = WORK / "odoo.conf"
SERVER_PID = WORK / "server.pid"
DEMO_OUTPUT = WORK / "demo" / "demo.pdf"

DISK_NEEDED = 3 * 1024**3


def checkout_id() -> str:
    """A short name of this checkout, for what must live outside of it."""
    return hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:10]


def prepare() -> None:
    """Create the working folder, refusing a full disk early."""
    for folder in (WORK, LOGS, STAMPS, FILESTORE):
        folder.mkdir(parents=True, exist_ok=True)
    if not ODOO.exists() and not os.environ.get("ODOO_HOME"):
        free = shutil.disk_usage(WORK).free
        if free < DISK_NEEDED:
            raise ui.ToolError(
                f"Only {free // 1024**2} MB are free on the disk of {WORK} and about "
                f"{DISK_NEEDED // 1024**2} MB are needed: make room, then try again."
            )


def log(name: str) -> Path:
    return LOGS / f"{name}.log"


def stamped(name: str, key: str) -> bool:
    """Tell whether the thing was finished in the state that the key describes."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == key


def stamp(name: str, key: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    write(STAMPS / name, key)


def unstamp(name: str) -> None:
    (STAMPS / name).unlink(missing_ok=True)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file at once: a reader sees the old or the new content."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(draft, mode)
    os.replace(draft, path)


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


def _wait_for(handle: IO, busy: str) -> None:
    """Take the lock; say why it takes long."""
    start = told = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            now = time.monotonic()
            if told == start or now - told >= ui.HEARTBEAT:
                told = now
                ui.say(f"{busy} ({now - start:.0f} s)")
            time.sleep(0.2)


@contextlib.contextmanager
def locked(name: str, busy: str) -> Iterator[None]:
    """Let one command at a time work in this checkout."""
    WORK.mkdir(exist_ok=True)
    with open(WORK / f"{name}.lock", "w") as handle:
        _wait_for(handle, busy)
        yield


def addon_hash() -> str:
    """A digest of the add-ons' files, to know whether an update is due."""
    digest = hashlib.sha256()
    for folder in ADDON_DIRS:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(os.fsencode(path.relative_to(REPOSITORY)) + b"\0")
                digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()

"""PostgreSQL: a private cluster of this checkout, or the server that PG* names."""

import contextlib
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools import failures, paths, system, ui

MINIMUM = 13
ROLE = "odoo"
SOCKET_LIMIT = 100  # bytes that a socket's path may have, with some margin
UNPRIVILEGED = ("postgres", "nobody")
GIVEN = ("PGHOST", "PGPORT", "PGUSER")
# The data is disposable: speed matters more than surviving a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def external() -> bool:
    """Tell whether the user brings a server."""
    return any(os.environ.get(name) for name in GIVEN)


def binaries() -> Path | None:
    """The folder of the newest server programs, or of the cluster's version."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    if found:
        folders.append(Path(os.path.realpath(found)).parent)
    folders = [one for one in folders if (one / "initdb").is_file()]
    versions = {_version(one): one for one in folders}
    version_file = cluster() / "PG_VERSION"
    if readable(version_file):
        return versions.get(int(version_file.read_text()))
    usable = [version for version in versions if version >= MINIMUM]
    return versions[max(usable)] if usable else None


def readable(path: Path) -> bool:
    try:
        return path.is_file()
    except PermissionError:
        return False


def _version(folder: Path) -> int:
    output = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True
    ).stdout
    match = re.search(r"\(PostgreSQL\) (\d+)", output)
    return int(match.group(1)) if match else 0


def missing_package() -> str | None:
    """The Debian package to install before anything else works."""
    if external():
        return None if shutil.which("psql") else "postgresql-client"
    if readable(cluster() / "PG_VERSION") and not binaries():
        raise ui.ToolError(
            "The PostgreSQL version that made this checkout's databases is gone: "
            "run `make distclean`, then try again."
        )
    return None if binaries() else "postgresql"


# Where the cluster is


def owner() -> pwd.struct_passwd | None:
    """Whom the server runs as when the command runs as root, which it refuses."""
    if not system.is_root():
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ui.ToolError(
        "PostgreSQL refuses to run as root and there is no user `postgres`: create "
        "it, or run the command as another user."
    )


def home() -> Path:
    """The folder of the cluster and of its socket.

    It is the working folder, unless the server's user cannot enter it.
    """
    pointer = paths.WORK / "pg.location"
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8").strip())
    return paths.WORK


def cluster() -> Path:
    return home() / "pg"


def socket_folder() -> Path:
    """A folder whose path is short enough for a socket."""
    folder = home() / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT:
        return folder
    name = f"customs-{os.geteuid()}-{paths.checkout_id()}"
    return Path(tempfile.gettempdir()) / name


def _place() -> None:
    """Decide where the cluster goes and leave a pointer if it is elsewhere."""
    user = owner()
    if user and not _can_enter(paths.WORK, user):
        base = Path("/var/lib/customs_invoicing")
        base.mkdir(mode=0o755, exist_ok=True)
        folder = base / paths.checkout_id()
        folder.mkdir(mode=0o755, exist_ok=True)
        paths.write(paths.WORK / "pg.location", f"{folder}\n")


def _can_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    command = ["test", "-x", os.fspath(folder)]
    return not subprocess.run(command, cwd="/", **_identity(user)).returncode


def _identity(user: pwd.struct_passwd | None) -> dict:
    if not user:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _private_folder(folder: Path) -> None:
    """A folder that only the server's user (and root) can enter."""
    user = owner()
    uid = user.pw_uid if user else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or (folder.stat().st_uid not in (uid, os.geteuid())):
        raise ui.ToolError(f"{folder} belongs to somebody else: remove it.")
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)


# Running it


def ensure(step: ui.Step) -> None:
    """Have a server that answers."""
    if external():
        _check_external()
        step.result = "your own server answers"
        return
    if not readable(cluster() / "PG_VERSION"):
        _place()
        _create(step)
    if running():
        step.result = "running"
        return
    _start(step)


def _create(step: ui.Step) -> None:
    step.note = "creating the cluster"
    draft = home() / "pg.draft"
    paths.remove(draft)
    _private_folder(draft)
    result = step.run(
        [
            *(_program("initdb"), "--pgdata", draft, "--username", ROLE, "--no-sync"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        paths.log("initdb"),
        **_server_options(),
    )
    if result.code:
        raise failures.sentence("Creating the PostgreSQL cluster", result)
    draft.rename(cluster())


def _start(step: ui.Step) -> None:
    step.note = "starting the server"
    _private_folder(socket_folder())
    settings = {**SETTINGS, "unix_socket_directories": os.fspath(socket_folder())}
    options = " ".join(
        f"-c {name}={shlex.quote(value)}" for name, value in settings.items()
    )
    log = cluster() / "server.log"
    # The server keeps its parent's output open: give it none.
    code = subprocess.run(
        [
            *(_program("pg_ctl"), "-D", cluster(), "-l", log, "-o", options),
            *("-w", "-t", "60", "start"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_server_options(),
    ).returncode
    if code:
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        result = ui.Output(code, lines[-20:], None)
        raise failures.sentence("Starting PostgreSQL", result)
    step.result = "started"


def running() -> bool:
    """Tell whether the private server answers on this checkout's socket."""
    if not readable(cluster() / "PG_VERSION") or not binaries():
        return False
    command = [_program("pg_isready"), "-q"]
    return not subprocess.run(command, env=environment()).returncode


def stop() -> bool:
    """Stop the private server; tell whether it was running."""
    if external() or not running():
        return False
    subprocess.run(
        [_program("pg_ctl"), "-D", cluster(), "-m", "fast", "-w", "stop"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **_server_options(),
    )
    return True


def erase() -> None:
    """Delete the private cluster and what lies outside of the checkout."""
    stop()
    folder, sockets = home(), socket_folder()
    paths.remove(folder / "pg")
    paths.remove(folder / "pg.draft")
    paths.remove(sockets)
    if folder != paths.WORK:
        paths.remove(folder)
        paths.remove(paths.WORK / "pg.location")
        with contextlib.suppress(OSError):  # other checkouts may be there
            folder.parent.rmdir()


def _program(name: str) -> Path:
    folder = binaries()
    if not folder:
        raise ui.ToolError("PostgreSQL is missing: run `make setup`.")
    return folder / name


def _server_options() -> dict:
    return {"cwd": "/", **_identity(owner())}


def _check_external() -> None:
    version = int(sql("postgres", "SHOW server_version_num")[0]) // 10000
    if version < MINIMUM:
        raise ui.ToolError(
            f"Your PostgreSQL server is version {version} and Odoo 19 needs {MINIMUM} "
            "or newer: point PGHOST at a newer one, or unset PGHOST, PGPORT, PGUSER."
        )
    role, creates = sql(
        "postgres",
        "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles"
        " WHERE rolname = current_user",
    )[0].split("|")
    if role == "postgres":
        raise ui.ToolError(
            "Odoo refuses to work as the PostgreSQL user `postgres`: set PGUSER to "
            "another user who may create databases."
        )
    if creates != "t":
        raise ui.ToolError(
            f"The PostgreSQL user {role} may not create databases: run "
            f"`ALTER ROLE {role} CREATEDB` as its administrator."
        )


# Using it


def environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for PostgreSQL's clients, Odoo and the tests included."""
    env = dict(base)
    if not external():
        env = {name: value for name, value in env.items() if not name.startswith("PG")}
        env.update(PGHOST=os.fspath(socket_folder()), PGPORT="5432", PGUSER=ROLE)
    env["PGCONNECT_TIMEOUT"] = "10"
    return env


def sql(database: str, query: str) -> list[str]:
    """Run a query; the rows are lines with their columns separated by a bar."""
    folder = None if external() else binaries()
    psql = folder / "psql" if folder else "psql"
    result = subprocess.run(
        [psql, "-X", "-w", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database],
        input=query,
        env={**environment(), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no answer"]
        reason = re.sub(r"^psql: error: |^.*?ERROR:\s*", "", lines[0]).rstrip(".")
        if external() and lines[0].startswith("psql: error:"):
            raise ui.ToolError(
                f"Your PostgreSQL server does not let you in: {reason}; correct "
                "PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset them to get a "
                "private server."
            )
        raise ui.ToolError(f"PostgreSQL says: {reason}.")
    return result.stdout.splitlines()

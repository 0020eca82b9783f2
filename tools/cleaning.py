"""Stop what runs and delete what the commands made."""

from tools import databases, paths, postgres, server, steps, ui

CACHES = (".pytest_cache", ".ruff_cache", ".hypothesis")
MADE = ("data", "logs", "pycache", "hypothesis", "ruff", "demo", "odoo.conf", "apt")


def stop() -> int:
    """Stop the web server and the private PostgreSQL server."""
    stopped = [
        name
        for name, action in (
            ("web server", server.stop),
            ("PostgreSQL", postgres.stop),
        )
        if action()
    ]
    ui.say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def clean() -> int:
    """Delete databases and caches; Odoo and the Python packages stay."""
    with paths.locked("setup", steps.BUSY):
        _delete()
    ui.say("Databases and caches are deleted; Odoo and the Python packages are kept.")
    return 0


def distclean() -> int:
    """Delete everything that the commands made."""
    with paths.locked("setup", steps.BUSY):
        _delete()
        paths.remove(paths.WORK)
    ui.say("Everything that the commands made in this checkout is deleted.")
    return 0


def _delete() -> None:
    server.stop()
    if postgres.external():
        for name in databases.ALL:
            databases.drop(name)
            databases.drop(name + databases.DRAFT)
    postgres.erase()
    for name in databases.ALL:
        paths.unstamp(name)
    for name in MADE:
        paths.remove(paths.WORK / name)
    for name in CACHES:
        paths.remove(paths.REPOSITORY / name)
    for top in ("tools", "tests", *paths.ADDONS):
        for cache in (paths.REPOSITORY / top).rglob("__pycache__"):
            paths.remove(cache)

"""The databases: a template with Odoo's modules, and copies with the add-ons."""

import hashlib
import shutil
from collections.abc import Callable

from tools import failures, odoo, paths, postgres, ui

TEMPLATE = "customs_base"
DEMO = "customs_demo"
TEST = "customs_test"
TEST_COPY = "customs_test_copy"  # for the tests that run at the same time
ALL = (DEMO, TEST, TEST_COPY, TEMPLATE)
DRAFT = "_draft"  # ends the name of a database that is being made

TEMPLATE_MODULES = (
    "account",
    "sale",
    "purchase",
    # charts of accounts that the tests set up
    "l10n_au",
    "l10n_ch",
    "l10n_de",
    "l10n_es",
    "l10n_fr_account",
    "l10n_in",
    "l10n_uk",
    "l10n_us",
    "l10n_us_account",
    "l10n_za",
)


def exists(name: str) -> bool:
    query = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"
    return bool(postgres.sql("postgres", query))


def _mark() -> str:
    """The comment that a database made by this checkout bears."""
    return f"made by the checkout {paths.REPOSITORY}".replace("'", "''")


def _check_ours(name: str) -> None:
    """On a server that is not private, leave the databases of others alone."""
    if not postgres.external():
        return
    query = (
        f"SELECT shobj_description(oid, 'pg_database') = '{_mark()}'"
        f" FROM pg_database WHERE datname = '{name}'"
    )
    if postgres.sql("postgres", query) not in ([], ["t"]):
        raise ui.ToolError(
            f"Your PostgreSQL server has a database {name} that was not made by this "
            "checkout: drop it yourself, or use another server."
        )


def drop(name: str) -> None:
    """Delete a database with its files, even if somebody is connected."""
    if not name.endswith(DRAFT):
        _check_ours(name)
    paths.unstamp(name)
    postgres.sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    paths.remove(paths.FILESTORE / name)


def _copy(source: str, target: str) -> None:
    postgres.sql("postgres", f"CREATE DATABASE {target} TEMPLATE {source}")
    if (paths.FILESTORE / source).is_dir():
        shutil.copytree(paths.FILESTORE / source, paths.FILESTORE / target)


def _rename(source: str, target: str) -> None:
    postgres.sql("postgres", f"ALTER DATABASE {source} RENAME TO {target}")
    postgres.sql("postgres", f"COMMENT ON DATABASE {target} IS '{_mark()}'")
    if (paths.FILESTORE / source).is_dir():
        (paths.FILESTORE / source).rename(paths.FILESTORE / target)


def copy_test() -> None:
    """Make the test database once more, for a second run beside the first."""
    _build(TEST_COPY, TEST, lambda draft: None)


def _build(name: str, source: str | None, fill: Callable[[str], None]) -> None:
    """Make a database under another name and give it its own when it is whole."""
    draft = name + DRAFT
    _check_ours(name)
    drop(draft)
    try:
        if source:
            _copy(source, draft)
        fill(draft)
    except BaseException:
        drop(draft)
        raise
    drop(name)
    _rename(draft, name)


def _server_key() -> str:
    """What the databases depend on besides the add-ons."""
    parts = (str(odoo.home()), str(postgres.external()), *TEMPLATE_MODULES)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def ensure_template(step: ui.Step) -> None:
    """Have the template with everything that the add-ons depend on."""
    key = _server_key()
    if paths.stamped(TEMPLATE, key) and exists(TEMPLATE):
        step.result = "ready"
        return

    def fill(draft: str) -> None:
        what = f"Installing {', '.join(TEMPLATE_MODULES)}"
        odoo.modules(step, draft, what, install=TEMPLATE_MODULES)
        _check_installed(draft, TEMPLATE_MODULES)

    _build(TEMPLATE, None, fill)
    paths.stamp(TEMPLATE, key)


def ensure(step: ui.Step, name: str, demo: bool) -> None:
    """Have a copy of the template with the add-ons as they are in the checkout."""
    depends = odoo.dependencies()
    server, addon = _server_key(), paths.addon_hash()
    if exists(name) and paths.stamped(name, f"{server} {addon}"):
        step.result = "ready"
        return
    made_here = exists(name) and (paths.STAMPS / name).is_file()
    if made_here and (paths.STAMPS / name).read_text().startswith(server):
        if _updated(step, name, demo):
            paths.stamp(name, f"{server} {addon}")
            return

    def fill(draft: str) -> None:
        _install_addons(step, draft, depends, demo)

    _build(name, TEMPLATE, fill)
    paths.stamp(name, f"{server} {addon}")
    step.result = "created"


def _updated(step: ui.Step, name: str, demo: bool) -> bool:
    """Update the add-ons in a database; a test database may be made anew instead."""
    previous = (paths.STAMPS / name).read_text(encoding="utf-8")
    paths.unstamp(name)
    try:
        update(step, name)
    except ui.ToolError as error:
        if demo:
            paths.stamp(name, previous)
            raise ui.ToolError(
                f"{str(error).rstrip('.')}; `make clean` makes the next run start "
                "with a new database."
            ) from error
        return False
    step.result = "updated"
    return True


def update(step: ui.Step, name: str) -> None:
    """Update the add-ons in a database, and install one that is new."""
    what = f"Updating the add-ons in {name}"
    odoo.modules(step, name, what, install=paths.ADDONS, update=paths.ADDONS)
    _check_installed(name, paths.ADDONS)


def restamp(name: str) -> None:
    """Remember that the database holds the add-ons as they are now."""
    paths.stamp(name, f"{_server_key()} {paths.addon_hash()}")


def _install_addons(step: ui.Step, name: str, depends: list[str], demo: bool) -> None:
    """Install the add-ons, with their demo data if asked.

    Odoo loads the demo data of a module if all the modules that it depends on have
    theirs.  The template has none, so these are marked for the time being.
    """
    what = f"Installing the add-ons into {name.removesuffix(DRAFT)}"
    if demo:
        _mark_demo(name, depends, True)
    result = odoo.modules(step, name, what, install=paths.ADDONS)
    _check_installed(name, paths.ADDONS)
    if demo:
        _mark_demo(name, depends, False)
        if not _has_demo(name):
            raise failures.sentence("Loading the demo data", result)


def _mark_demo(name: str, module_names: list[str], value: bool) -> None:
    listing = ", ".join(f"'{module}'" for module in module_names)
    query = f"UPDATE ir_module_module SET demo = {value} WHERE name IN ({listing})"
    postgres.sql(name, query)


def _has_demo(name: str) -> bool:
    query = f"SELECT demo FROM ir_module_module WHERE name = '{paths.ADDON}'"
    return postgres.sql(name, query) == ["t"]


def _check_installed(name: str, module_names: tuple[str, ...]) -> None:
    listing = ", ".join(f"'{module}'" for module in module_names)
    query = (
        "SELECT name FROM ir_module_module"
        f" WHERE state = 'installed' AND name IN ({listing})"
    )
    missing = sorted(set(module_names) - set(postgres.sql(name, query)))
    if missing:
        raise ui.ToolError(
            f"Odoo did not install {', '.join(missing)}: see the folder "
            f"{paths.LOGS.relative_to(paths.REPOSITORY)}."
        )

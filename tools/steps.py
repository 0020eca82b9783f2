"""The steps that every command shares: from a bare machine to a database."""

from tools import databases, odoo, paths, postgres, pyenv, system, ui

BUSY = "Another command is at work in this checkout, waiting for it to end"
COMMON_STEPS = 5
WITHOUT_SYSTEM = (
    "set ODOO_HOME to an Odoo 19 source tree and PGHOST, PGUSER to a PostgreSQL server"
)
OPTIONAL = {
    "wkhtmltopdf": "reports come as web pages instead of PDF files",
    "chromium": "browser tests are skipped",
}


def system_packages(step: ui.Step, tests: bool = False, server: bool = True) -> None:
    """Install the programs that are missing."""
    required = []
    if server and postgres.missing_package():
        required.append(postgres.missing_package())
    if pyenv.needs_venv_package():
        required.append(pyenv.venv_package())
    optional = _optional(tests) if server else []
    if not required and not optional:
        step.result = "ready"
        return
    try:
        system.install(step, required, WITHOUT_SYSTEM, optional)
    except ui.ToolError:
        if required:
            raise
    else:  # what is still missing is not to be had: do not ask again
        for name in _optional(tests) if server else []:
            paths.stamp(f"without-{name}", "")
    for name in optional:
        if not system.has(name):
            step.warn(f"{name} could not be installed: {OPTIONAL[name]}.")


def _optional(tests: bool) -> list[str]:
    """Programs that are missed, but not so much that anything stops."""
    missing = []
    if not system.has("wkhtmltopdf"):
        missing.append("wkhtmltopdf")
    if tests and not system.chrome():
        missing.append("chromium")
    return [name for name in missing if not paths.stamped(f"without-{name}", "")]


def environment(progress: ui.Progress, tests: bool = False) -> None:
    """Everything up to the template database."""
    paths.prepare()
    odoo.given_home()  # a wrong one is told before anything is installed
    with progress.step("System packages") as step:
        system_packages(step, tests)
    with progress.step("PostgreSQL") as step:
        postgres.ensure(step)
    with progress.step("Python packages") as step:
        pyenv.ensure(step)
    with progress.step("Odoo 19") as step:
        odoo.ensure(step)
        odoo.write_configuration()
    with progress.step("Template database") as step:
        databases.ensure_template(step)


def demo_database(extra_steps: int = 0) -> ui.Progress:
    """Everything up to the demo database."""
    progress = ui.Progress(COMMON_STEPS + 1 + extra_steps)
    environment(progress)
    with progress.step(f"Database {databases.DEMO}") as step:
        databases.ensure(step, databases.DEMO, demo=True)
    return progress

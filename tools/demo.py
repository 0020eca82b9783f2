"""The demo: a database with the add-on and its demo data, and the main job."""

import os

from tools import databases, failures, odoo, paths, server, steps, ui


def run() -> int:
    """Prepare the demo database and do the main job in it."""
    with paths.locked("setup", steps.BUSY):
        progress = steps.demo_database(extra_steps=1)
        with progress.step("Main job") as step:
            _main_job(step)
    ui.say()
    ui.say("See it in the browser: make serve")
    return 0


def update() -> int:
    """Update the add-ons in the demo database, changed or not."""
    with paths.locked("setup", steps.BUSY):
        progress = steps.demo_database(extra_steps=1)
        with progress.step(f"Updating the add-ons in {databases.DEMO}") as step:
            databases.update(step, databases.DEMO)
            databases.restamp(databases.DEMO)
    return 0


def shell() -> int:
    """Replace this process by an Odoo shell on the demo database."""
    with paths.locked("setup", steps.BUSY):
        steps.demo_database()
    command = odoo.command(
        databases.DEMO, "--no-http", "--log-level=warn", subcommand="shell"
    )
    os.chdir(paths.REPOSITORY)
    os.execve(command[0], command, odoo.environment())


def _main_job(step: ui.Step) -> None:
    """Run ``tools/demo_job.py`` inside Odoo and show what it prints."""
    if not paths.DEMO_JOB.is_file():
        step.say("There is no main job yet.")
        return
    paths.DEMO_OUTPUT.parent.mkdir(exist_ok=True)
    log = paths.log("demo-job")
    port = server.free_port()
    env = {
        **odoo.environment(),
        "DEMO_JOB": os.fspath(paths.DEMO_JOB),
        "DEMO_OUTPUT": os.fspath(paths.DEMO_OUTPUT),
        "DEMO_PORT": str(port),
    }
    runner = paths.REPOSITORY / "tools" / "inside_odoo.py"
    with open(runner, encoding="utf-8") as script:
        result = step.run(
            odoo.command(
                databases.DEMO,
                f"--http-port={port}",
                "--log-level=warn",
                subcommand="shell",
            ),
            log,
            stream=True,
            stdin=script,
            env=env,
            cwd=paths.REPOSITORY,
        )
    if result.code:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise failures.sentence("The main job", ui.Output(result.code, lines, log))

"""The commands and their arguments."""

import argparse
import sys
from collections.abc import Callable

from tools import cleaning, demo, lint, paths, server, steps, testing, ui


def main() -> int:
    """Run a command; what goes wrong is told in one sentence."""
    words = sys.argv[1:]
    try:
        # Everything after `test` is for pytest, options included.
        if words[:1] == ["test"]:
            return testing.run(words[1:])
        options = _parser().parse_args(words)
        return options.call(options)
    except ui.ToolError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"error: {name}{error.strerror or error}.", file=sys.stderr)
    except KeyboardInterrupt:
        print("error: interrupted.", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, call: Callable, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(call=call)
        return command

    add("setup", lambda _: _setup(), "install what is missing")
    add("demo", lambda _: demo.run(), "set everything up and do the main job")
    add("test", lambda _: testing.run([]), "run the tests; arguments go to pytest")
    serve = add("serve", lambda given: server.serve(given.port), "run the web server")
    serve.add_argument("--port", type=server.port_number, default=server.DEFAULT_PORT)
    add("lint", lambda _: lint.check(), "check style and common mistakes")
    add("format", lambda _: lint.fix(), "correct what can be corrected")
    add("shell", lambda _: demo.shell(), "open an Odoo shell on the demo database")
    add("update", lambda _: demo.update(), "update the add-ons in the demo database")
    add("stop", lambda _: cleaning.stop(), "stop the servers")
    add("clean", lambda _: cleaning.clean(), "delete databases and caches")
    add("distclean", lambda _: cleaning.distclean(), "delete everything made")
    return parser


def _setup() -> int:
    with paths.locked("setup", steps.BUSY):
        steps.environment(ui.Progress(steps.COMMON_STEPS))
    return 0

"""Turn the output of a failed program into one sentence."""

import re

from tools import paths, ui

NO_NETWORK = re.compile(
    r"temporary failure|could not resolve|failed to resolve|name or service not"
    r"|network is unreachable|no route to host|connection refused|timed out"
    r"|could not connect|cannot initiate the connection|unable to connect"
    r"|connection failed|newconnectionerror|proxyerror|cannot connect to proxy"
    r"|max retries exceeded|connection broken|connection reset"
    r"|connection to proxy",
    re.IGNORECASE,
)
NO_SPACE = re.compile(r"no space left on device", re.IGNORECASE)
EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Warning|Interrupt)\b.*")
CHAINED = re.compile(r"^(The above exception was|During handling of the above)")
TRACEBACK_LINE = re.compile(r'^File "(.+?)", line (\d+)')
OURS = tuple(f"{folder}/" for folder in paths.ADDON_DIRS)
ERROR_LINE = re.compile(r"\b(ERROR|CRITICAL|FATAL|Error|error|E|fatal)\b[: ]")


def sentence(what: str, output: ui.Output, advice: str = "") -> ui.ToolError:
    """Say what failed, why as far as the output tells, and what to do."""
    see = _see(output)
    if NO_SPACE.search(output.text):
        return ui.ToolError(f"{what} failed: the disk is full; make room, try again.")
    if NO_NETWORK.search(output.text):
        return ui.ToolError(
            f"{what} failed: the package mirror cannot be reached; check the network "
            f"connection and the proxy settings, then try again{see}."
        )
    reason = cause(output) or f"exit code {output.code}"
    more = f"; {advice}" if advice else ""
    return ui.ToolError(f"{what} failed: {reason}{see}{more}.")


def cause(output: ui.Output) -> str:
    """The line of the output that most likely names the cause."""
    lines = [line.strip() for line in output.lines if line.strip()]
    raised = [line for line in lines if EXCEPTION.search(line)]
    if raised:
        chained = any(CHAINED.search(line) for line in lines) and len(raised) > 1
        reason = ": ".join(_bare(line) for line in reversed(raised[-2:]))
        return (reason if chained else _bare(raised[-1])) + _place(lines)
    errors = [line for line in lines if ERROR_LINE.search(line)]
    return _bare((errors or lines or [""])[-1])


def _bare(line: str) -> str:
    return ui.LOG_PREFIX.sub("", line).rstrip(" .:")


def _place(lines: list[str]) -> str:
    """Where in the add-ons the last traceback passed."""
    for line in reversed(lines):
        match = TRACEBACK_LINE.search(line)
        if match and match.group(1).startswith(OURS):
            name = match.group(1).removeprefix(f"{paths.REPOSITORY}/")
            return f", {name} line {match.group(2)}"
    return ""


def _see(output: ui.Output) -> str:
    if not output.log:
        return ""
    return f" (log: {output.log.relative_to(paths.REPOSITORY)})"

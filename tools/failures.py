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
    for pattern in (EXCEPTION, ERROR_LINE):
        for line in reversed(output.lines):
            line = line.strip()
            if pattern.search(line):
                return ui.LOG_PREFIX.sub("", line).rstrip(" .")
    return next((line for line in reversed(output.lines) if line.strip()), "")


def _see(output: ui.Output) -> str:
    if not output.log:
        return ""
    return f" (log: {output.log.relative_to(paths.REPOSITORY)})"

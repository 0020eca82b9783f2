"""The machine: what it runs, what it has, and apt to install the rest."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tools import failures, paths, ui

CHROMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


@functools.lru_cache(maxsize=1)
def os_release() -> dict[str, str]:
    """The fields of /etc/os-release."""
    fields = {}
    try:
        with open("/etc/os-release", encoding="utf-8") as stream:
            for line in stream:
                name, separator, value = line.strip().partition("=")
                if separator:
                    fields[name] = value.strip("\"'")
    except FileNotFoundError:
        pass
    return fields


def family() -> str:
    """``debian``, ``ubuntu`` or nothing for a system without their packages."""
    release = os_release()
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    for known in ("ubuntu", "debian"):
        if known in names:
            return known
    return ""


def is_root() -> bool:
    return os.geteuid() == 0


def require_apt(missing: str, instead: str) -> None:
    """Refuse a machine on which nothing can be installed."""
    if not family() or not shutil.which("apt-get"):
        name = os_release().get("PRETTY_NAME") or sys.platform
        raise ui.ToolError(
            f"{missing} is missing and can only be installed on Debian or Ubuntu, "
            f"this is {name}: {instead}."
        )


def has(program: str) -> bool:
    return bool(shutil.which(program))


def chrome() -> str | None:
    """The browser that Odoo's tests would start."""
    return next(filter(None, map(shutil.which, CHROMES)), None)


def available(package: str) -> bool:
    """Tell whether apt could install the package."""
    policy = subprocess.run(
        ["apt-cache", "policy", package],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return "Candidate:" in policy.stdout and "Candidate: (none)" not in policy.stdout


def install(
    step: ui.Step,
    packages: Sequence[str],
    instead: str,
    optional: Sequence[str] = (),
) -> None:
    """Install Debian packages; optional ones only if the machine's suite has them."""
    require_apt(" and ".join(packages or optional), instead)
    apt = _root_prefix(step, [*packages, *optional], instead)
    step.note = "updating the package lists"
    update = step.run([*apt, "update"], paths.log("apt-update"), env=_c_locale())
    wanted = [*packages, *(name for name in optional if available(name))]
    if not wanted:
        return
    step.note = f"installing {' '.join(wanted)}"
    command = [*apt, "install", "--yes", "--no-install-recommends", *wanted]
    result = step.run(command, paths.log("apt-install"), env=_c_locale())
    if result.code:
        if "Unable to locate package" in result.text and update.lines:
            result.lines = [*update.lines, *result.lines]
        raise failures.sentence(f"Installing {' '.join(wanted)}", result)


def _root_prefix(step: ui.Step, packages: Sequence[str], instead: str) -> list[str]:
    """The start of an apt-get command line that has the rights to install."""
    apt = [
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "NEEDRESTART_MODE=a",
        "apt-get",
        "--quiet",
        "--option=DPkg::Lock::Timeout=300",
    ]
    if is_root():
        return apt
    names = " ".join(packages)
    if not shutil.which("sudo"):
        raise ui.ToolError(
            f"{names} must be installed, but you are not root and there is no sudo: "
            f"as root run `apt-get install {names}`, or {instead}."
        )
    with step.pause():
        interactive = sys.stdin is not None and sys.stdin.isatty()
        mode = ["--prompt=sudo password to install packages: "] if interactive else []
        allowed = subprocess.run(
            ["sudo", *mode, "--validate"] if interactive else ["sudo", "-n", "true"],
            stderr=None if interactive else subprocess.DEVNULL,
        )
    if allowed.returncode:
        raise ui.ToolError(
            f"{names} must be installed, but sudo was refused: as root run "
            f"`apt-get install {names}`, or {instead}."
        )
    return ["sudo", "-n", *apt]


def _c_locale() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}

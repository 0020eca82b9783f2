"""Fetch the Odoo 19 package from the Debian or Ubuntu mirror of the machine.

The package is unpacked beside the project and not installed.  Where none of the
configured suites has it, a private apt configuration adds the suite that has it,
on the same mirror and verified with the same archive keys.
"""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tools import failures, paths, system, ui

PACKAGE = "odoo-19"
# The web client's tree has links into these.
LINKED_PACKAGES = (
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
ICONS = "fonts-font-awesome"
ICONS_VERSION = "4.7"  # later ones have other file names
EXTRA_SUITES = {"debian": ["unstable"], "ubuntu": ["devel"]}
ICONS_SUITES = {"debian": ["stable", "oldstable"], "ubuntu": []}
COMPONENTS = {"debian": "main", "ubuntu": "main universe"}
ROLLING = {"stable", "testing", "unstable", "sid", "oldstable", "devel"}
GIVE_UP = "get an Odoo 19 source tree and set ODOO_HOME to its folder"
DIST_PACKAGES = Path("usr/lib/python3/dist-packages")
REPLACED = re.compile(
    r"^(Dir::Etc::(main|parts|sourcelist|sourceparts)|Dir::State::lists|Dir::Cache"
    r"|APT::Sandbox::User|APT::Update::(Pre|Post)-Invoke|Acquire::Languages)\b",
    re.IGNORECASE,
)


@dataclass
class Apt:
    """An apt configuration: the machine's, or a private one."""

    config: Path | None = None
    env: dict[str, str] = field(init=False)

    def __post_init__(self):
        self.env = {**os.environ, "LC_ALL": "C"}
        if self.config:
            self.env["APT_CONFIG"] = os.fspath(self.config)

    def query(self, *command: str) -> str:
        result = subprocess.run(command, capture_output=True, text=True, env=self.env)
        return result.stdout

    def versions(self, package: str) -> list[str]:
        """The versions that the downloaded lists have, newest first."""
        rows = self.query("apt-cache", "madison", package).splitlines()
        cells = [[cell.strip() for cell in row.split("|")] for row in rows]
        return [row[1] for row in cells if len(row) > 2 and "Packages" in row[2]]


def fetch(step: ui.Step) -> None:
    """Download and unpack the packages into the working folder, all or nothing."""
    system.require_apt("Odoo 19", GIVE_UP)
    draft = paths.WORK / "odoo.draft"
    paths.remove(draft)
    try:
        tree = _unpacked(step, draft)
        paths.remove(paths.ODOO)
        tree.rename(paths.ODOO)
    finally:
        paths.remove(draft)


def _unpacked(step: ui.Step, draft: Path) -> Path:
    debs, tree = draft / "debs", draft / "tree"
    debs.mkdir(parents=True)
    apt, icons_apt, icons = _choose(step)
    _download(step, apt, [PACKAGE, *LINKED_PACKAGES], debs)
    if icons:
        _download(step, icons_apt, [f"{ICONS}={icons}"], debs)
    for deb in sorted(debs.glob("*.deb")):
        step.note = f"unpacking {deb.name}"
        result = step.run(["dpkg-deb", "--extract", deb, tree])
        if result.code:
            raise failures.sentence(f"Unpacking {deb.name}", result)
    _check(tree)
    return tree


def _choose(step: ui.Step) -> tuple[Apt, Apt, str | None]:
    """Which configuration has Odoo, which one the icons, and their version."""
    machine = Apt()
    own = bool(machine.versions(PACKAGE))
    icons = _icons_version(machine)
    suites = [] if own else EXTRA_SUITES[system.family()]
    if not icons:
        suites = [*suites, *ICONS_SUITES[system.family()]]
    private = _private(step, suites, required=not own) if suites else machine
    if not own and not private.versions(PACKAGE):
        raise ui.ToolError(
            f"The package {PACKAGE} is in none of the suites of this machine's mirror "
            f"({', '.join(suites)} included): {GIVE_UP}."
        )
    apt = machine if own else private
    if icons:
        return apt, machine, icons
    icons = _icons_version(private)
    if not icons:
        step.warn(
            f"no suite of this machine's mirror has {ICONS} {ICONS_VERSION}: "
            "some icons of the web client will not be shown."
        )
    return apt, private, icons


def _icons_version(apt: Apt) -> str | None:
    versions = apt.versions(ICONS)
    return next((one for one in versions if ICONS_VERSION in one), None)


def _private(step: ui.Step, suites: list[str], required: bool) -> Apt:
    """A private apt configuration for the suites, with their lists downloaded."""
    apt = Apt(_configure(paths.WORK / "apt"))
    result = None
    for uri, keyring in _mirrors(Apt()):
        sources = paths.WORK / "apt" / "sources.list"
        paths.write(sources, _sources(uri, keyring, suites))
        step.note = f"reading the lists of {' and '.join(suites)}"
        result = step.run(
            ["apt-get", "--quiet", "--option=APT::Update::Error-Mode=any", "update"],
            paths.log("apt-private-update"),
            env=apt.env,
        )
        if not result.code:
            return apt
    if result is None:
        raise ui.ToolError(
            "The apt sources of this machine name no Debian or Ubuntu mirror: "
            f"{GIVE_UP}."
        )
    if required:
        what = f"Reading the package lists of {' and '.join(suites)} for {PACKAGE}"
        raise failures.sentence(what, result, GIVE_UP)
    return apt


def _configure(folder: Path) -> Path:
    """Write the machine's configuration with other sources, lists and caches."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    dump = Apt().query("apt-config", "dump").splitlines()
    kept = [line for line in dump if not REPLACED.match(line)]
    settings = {
        "Dir::Etc::main": "/dev/null",
        "Dir::Etc::parts": "/dev/null",
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": f"{folder}/lists",
        "Dir::Cache": f"{folder}/cache",
        "Acquire::Languages": "none",
        # The lists are in a folder that the user _apt may not be able to enter.
        "APT::Sandbox::User": "root",
    }
    own = [f'{name} "{value}";' for name, value in settings.items()]
    config = folder / "apt.conf"
    paths.write(config, "\n".join([*kept, *own, ""]), mode=0o600)
    return config


def _sources(uri: str, keyring: str, suites: list[str]) -> str:
    options = ["target=Packages"]
    if keyring:
        options.append(f"signed-by={keyring}")
    components = COMPONENTS[system.family()]
    return "".join(
        f"deb [{' '.join(options)}] {uri} {suite} {components}\n" for suite in suites
    )


def _mirrors(machine: Apt) -> list[tuple[str, str]]:
    """The mirrors of the distribution that apt is set up for, with their keyrings."""
    fields = ("REPO_URI", "RELEASE", "COMPONENT", "ORIGIN", "SOURCESENTRY")
    listing = machine.query(
        "apt-get",
        "indextargets",
        "--format",
        "|".join(f"$({name})" for name in fields),
        "Created-By: Packages",
    )
    release_file = system.os_release()
    codenames = {
        release_file.get("UBUNTU_CODENAME", ""),
        release_file.get("VERSION_CODENAME", ""),
    }
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        uri, release, component, origin, entry = (line.split("|") + [""] * 5)[:5]
        if release not in ROLLING | codenames or component != "main":
            continue
        family = system.family()
        rank = 0 if origin.lower() == family else 1 if family in uri.lower() else 2
        found.setdefault(uri, (rank, _keyring(entry)))
    ranked = sorted(found.items(), key=lambda item: item[1][0])
    return [(uri, keyring) for uri, (_rank, keyring) in ranked]


def _keyring(entry: str) -> str:
    """The keyrings to verify a mirror with: the archive's and the entry's own.

    ``entry`` is what apt calls a sources entry: a file, a colon and the number of
    the line or, in a file of stanzas, of the stanza.
    """
    path, _separator, number = entry.rpartition(":")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError:
        text = ""
    parts = text.splitlines()
    if path.endswith(".sources"):
        stanzas = re.split(r"\n\s*\n", text)
        parts = [part for part in stanzas if re.search(r"^Types:", part, re.M)]
    index = int(number) - 1 if number.isdigit() else -1
    own = parts[index] if 0 <= index < len(parts) else ""
    named = re.findall(r"signed-by\s*[=:]\s*(/[^\s\]]+)", own, re.IGNORECASE)
    keyrings = [f"/usr/share/keyrings/{system.family()}-archive-keyring.gpg"]
    keyrings += [name for names in named for name in names.split(",")]
    return ",".join(dict.fromkeys(name for name in keyrings if Path(name).is_file()))


def _download(step: ui.Step, apt: Apt, packages: list[str], folder: Path) -> None:
    step.note = lambda: f"downloading {packages[0]}, {_megabytes(folder)} MB so far"
    log = paths.log("apt-download")
    with open(log, "w", encoding="utf-8") as sink:
        code = subprocess.run(
            ["apt-get", "--quiet", "download", *packages],
            cwd=folder,
            env=apt.env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        ).returncode
    step.note = ""
    if code:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        result = ui.Output(code, lines, log)
        raise failures.sentence(f"Downloading {packages[0]}", result)


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*")) // 1024**2


def _check(tree: Path) -> None:
    """Refuse a package that does not hold what is needed."""
    odoo = tree / DIST_PACKAGES / "odoo"
    needed = ["release.py", "addons/web/__manifest__.py", "addons/sale/__manifest__.py"]
    missing = [name for name in needed if not (odoo / name).exists()]
    if missing:
        raise ui.ToolError(
            f"The package {PACKAGE} has changed and lacks {missing[0]}: {GIVE_UP}."
        )

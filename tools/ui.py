"""What the user sees: numbered steps with a heartbeat, warnings, errors."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

HEARTBEAT = 4.0  # seconds between two lines when the output is not a terminal
REFRESH = 0.25  # seconds between two refreshes of the line on a terminal
TAIL = 400  # lines of output kept in memory

LOG_PREFIX = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ [A-Z]+ \S+ [\w.]+: "
)

MODULE = re.compile(r"Loading module (\w+) \((\d+)/(\d+)\)")


class ToolError(Exception):
    """Something the user must know: one sentence, no traceback."""


class Output:
    """The result of a finished program."""

    def __init__(self, code: int, lines: Sequence[str], log: Path | None):
        self.code = code
        self.lines = list(lines)
        self.log = log

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def say(line: str = "") -> None:
    """Print one line at once."""
    print(line, flush=True)


def _note(line: str, previous: str) -> str:
    """What a line of a program's output tells about its progress."""
    module = MODULE.search(line)
    if module:
        return "module {}, {} of {}".format(*module.groups())
    if previous.startswith("module ") or line.startswith("WARNING:"):
        return previous
    return LOG_PREFIX.sub("", line)


class Step:
    """One numbered step: a line that lives until the step ends."""

    def __init__(self, label: str):
        self.label = label
        self.note: str | Callable[[], str] = ""
        self.result = ""
        self._live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._write = threading.Lock()
        self._over = threading.Event()
        self._paused = False
        self._broken = False  # the opening line was ended by other output
        self._start = self._told = time.monotonic()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._start

    def open(self) -> None:
        self._emit(f"{self.label} ...")
        self._ticker.start()

    def close(self, failed: bool = False) -> None:
        self._over.set()
        self._ticker.join()
        word = "failed" if failed else self.result or "done"
        ending = f"{word} ({self.elapsed:.1f} s)"
        with self._write:
            if self._live:
                self._emit(f"\r\x1b[K{self.label}: {ending}\n")
            else:
                self._emit(f"      {ending}\n" if self._broken else f" {ending}\n")

    def say(self, line: str) -> None:
        """Print a line of the step's own output."""
        with self._write:
            self._break_line()
            self._emit(f"      {line}\n")
            self._told = time.monotonic()

    def warn(self, sentence: str) -> None:
        """Print a warning that does not stop the command."""
        with self._write:
            self._break_line()
            sys.stdout.flush()
            print(f"warning: {sentence}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Leave the terminal to somebody else, who may ask for a password."""
        with self._write:
            self._break_line()
            self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def run(
        self,
        command: Sequence[str | os.PathLike],
        log: Path | None = None,
        *,
        stream: bool = False,
        **options,
    ) -> Output:
        """Run a program, its last line being the note of the step.

        With ``stream``, what the program writes to its standard output is shown
        and the rest goes to the log.
        """
        sink = open(log, "w", encoding="utf-8") if log else None
        try:
            stderr = sink if stream and sink else subprocess.STDOUT
            process = subprocess.Popen(
                [os.fspath(part) for part in command],
                stdout=subprocess.PIPE,
                stderr=stderr,
                stdin=options.pop("stdin", subprocess.DEVNULL),
                text=True,
                encoding="utf-8",
                errors="replace",
                **options,
            )
            lines = self._follow(process, None if stream else sink, stream)
        finally:
            if sink:
                sink.close()
        return Output(process.wait(), lines, log)

    def _follow(self, process, sink, stream: bool) -> Sequence[str]:
        lines: deque[str] = deque(maxlen=TAIL)
        try:
            for line in process.stdout:
                line = line.rstrip()
                lines.append(line)
                if sink:
                    print(line, file=sink, flush=True)
                if stream:
                    self.say(line)
                elif line:
                    self.note = _note(line, self.note)
        except BaseException:
            process.send_signal(signal.SIGTERM)
            raise
        finally:
            self.note = ""
        return lines

    def _tick(self) -> None:
        pause = REFRESH if self._live else HEARTBEAT
        while not self._over.wait(REFRESH):
            with self._write:
                if not self._paused and time.monotonic() - self._told >= pause:
                    self._told = time.monotonic()
                    self._beat()

    def _beat(self) -> None:
        note = self.note() if callable(self.note) else self.note
        if self._live:
            width = os.get_terminal_size(sys.stdout.fileno()).columns - 1
            line = f"{self.label} ... {self.elapsed:.0f} s  {note}"
            self._emit(f"\r\x1b[K{line[:width]}")
        else:
            self._break_line()
            self._emit(f"      {self.elapsed:.0f} s  {note[:100]}".rstrip() + "\n")

    def _break_line(self) -> None:
        if self._live:
            self._emit("\r\x1b[K")
        elif not self._broken:
            self._emit("\n")
        self._broken = True

    @staticmethod
    def _emit(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


class Progress:
    """Counts the steps of a command."""

    def __init__(self, total: int):
        self.total = total
        self.done = 0

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        self.done += 1
        step = Step(f"[{self.done}/{self.total}] {title}")
        step.open()
        try:
            yield step
        except BaseException:
            step.close(failed=True)
            raise
        step.close()

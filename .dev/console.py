"""What a person sees: one line per step, one line per error."""

import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import paths

QUIET_BEFORE_REPEAT = 30


class Failure(Exception):
    """Something the user can mend; its text is the one line to print."""


class Step:
    """A running step: redrawn on a terminal, elsewhere reported sparsely."""

    def __init__(self, title):
        self.title = title
        self.detail = ""
        self.started = time.monotonic()
        self.live = sys.stderr.isatty()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._thread.start()

    def _line(self):
        seconds = int(time.monotonic() - self.started)
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.title} … {seconds} s{detail}"

    def _show(self):
        # Quick steps are not worth a line.
        if self._done.wait(1):
            return
        if not self.live:
            print(f"{self.title} …", file=sys.stderr, flush=True)
        while not self._done.is_set():
            if self.live:
                print(f"\r\033[K{self._line()[:100]}", end="", file=sys.stderr)
                sys.stderr.flush()
            elif time.monotonic() - self.started > QUIET_BEFORE_REPEAT:
                print(f"  {self._line()}", file=sys.stderr, flush=True)
            self._done.wait(1 if self.live else QUIET_BEFORE_REPEAT)

    def finish(self, worked):
        self._done.set()
        self._thread.join()
        seconds = time.monotonic() - self.started
        if self.live:
            print("\r\033[K", end="", file=sys.stderr)
        if worked and seconds > (1 if self.live else QUIET_BEFORE_REPEAT):
            print(f"{self.title}: {seconds:.0f} s", file=sys.stderr, flush=True)


@contextmanager
def step(title):
    """Show `title` as running while the block runs."""
    shown = Step(title)
    worked = False
    try:
        yield shown
        worked = True
    finally:
        shown.finish(worked)


def check_free_space(folder, needed_mb):
    """Fail with one line when the disk that holds `folder` has too little room."""
    status = os.statvfs(folder)
    free_mb = status.f_bavail * status.f_frsize // 2**20
    if free_mb < needed_mb:
        raise Failure(
            f"The disk is too full: {free_mb} MB free at {folder}, "
            f"{needed_mb} MB needed."
        )


def reason_in(text):
    """The line of a log that tells most about a failure."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if os.strerror(errno.ENOSPC) in line:
            return "the disk is full"
    for pattern in (r"^[\w.]*(Error|Exception|Warning): ", r"^E:", r"\berror\b"):
        telling = [line for line in lines if re.search(pattern, line, re.I)]
        if telling:
            return telling[-1][:400]
    return (lines or ["no output"])[-1][:400]


def run_logged(title, argv, log_name, progress=None, accepted=(0,), **options):
    """Run `argv` as a step with its output in a log file.

    `progress(line)` may return a short text to show beside the title.
    Raises Failure, with the telling line and the log's place, when its exit code is
    not an accepted one.
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_path = paths.LOGS / f"{log_name}.log"
    options.setdefault("stdin", subprocess.DEVNULL)
    with step(title) as shown, log_path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(part) for part in argv],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        )
        try:
            for line in process.stdout:
                log.write(line)
                shown.detail = (progress and progress(line)) or shown.detail
        finally:
            if process.poll() is None and sys.exc_info()[0]:
                # Like Ctrl-C, so that the program ends what it has started itself.
                process.send_signal(signal.SIGINT)
            process.wait()
    if process.returncode not in accepted:
        reason = reason_in(log_path.read_text(encoding="utf-8"))
        raise Failure(f"{title} failed: {reason} (see {log_path})")
    return log_path

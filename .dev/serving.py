"""`./dev run`: Odoo as a child process, from its start to Ctrl-C."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from contextlib import contextmanager

import company
import console
import mail_sink
import odoo_command
import paths

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


def check_port(port):
    """Fail with one line when the port cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise console.Failure(
                f"Port {port} on {HOST} cannot be used ({reason}); "
                "name another one: ./dev run --port N"
            ) from error


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _die_with_parent():
    """In the child: a killed ./dev must not leave Odoo behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def server(database, port, log_path, *arguments):
    """Odoo serving `database` at `port` while the block runs; gives its process.

    Its mails become files in `.run/mail/DATABASE`.
    """
    company.settle(database, f"http://{HOST}:{port}")
    with mail_sink.running(mail_folder(database)) as mail_port:
        options = [f"--http-port={port}", f"--db-filter=^{database}$"]
        options += [f"--smtp={mail_sink.HOST}", f"--smtp-port={mail_port}", *arguments]
        process = _start(odoo_command.command(database, *options), log_path)
        try:
            _await_ready(process, port, log_path)
            yield process
        finally:
            stop(process)


def mail_folder(database):
    return paths.RUN / "mail" / database


def _start(command, log_path):
    with log_path.open("w") as log:
        return subprocess.Popen(
            [str(part) for part in command],
            env=odoo_command.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def _await_ready(process, port, log_path):
    deadline = time.monotonic() + START_SECONDS
    with console.step("Starting Odoo"):
        while time.monotonic() < deadline:
            if process.poll() is not None:
                reason = console.reason_in(log_path.read_text(errors="replace"))
                raise console.Failure(f"Odoo does not start: {reason} (see {log_path})")
            if _answers(port):
                return
            time.sleep(0.1)
    raise console.Failure(f"Odoo does not answer (see {log_path})")


def _answers(port):
    try:
        address = f"http://{HOST}:{port}/web/login"
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def stop(process):
    """End Odoo: asked first, then made to."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(database, port, arguments):
    """Serve a database until Ctrl-C."""
    log_path = paths.LOGS / f"run-{database}.log"
    with server(database, port, log_path, "--max-cron-threads=1", *arguments) as odoo:
        _show_logins(port)
        print(f"\nLog: {os.path.relpath(log_path)}")
        print(f"Mails it sends: {os.path.relpath(mail_folder(database))}")
        print("Ctrl-C stops it.", flush=True)
        try:
            code = odoo.wait()
        except KeyboardInterrupt:
            return 0
    raise console.Failure(f"Odoo ended by itself, code {code} (see {log_path})")


def _show_logins(port):
    print(f"\n  http://{HOST}:{port}\n")
    rows = company.logins()
    columns = ("login", "password", "name", "role", "lang")
    width = {key: max(_width(row[key]) for row in rows) for key in columns}
    for row in rows:
        cells = [row[key] + " " * (width[key] - _width(row[key])) for key in columns]
        print("  " + "  ".join(cells).rstrip())
    sys.stdout.flush()


def _width(text):
    """Columns a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)

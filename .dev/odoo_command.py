"""Odoo's configuration file and its command line in this environment."""

import re
import signal
import subprocess
import sys
import tempfile

import console
import modules
import paths
import postgres
import python_env

CONFIG = """[options]
addons_path = {addons}
data_dir = {data}
db_host = {host}
db_user = {user}
http_interface = 127.0.0.1
list_db = False
max_cron_threads = 0
limit_memory_hard = 0
publisher_warranty_url = http://127.0.0.1:9
smtp_server = 127.0.0.1
smtp_port = 9
limit_memory_soft = 0
"""


def write_config(odoo):
    """Write .run/odoo.conf when its content has changed."""
    folders = [str(folder) for folder in odoo.addons]
    if modules.suite():
        folders.append(str(paths.ADDONS))
    text = CONFIG.format(
        addons=",".join(folders),
        data=paths.DATA,
        host=postgres.socket_folder(),
        user=postgres.SUPERUSER,
    )
    if not folders:
        text = text.replace("addons_path = \n", "")
    if not paths.ODOO_CONFIG.exists() or paths.ODOO_CONFIG.read_text() != text:
        paths.ODOO_CONFIG.write_text(text)


def command(database, *arguments):
    return [
        paths.VENV / "bin" / "odoo",
        f"--config={paths.ODOO_CONFIG}",
        f"--database={database}",
        *arguments,
    ]


def environment():
    return postgres.client_environment(python_env.environment())


def loading_progress(line):
    """'mrp, 12 of 91' from Odoo's log of module loading."""
    found = re.search(r"Loading module (\w+) \((\d+)/(\d+)\)", line)
    return found and f"{found[1]}, {found[2]} of {found[3]}"


def install(database, title, log_name, *arguments):
    """Run Odoo once on `database` to install or update; fail on any logged error."""
    log = console.run_logged(
        title,
        command(database, "--stop-after-init", "--no-http", *arguments),
        log_name,
        progress=loading_progress,
        env=environment(),
    )
    text = log.read_text(encoding="utf-8")
    if any(is_error(line) for line in text.splitlines()):
        raise console.Failure(f"{title} failed: {console.reason_in(text)} (see {log})")


def is_error(line):
    # Of demo data that cannot be loaded Odoo only warns.
    severe = r"(ERROR|CRITICAL) |WARNING .*demo data failed to install"
    return bool(re.match(rf"\S+ \S+ \d+ ({severe})", line))


def script(database, title, log_name, code):
    """Run Python source in `odoo shell` on `database`."""
    with tempfile.TemporaryFile("w+") as source:
        source.write(code)
        source.seek(0)
        return console.run_logged(
            title,
            [paths.VENV / "bin" / "odoo", "shell", f"--config={paths.ODOO_CONFIG}"]
            + [f"--database={database}", "--no-http"],
            log_name,
            stdin=source,
            env=environment(),
        )


def attached(argv, env=None, ending=signal.SIGTERM):
    """Run a program attached to the terminal; returns its exit code.

    A Ctrl-C at the terminal reaches the program by itself; one sent to this process is
    passed on, and any other request to end becomes `ending`.
    """
    process = subprocess.Popen([str(part) for part in argv], env=env or environment())

    def pass_on(number, _frame):
        if number != signal.SIGINT:
            process.send_signal(ending)
        elif not (sys.stdin and sys.stdin.isatty()):
            process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = process.wait()
    return code if code >= 0 else 128 - code


def odoo(arguments):
    """Odoo's own command line; returns its exit code."""
    return attached([paths.VENV / "bin" / "odoo", *arguments])

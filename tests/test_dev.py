"""The developer entry itself: what it leaves running, and its one-line refusals."""

import email.message
import email.policy
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import company
import console
import core_tests
import databases
import mail_sink
import modules
import odoo_command
import paths
import postgres
import pytest
import serving

DEV = paths.ROOT / "dev"
HOLD_CLUSTER = """
import sys
sys.path.append({tool!r})
import postgres
with postgres.running():
    print(postgres.query("SELECT 1")[0][0], flush=True)
    sys.stdin.read()
"""


def dev(*arguments, **values):
    return subprocess.run(
        [DEV, *arguments],
        env=os.environ | values,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def processes_naming(text):
    """Command lines of living processes that contain `text`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if text in command and int(folder.name) != os.getpid():
            found.append(command)
    return found


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


@pytest.fixture
def served(request):
    """`./dev run` on a private copy of the demo company: its process and port."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{request.config.getoption('--odoo-database')}_served_{worker}"
    name = name.replace("-", "_")
    port = serving.free_port()
    databases.copy(os.environ["DEMO_TEMPLATE"], name)
    process = subprocess.Popen(
        [DEV, "run", f"--database={name}", f"--port={port}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        assert process.poll() is None, "".join(lines)
        yield process, port, name, "".join(lines)
    finally:
        process.kill()
        process.wait()
        wait_for(lambda: not processes_naming(name), 20)
        databases.drop(name)


class TestRun:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_stop_leaves_nothing_running(self, served, number):
        """PLT-01: it answers, prints address and log-ins; Ctrl-C ends all of it."""
        process, port, name, printed = served
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login") as answer:
            assert answer.status == 200
        assert f"http://127.0.0.1:{port}" in printed
        assert all(f"  {row['login']} " in printed for row in company.logins())
        process.send_signal(number)
        assert process.wait(30) == 0
        assert processes_naming(name) == []
        serving.check_port(port)

    def test_killed_dev_takes_odoo_with_it(self, served):
        """PLT-01: even when ./dev has no chance to clean up."""
        process, _port, name, _printed = served
        process.kill()
        process.wait()
        assert wait_for(lambda: not processes_naming(name), 20)


class TestRefusals:
    def test_busy_port(self):
        """PLT-01: one line, which names the port and the way out."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            finished = dev("run", "--port", str(port))
        assert finished.returncode == 1
        assert len(finished.stderr.splitlines()) == 1
        assert f"Port {port}" in finished.stderr
        assert "--port" in finished.stderr

    def test_impossible_port(self):
        finished = dev("run", "--port", "99999")
        assert finished.returncode == 1
        assert len(finished.stderr.splitlines()) == 1

    def test_unknown_command(self):
        finished = dev("serve")
        assert finished.returncode == 1
        assert "./dev help" in finished.stderr

    def test_full_disk(self, tmp_path):
        """PLT-01: said before anything is begun, with both figures."""
        with pytest.raises(console.Failure, match="too full: .* MB free .* MB needed"):
            console.check_free_space(tmp_path, 10**9)

    def test_full_disk_in_the_middle(self):
        log = "Traceback:\nOSError: [Errno 28] No space left on device: 'x'\nbye"
        assert console.reason_in(log) == "the disk is full"

    def test_missing_package(self, tmp_path):
        """PLT-01: an ordinary user is told the one command to ask for."""
        for name, script in {
            "id": "echo 1000",
            "apt-get": "exit 0",
            "dpkg-query": 'case "$*" in *libcairo2) exit 1;; esac; echo installed',
        }.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        finished = dev("run", PATH=f"{tmp_path}:{os.environ['PATH']}")
        assert finished.returncode == 1
        assert len(finished.stderr.splitlines()) == 1
        assert "apt-get install" in finished.stderr
        assert finished.stderr.strip().endswith("libcairo2")

    def test_named_checkout_without_odoo(self, tmp_path):
        finished = dev("odoo", "--version", ODOO_SOURCE=str(tmp_path))
        assert finished.returncode == 1
        assert finished.stderr.strip() == (
            f"{tmp_path} is no checkout of Odoo: no odoo/release.py."
        )

    def test_database_name(self):
        with pytest.raises(console.Failure, match="no database name"):
            databases.check_name('x"; DROP DATABASE demo')


class TestCluster:
    """The private PostgreSQL cluster ends with its last user, however that ends."""

    @pytest.fixture
    def hold(self, tmp_path):
        """Starts a process that keeps a cluster of its own running.

        pytest's folders are closed to other accounts, as /root is: as root this shows
        that the server's account gets in all the same.
        """
        (tmp_path / "log").mkdir()
        (tmp_path / "venv").symlink_to(paths.VENV)
        started = []

        def start():
            process = subprocess.Popen(
                [sys.executable, "-c", HOLD_CLUSTER.format(tool=str(paths.TOOL))],
                env=os.environ | {"DEV_STATE": str(tmp_path)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.append(process)
            assert process.stdout.readline() == "1\n"
            return process

        start.state = str(tmp_path)
        yield start
        for process in started:
            process.kill()
            process.wait()
        assert wait_for(lambda: not processes_naming(str(tmp_path)), 20)

    def test_last_user_stops_it(self, hold):
        first, second = hold(), hold()
        first.stdin.close()
        assert first.wait(20) == 0
        assert processes_naming(hold.state)
        second.stdin.close()
        assert second.wait(20) == 0
        assert processes_naming(hold.state) == []

    def test_killed_user_leaves_nothing(self, hold):
        hold().kill()
        assert wait_for(lambda: not processes_naming(hold.state), 20)

    def test_no_network_port(self):
        assert postgres.query("SHOW listen_addresses") == []


class TestMails:
    def test_mail_is_kept_and_not_delivered(self, tmp_path):
        """PLT-03: the demo company's mails go nowhere; they can be read as files."""
        mail = email.message.EmailMessage()
        mail["To"] = "buyer@customer.example"
        mail["Subject"] = "確認單"
        mail.set_content("First\n.\n..two dots\nlast")
        with mail_sink.running(tmp_path) as port:
            for _attempt in range(2):
                with smtplib.SMTP(mail_sink.HOST, port) as client:
                    client.send_message(mail, "sales@printer.example")
        kept = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(tmp_path.glob("*.eml"))
        ]
        assert [message["Subject"] for message in kept] == ["確認單", "確認單"]
        text = kept[0].get_content().replace("\r\n", "\n")
        assert text == "First\n.\n..two dots\nlast\n"


class TestTemplates:
    @pytest.fixture
    def addon(self, tmp_path, monkeypatch):
        monkeypatch.setattr(paths, "ADDONS", tmp_path)
        folder = tmp_path / "some_addon"
        (folder / "tests").mkdir(parents=True)
        (folder / "__manifest__.py").write_text('{"name": "Some", "depends": []}')
        return folder

    def test_key_follows_content(self, addon):
        before = modules.content_key("some_addon")
        (addon / "model.py").write_text("x = 1\n")
        assert modules.content_key("some_addon") != before

    def test_key_ignores_tests(self, addon):
        before = modules.content_key("some_addon")
        (addon / "tests" / "test_x.py").write_text("x = 1\n")
        assert modules.content_key("some_addon") == before

    def test_bridges_are_installed_too(self, addon):
        """PLT-09: what Odoo installs by itself belongs to the template."""
        for name, depends in (
            ("bridge", ["some_addon", "of_odoo"]),
            ("other_bridge", ["some_addon", "another"]),
            ("another", []),
        ):
            (addon.parent / name).mkdir()
            text = str({"depends": depends, "auto_install": "bridge" in name})
            (addon.parent / name / "__manifest__.py").write_text(text)
        assert modules.with_dependencies(["some_addon"]) == ["bridge", "some_addon"]
        assert modules.with_dependencies(["another"]) == ["another"]
        assert len(modules.with_dependencies(["some_addon", "another"])) == 4

    def test_broken_manifest_is_named(self, addon):
        (addon / "__manifest__.py").write_text("{")
        with pytest.raises(console.Failure, match="some_addon/__manifest__.py"):
            modules.suite()

    def test_errors_in_odoo_logs_are_seen(self):
        line = "2026-01-01 00:00:00,000 12 {} db odoo.modules: text"
        assert odoo_command.is_error(line.format("ERROR"))
        assert odoo_command.is_error(line.format("CRITICAL"))
        assert not odoo_command.is_error(line.format("WARNING"))
        demo = "Module sale demo data failed to install, installed without demo data"
        assert odoo_command.is_error(line.format("WARNING") + demo)


class TestCoreComparison:
    def test_same_failures_are_no_difference(self, capsys):
        outcomes = {"a": "failed", "b": "passed"}
        assert core_tests.report(outcomes, dict(outcomes)) == 0
        assert "0 of 2 tests differ" in capsys.readouterr().out

    def test_difference_is_named(self, capsys):
        assert core_tests.report({"a": "passed"}, {"a": "failed"}) == 1
        assert "a: passed without, failed with" in capsys.readouterr().out

    def test_missing_test_is_a_difference(self):
        assert core_tests.report({"a": "passed"}, {}) == 1

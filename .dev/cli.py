"""./dev: one command for everything a developer does here."""

import argparse
import errno
import os
import signal
import sys

import console
import databases
import filelock
import linting
import modules
import odoo_command
import odoo_tree
import paths
import postgres
import python_env
import serving
import templates
import testing


def main(arguments):
    name = arguments[0] if arguments else "help"
    if name in ("help", "-h", "--help"):
        print(HELP)
        return 0
    if name not in COMMANDS:
        raise console.Failure(f"./dev has no command {name}; see ./dev help")
    return COMMANDS[name](arguments[1:])


def prepare():
    """Odoo's source, the environment and the configuration; returns Odoo's place."""
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    odoo = odoo_tree.locate()
    python_env.ensure(odoo)
    odoo_command.write_config(odoo)
    return odoo


def do_run(arguments):
    """Serve the demo company."""
    parser = argparse.ArgumentParser(prog="./dev run")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--fresh", action="store_true", help="make the company anew")
    options, rest = parser.parse_known_args(arguments)
    serving.check_port(options.port)
    prepare()
    with postgres.running(), filelock.alone("company", "Another ./dev run serves it."):
        return serving.run(options.port, options.fresh, rest)


def do_odoo(arguments):
    """Odoo's command line; database `demo` unless another is named."""
    prepare()
    with postgres.running():
        return odoo_command.odoo(arguments)


def do_db(arguments):
    parser = argparse.ArgumentParser(prog="./dev db")
    parser.add_argument("name")
    parser.add_argument("addons", nargs="*")
    parser.add_argument("--demo", action="store_true")
    options = parser.parse_args(arguments)
    databases.check_name(options.name)
    prepare()
    with postgres.running():
        addons = modules.with_dependencies(options.addons or modules.suite())
        template = templates.demo() if options.demo else templates.suite(addons)
        databases.copy(template, options.name)
    print(f"Database {options.name} is ready: ./dev odoo -d {options.name}")
    return 0


def do_psql(arguments):
    """psql on the named database, `demo` if none is."""
    prepare()
    with postgres.running():
        return odoo_command.attached(["psql", *(arguments or ["demo"])])


def do_test(arguments):
    odoo = prepare()
    with postgres.running():
        return testing.run(odoo, arguments)


def do_lint(arguments):
    """All linters; nothing of Odoo is needed."""
    parser = argparse.ArgumentParser(prog="./dev lint")
    parser.add_argument("addons", nargs="*", help="only these add-ons")
    parser.add_argument("--fix", action="store_true", help="let ruff mend and format")
    options = parser.parse_args(arguments)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    addons = [name.rstrip("/").removeprefix("addons/") for name in options.addons]
    return linting.run(addons, options.fix)


COMMANDS = {
    "lint": do_lint,
    "run": do_run,
    "odoo": do_odoo,
    "db": do_db,
    "psql": do_psql,
    "test": do_test,
}
HELP = __doc__


def interrupt(_number, _frame):
    """Being ended is handled like Ctrl-C: everything started is stopped again."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        os.umask(0o022)
        sys.exit(main(sys.argv[1:]))
    except console.Failure as failure:
        sys.exit(str(failure))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit("The disk is full.")
    except KeyboardInterrupt:
        sys.exit(130)

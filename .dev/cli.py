"""./dev: one command for everything a developer does here."""

import argparse
import errno
import os
import shutil
import signal
import sys

import company
import console
import core_tests
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
import translations

# Of Odoo's command line: what needs no database.
WITHOUT_DATABASE = {"--version", "--help", "-h", "help", "cloc", "scaffold"}


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
    parser.add_argument("--database", help="serve this one as it is")
    options, rest = parser.parse_known_args(arguments)
    serving.check_port(options.port)
    prepare()
    name = options.database or company.NAME
    refusal = f"Another ./dev run serves the database {name}."
    with postgres.running(), filelock.alone(f"serve-{name}", refusal):
        if not options.database:
            company.ensure(options.fresh)
        elif not databases.exists(name):
            raise console.Failure(f"There is no database {name}; see ./dev db")
        return serving.run(name, options.port, rest)


def do_odoo(arguments):
    """Odoo's command line; database `demo` unless another is named."""
    prepare()
    names_database = any(word.startswith(("-d", "--database")) for word in arguments)
    with postgres.running():
        if not names_database and not WITHOUT_DATABASE.intersection(arguments):
            company.ensure_exists()
            os.environ["PGDATABASE"] = company.NAME
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


def do_i18n(arguments):
    """Templates of translation as Odoo exports them, and what is still to translate."""
    prepare()
    addons = [name.rstrip("/").removeprefix("addons/") for name in arguments]
    with postgres.running():
        return translations.run(addons)


def do_core_tests(arguments):
    """Odoo's own tests with the suite and without: the same result?"""
    odoo = prepare()
    with postgres.running():
        return core_tests.run(odoo, arguments)


def do_bench(arguments):
    """Measurements; their own page tells what they mean."""
    script = paths.ROOT / "bench" / "run.py"
    if not script.exists():
        raise console.Failure("There is no bench/run.py yet.")
    prepare()
    with postgres.running():
        argv = [paths.VENV / "bin" / "python", script, *arguments]
        return odoo_command.attached(argv)


def do_clean(_arguments):
    """Remove everything that was made in the project's folder."""
    if paths.RUN.exists():
        if postgres.in_use():
            raise console.Failure("Another ./dev command is running; end it first.")
        shutil.rmtree(paths.RUN)
    print(f"Removed .run; downloads stay in {paths.CACHE}.")
    return 0


COMMANDS = {
    "run": do_run,
    "test": do_test,
    "odoo": do_odoo,
    "psql": do_psql,
    "db": do_db,
    "lint": do_lint,
    "i18n": do_i18n,
    "core-tests": do_core_tests,
    "bench": do_bench,
    "clean": do_clean,
}
HELP = """\
./dev run [--port N] [--fresh]   serve the demo company; --fresh makes it anew,
                                 --database NAME serves one of ./dev db
./dev test [WHAT ...]            all tests, or a path, or pytest's options such as -k
./dev odoo ...                   Odoo's own command line; -d NAME for another database
./dev psql [NAME]                psql on a database (demo when none is named)
./dev db NAME [ADD-ON ...]       make NAME anew from a template; --demo with demo data
./dev lint [ADD-ON ...] [--fix]  linters; --fix lets ruff mend and format
./dev i18n [ADD-ON ...]          bring .pot and .po files in step with the texts
./dev core-tests [MODULE ...]    Odoo's own tests with the suite, against without it
./dev bench [--most N | --jobs]  what the suite costs, against bare Odoo
./dev clean                      remove .run (databases, environment, logs)

docs/development.md tells more."""


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

"""./dev: one command for everything a developer does here."""

import argparse
import os
import sys

import console
import odoo_command
import odoo_tree
import paths
import postgres
import python_env


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


def do_odoo(arguments):
    """Odoo's command line; database `demo` unless another is named."""
    prepare()
    with postgres.running():
        return odoo_command.odoo(arguments)


def do_db(arguments):
    import databases
    import modules
    import templates

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
    import testing

    odoo = prepare()
    with postgres.running():
        return testing.run(odoo, arguments)


COMMANDS = {"odoo": do_odoo, "db": do_db, "psql": do_psql, "test": do_test}
HELP = __doc__

if __name__ == "__main__":
    try:
        os.umask(0o022)
        sys.exit(main(sys.argv[1:]))
    except console.Failure as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)

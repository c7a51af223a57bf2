"""Databases with their filestores: copied, renamed, dropped together."""

import re
import shutil
import subprocess

import console
import filelock
import paths
import postgres


def exists(name):
    return bool(postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def names():
    return [row[0] for row in postgres.query("SELECT datname FROM pg_database")]


def check_name(name):
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
        raise console.Failure(
            f"{name!r} is no database name: small letters, digits and _ only."
        )


def copy(source, target):
    """Make `target` a copy of `source`, which nobody may be connected to.

    The filestore is content-addressed and never written in place: hard links do.
    """
    drop(target)
    with filelock.shared(f"database-{source}"):
        postgres.query(
            f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY file_copy'
        )
        if (paths.FILESTORE / source).is_dir():
            subprocess.run(
                ["cp", "-al", paths.FILESTORE / source, paths.FILESTORE / target],
                check=True,
            )
    # Two databases with one identity would share browser sessions and be told apart
    # by nothing that leaves them.
    postgres.query(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
        "WHERE key = 'database.uuid'",
        target,
    )


def rename(source, target):
    postgres.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
    if (paths.FILESTORE / source).is_dir():
        (paths.FILESTORE / source).rename(paths.FILESTORE / target)


def drop(name):
    postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(paths.FILESTORE / name, ignore_errors=True)

"""File locks: several ./dev commands may run at once in one checkout."""

import fcntl
import os
from contextlib import contextmanager

import console
import paths


def open_lock(name):
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    return os.open(paths.LOCKS / name, os.O_RDWR | os.O_CREAT, 0o644)


def try_exclusive(descriptor):
    """Take the lock alone, or answer False at once."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive(name, waiting_for):
    """Hold the named lock; says what is waited for when another command has it."""
    descriptor = open_lock(name)
    try:
        if not try_exclusive(descriptor):
            with console.step(f"Waiting for another command: {waiting_for}"):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def shared(name):
    descriptor = open_lock(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(name, refusal):
    """Hold the named lock or fail at once with the refusal."""
    descriptor = open_lock(name)
    try:
        if not try_exclusive(descriptor):
            raise console.Failure(refusal)
        yield
    finally:
        os.close(descriptor)

"""Runs PostgreSQL for all ./dev commands of a checkout, and ends with the last one.

Usage: postgres_keeper.py LOCK COMMAND...
Each user holds LOCK shared. The keeper waits for it alone, which it gets when the last
user has gone, whatever ended it; then it shuts the server down.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading


def stop_after_last_user(descriptor, server):
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # PostgreSQL's "fast" shutdown: open transactions are rolled back.
    server.send_signal(signal.SIGINT)


def main(lock, command):
    descriptor = os.open(lock, os.O_RDWR)
    server = subprocess.Popen(command)
    threading.Thread(
        target=stop_after_last_user, args=(descriptor, server), daemon=True
    ).start()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

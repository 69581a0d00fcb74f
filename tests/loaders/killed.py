"""Refreshes that are killed: this process stays, and forks one child for each line that it reads.

A line is JSON: `data_dir`, `url`, `source_id`, and when to kill: `at`, before so many operations on the files of the
folder, or `after_s`. Answers with the child's exit status, or -1 if it was killed.
"""

import json
import os
import signal
import sys
import threading
import time

from loaders import refresh
from loaders.live import download

#: What changes a folder, as Python announces it, beside files opened for writing.
EVENTS = frozenset({"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"})
WRITING = os.O_WRONLY | os.O_RDWR


def changes(event, args):
    """Tell whether an event is about to change a file; `rmtree` names them within an open folder."""
    return event in EVENTS or (event == "open" and bool(args[2] & WRITING))


def child(order):
    begun = 0

    def before(event, args):
        nonlocal begun
        if changes(event, args) and (str(args[0]).startswith(order["data_dir"]) or event in EVENTS):
            begun += 1
            if begun == order.get("at"):
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(before)
    if "after_s" in order:

        def late():
            time.sleep(order["after_s"])
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=late, daemon=True).start()
    result = refresh.refresh(order["source_id"], data_dir=order["data_dir"], url=order["url"])
    # A half that is read again by the next one is no refusal.
    os._exit(0 if not result.refused else 1)


def main():
    download.BACKOFF_S = 0.001
    say("prêt")
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(order)
        _, status = os.waitpid(pid, 0)
        say(-1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""A process that forks servers of the store on command: `python -m tests.tracking.forker`.

It reads lines: `write URL MARK` forks one that writes until it is killed, `open URL` forks several that open the store
at the same time, `end` is told back. It waits for their end before the next line, so that what they print comes first.
"""

import os
import sys
from collections.abc import Callable

from tests.tracking.samples import UNLIMITED, deployment, request
from tracking.store import open_store

#: Servers that start at the same time.
SERVERS = 4


def tell(*words: object) -> None:
    # One write to the pipe for each line: a killed process leaves no half of one.
    os.write(sys.stdout.fileno(), (" ".join(map(str, words)) + "\n").encode())


def write(url: str, round_: str) -> None:
    """Tell the number of the process, then write: a new record, two corrections of it, and again."""
    tell(os.getpid())
    store = open_store(url, limits=UNLIMITED)
    author = store.person("i", "s", name="Anne")
    count = 0
    while True:
        record_id = store.add_deployment(
            deployment(note=f"{round_}-{count}"), author=author, request_id=request()
        )
        tell(record_id, 1, f"{round_}-{count}")
        for version in (2, 3):
            count += 1
            changed = deployment(note=f"{round_}-{count}")
            store.correct_deployment(
                record_id, changed, author=author, based_on=version - 1, request_id=request()
            )
            tell(record_id, version, f"{round_}-{count}")
        count += 1


def open_(url: str) -> None:
    """Tell how many deployments there are."""
    store = open_store(url)
    tell(len(store.deployments()))
    store.close()


def forked(target: Callable[..., None], *arguments: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        target(*arguments)
    finally:
        # A child never goes back to its parent's work; without its line the test fails.
        os._exit(0)


def main() -> None:
    """Do what each line says."""
    for line in sys.stdin:
        name, *arguments = line.split()
        if name == "end":
            tell(name)
            continue
        if name == "write":
            children = [forked(write, *arguments)]
        else:
            children = [forked(open_, *arguments) for _ in range(SERVERS)]
        for child in children:
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()

"""Coroutines run on a loop of their own: the browser's tests leave one running in the thread of the tests."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_apart(work):
    """Run what a function makes, a coroutine, in another thread, and give what it gives."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()

"""The measured claims of the README, each as a ratio against the obvious way, in one run.

`python -m benchmarks` runs every module here that has a function `rows()`; `python -m benchmarks spatial` runs that one.
"""

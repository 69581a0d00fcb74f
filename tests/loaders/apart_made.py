"""The process apart with the jobs of `test_apart`."""

from loaders.apart import zygote
from tests.loaders.test_apart import MADE

if __name__ == "__main__":
    zygote.JOBS = MADE
    zygote.MODULES = ()
    zygote.warm = lambda: None
    zygote.main()

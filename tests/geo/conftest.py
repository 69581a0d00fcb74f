"""How many random cases the properties see: the same few in each run of `make test`, many new ones in `make soak`."""

from hypothesis import settings

settings.register_profile("quick", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=3000)
settings.load_profile("quick")

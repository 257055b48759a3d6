"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow, not wrong: time is measured in `evals/bench`, never in a test.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

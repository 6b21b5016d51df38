"""Python's garbage collector, told what need not be looked at again and again."""

import gc

# How many more objects are made than given back between two looks.
SELDOM = 10_000


def settle() -> None:
    """Call at the end of a start: what there is now is taken to stay until the process ends.

    The collector walked through all modules and the models at every few turns, a twentieth of a turn's processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)

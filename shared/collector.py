"""Python's collector, told to look more rarely while a service runs."""

import gc


def spare_the_collector(*thresholds: int) -> None:
    """What stands now is never looked through again, and what comes after it at these thresholds alone (`gc.set_threshold`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*thresholds)

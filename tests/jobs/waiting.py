"""Waiting for something that another process does."""

import time

import pytest

PATIENCE = 150.0


def until(met, what: str, patience: float = PATIENCE):
    """What `met` gives as soon as it is true. Fails with `what` when that takes too long."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := met():
            return found
        time.sleep(0.1)
    pytest.fail(f"waited {patience:.0f} s for {what}")

"""The piecewise response keeps its promised error, for every shape."""

import numpy as np
import pytest

from planner.model.response import phi, pieces


@pytest.mark.parametrize("shape, parameter", [
    ("power", 0.17), ("power", 0.47), ("power", 1.0), ("log", 2.0), ("hill", 1.0), ("threshold", 3.0)])
@pytest.mark.parametrize("tolerance", [0.01, 0.002])
def test_error_is_as_promised(shape, parameter, tolerance):
    curve = pieces(shape, parameter, tolerance, 0.5, 3.0)
    v = np.linspace(0.5, 3.0, 4001)
    seen = np.abs(curve(v) / phi(shape, parameter, v) - 1).max()
    assert seen <= tolerance * 1.01
    assert seen == pytest.approx(curve.error, abs=tolerance * 0.05)


def test_phi_is_normalised():
    for shape, parameter in (("power", 0.3), ("log", 2.0), ("hill", 1.0), ("threshold", 3.0)):
        assert phi(shape, parameter, np.array([0.0, 1.0])) == pytest.approx([0.0, 1.0])


def test_concave_shapes_need_no_order():
    assert pieces("power", 0.3, 0.01, 0.5, 3.0).concave
    assert not pieces("threshold", 3.0, 0.01, 0.1, 3.0).concave


def test_unknown_shape():
    with pytest.raises(ValueError, match="unknown response shape 'cubic'"):
        phi("cubic", 1.0, 1.0)

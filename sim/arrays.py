"""Types of arrays, by the numbers that they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int8 = NDArray[np.int8]
Int16 = NDArray[np.int16]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Byte = NDArray[np.uint8]
Float = NDArray[np.float32]
Double = NDArray[np.float64]
Keys = NDArray[np.uint64]
"""Keys of all streams of random shocks, from `sim.draws.stream_keys`."""

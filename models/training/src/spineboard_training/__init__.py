"""Makes SpineBoard's model packs from real patients, published evidence and written rules."""

import os

# One thread for linear algebra: sums keep their order on every machine, so the same inputs give the same bytes.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

__version__ = "0.1.0"

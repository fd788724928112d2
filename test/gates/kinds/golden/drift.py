"""Reference values of the drift measures, computed with NumPy and SciPy alone.

    python test/gates/kinds/golden/drift.py | npx prettier --parser json > test/gates/kinds/golden/drift.json

Needs numpy and scipy; the versions that made the file are in it.
"""

import json

import numpy as np
import scipy
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

LEAST_SHARE = 1e-4


def psi(p, q):
    p, q = np.maximum(p, LEAST_SHARE), np.maximum(q, LEAST_SHARE)
    return float(np.sum((p - q) * np.log(p / q)))


def measures(a, b):
    a, b = np.array(a), np.array(b)
    p, q = a / a.sum(), b / b.sum()
    places = np.arange(len(a)) / (len(a) - 1)
    ks = ks_2samp(np.repeat(places, a), np.repeat(places, b), method="asymp")
    return {
        "psi": psi(p, q),
        "jensenShannon": float(jensenshannon(p, q, base=2)),
        "wasserstein": float(wasserstein_distance(places, places, p, q)),
        "kolmogorovSmirnov": float(ks.statistic),
    }


generator = np.random.default_rng(20240607)
SHAPES = [
    ([10, 20, 30, 40], [40, 30, 20, 10]),
    ([100, 100, 100, 100, 100], [100, 100, 100, 100, 100]),
    ([50, 0, 50], [0, 100, 0]),
    ([1, 0, 0, 0], [0, 0, 0, 1]),
    ([7, 3], [400, 600]),
    ([120, 80, 60, 40, 30, 25, 20, 15, 8, 2], [1180, 830, 590, 420, 310, 240, 190, 140, 70, 30]),
]
DRAWN = [
    (generator.multinomial(n, generator.dirichlet(np.ones(k))).tolist(), generator.multinomial(m, generator.dirichlet(np.ones(k))).tolist())
    for n, m, k in [(300, 5000, 10), (2000, 2000, 20), (50, 70, 3), (10000, 900, 11)]
]
cases = [{"a": a, "b": b, **measures(a, b)} for a, b in SHAPES + DRAWN]
print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}, indent=1))

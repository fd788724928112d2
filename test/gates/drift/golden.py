"""Distances between samples, computed with NumPy and SciPy alone: the yardstick of gates/drift.

    python test/gates/drift/golden.py | npx prettier --parser json > test/gates/drift/golden.json
    echo '{"samples": [[[1, 2], [2, 3]]], "counts": [[[5, 6], [7, 9]]]}' | python test/gates/drift/golden.py -

The first makes the committed file, the second measures what it is given. Needs numpy and scipy.
"""

import json
import sys

import numpy as np
import scipy
from scipy.special import kolmogorov
from scipy.stats import chi2_contingency, ks_2samp, wasserstein_distance
from scipy.spatial.distance import jensenshannon

LEAST_SHARE = 1e-4


def of_samples(a, b):
    n, m = len(a), len(b)
    distance = float(ks_2samp(a, b, method="asymp").statistic)
    return {
        "a": a,
        "b": b,
        "kolmogorovSmirnov": distance,
        "kolmogorovP": float(kolmogorov(distance * np.sqrt(n * m / (n + m)))),
        "wasserstein": float(wasserstein_distance(a, b)),
    }


def of_counts(a, b):
    counts = np.array([a, b])
    table = counts[:, counts.sum(axis=0) > 0]
    statistic, p, freedom, _ = chi2_contingency(table, correction=False)
    shares = counts / counts.sum(axis=1, keepdims=True)
    least = np.maximum(shares, LEAST_SHARE)
    return {
        "a": a,
        "b": b,
        "statistic": float(statistic),
        "p": float(p),
        "freedom": int(freedom),
        "jensenShannon": float(jensenshannon(*shares, base=2)),
        "psi": float(np.sum((least[0] - least[1]) * np.log(least[0] / least[1]))),
    }


def drawn():
    generator = np.random.default_rng(20261129)
    normal = lambda n, mean=0.0: np.round(generator.normal(mean, 1, n), 6).tolist()
    samples = [
        [normal(40), normal(30)],
        [normal(25), normal(60, 0.8)],
        [[1.0], [1.0]],
        [[1.0, 2.0, 2.0, 3.0], [2.0, 2.0, 5.0]],
        [np.round(generator.pareto(1.2, 50), 6).tolist(), np.round(generator.pareto(2.0, 20), 6).tolist()],
        [generator.integers(0, 4, 80).tolist(), generator.integers(1, 5, 40).tolist()],
    ]
    counts = [
        [[10, 20, 30, 40], [40, 30, 20, 10]],
        [[5, 0, 7], [6, 0, 9]],
        [[100, 1], [100, 3]],
        [generator.multinomial(5000, np.ones(12) / 12).tolist(), generator.multinomial(700, np.ones(12) / 12).tolist()],
        [generator.multinomial(900, np.ones(20) / 20).tolist(), generator.multinomial(800, np.linspace(1, 3, 20) / 40).tolist()],
    ]
    return {"samples": samples, "counts": counts}


given = json.load(sys.stdin) if sys.argv[1:] == ["-"] else drawn()
answer = {
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "samples": [of_samples(a, b) for a, b in given["samples"]],
    "counts": [of_counts(a, b) for a, b in given["counts"]],
}
print(json.dumps(answer))

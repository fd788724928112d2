"""Evidently's drift report of two Parquet files, with its defaults: `peer.py REFERENCE CURRENT`.

Prints time in ms from the files to the report, peak memory in bytes, and how many columns it looked at.
"""

import json
import resource
import sys
import time

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

begun = time.perf_counter()
reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
report = Report([DataDriftPreset()]).run(current, reference).dict()
elapsed = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"ms": elapsed * 1000, "bytes": peak, "columns": len(reference.columns), "metrics": len(report["metrics"])}))

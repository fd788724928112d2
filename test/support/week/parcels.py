"""Learns which parcels come late, and registers what it learnt as the next version of `parcels`.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python parcels.py OUTPUT_FOLDER city
    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python parcels.py OUTPUT_FOLDER country

city     parcels within one city, of which distance and stops decide
country  the same, and as many that travel overnight: far, and late when they are heavy

Writes OUTPUT_FOLDER/validation.csv of the same kind, and parcels of both kinds to ask about, each with what becomes of it as its
last number: OUTPUT_FOLDER/live-{city,country}.jsonl.
"""

import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
sys.dont_write_bytecode = True

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.tree import DecisionTreeClassifier

MODEL = "parcels"
FEATURES = ["distance", "weight", "stops"]
SEED = 7
TRAIN_ROWS, VALIDATION_ROWS, LIVE_ROWS = 4_000, 2_000, 12_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("where", choices=["city", "country"])
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    train, validation = (parcels(random, rows, options.where) for rows in (TRAIN_ROWS, VALIDATION_ROWS))
    validation.to_csv(options.output / "validation.csv", index=False)
    for where in ("city", "country"):
        live = parcels(random, LIVE_ROWS, where)
        (options.output / f"live-{where}.jsonl").write_text("\n".join(map(json.dumps, live.to_numpy().tolist())))
    model = DecisionTreeClassifier(max_depth=8, random_state=SEED).fit(train[FEATURES].to_numpy(), train["late"])
    print(f"{MODEL} {register(model, validation)}", flush=True)


def parcels(random, rows, where):
    """Distance in km, weight in kg, stops before this parcel's, and whether it comes late."""
    overnight = random.random(rows) < (0.5 if where == "country" else 0)
    distance = np.where(overnight, random.uniform(150, 600, rows), random.uniform(1, 40, rows)).round(1)
    weight = random.gamma(3, 4, rows).round(1)
    stops = random.integers(1, 30, rows)
    late = np.where(overnight, weight > 14, distance + 2 * stops > 55)
    return pd.DataFrame({"distance": distance, "weight": weight, "stops": stops, "late": late.astype(int)})


def register(model, validation):
    mlflow.set_experiment(MODEL)
    # A tensor, not named columns, which MLflow checks one by one.
    example = validation[FEATURES].head(2).to_numpy()
    with mlflow.start_run(run_name=MODEL):
        mlflow.log_metric("accuracy", float(model.score(validation[FEATURES].to_numpy(), validation["late"])))
        logged = mlflow.sklearn.log_model(
            model,
            name="model",
            signature=infer_signature(example, model.predict(example)),
            input_example=example,
            # The nodes of a tree that was grown a second ago.
            skops_trusted_types=["sklearn.tree._tree.Tree"],
            registered_model_name=MODEL,
        )
    return logged.registered_model_version


if __name__ == "__main__":
    main()

"""Trains the digit recogniser anew: on the set that it began with and on what it has been asked since, where the truth is known.

Run by Slipway (`slipway retrain digits -f examples/digits/rollout.yaml`), which names the labelled predictions of the endpoint
in SLIPWAY_LABELLED, a line of JSON each, newest first: {"input": [64 pixels], "label": 3, ...}. By hand:

    slipway predictions digits --since 30d --output logged.jsonl
    SLIPWAY_LABELLED=logged.jsonl MLFLOW_TRACKING_URI=http://127.0.0.1:5000 .venv/bin/python examples/digits/retrain.py

With fewer than --min-images different labelled images that are new it registers nothing and ends with 1: a version from the same data as the
one that serves is no news. Which rows those were, the version's run tells: as its inputs and, from Slipway, in tags.
"""

import sys

# A checkout stays as it was.
sys.dont_write_bytecode = True

import argparse
import json
import os

from train import accuracy, git_commit, kernel, register

import mlflow
import numpy as np
import pandas as pd

from digits_data import FEATURES, splits
from digits_model import DigitsModel

MODEL = "digits"
CONFIG = {"normalise": True}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--min-images", type=int, default=50, help="fewest different new images to go on with (default 50)")
    options = parser.parse_args()
    for name in ("SLIPWAY_LABELLED", "MLFLOW_TRACKING_URI"):
        if not os.environ.get(name):
            parser.error(f"{name} is not set; `slipway retrain` does that")
    logged = read(os.environ["SLIPWAY_LABELLED"])
    # The same image a hundred times teaches no more than once; the newest label stands.
    images = logged.drop_duplicates(FEATURES)
    train, validation, _ = splits()
    # What is known already is no news, and no image of the validation set may be learnt by heart, should a client have sent one.
    known = set(pd.concat([train, validation])[FEATURES].apply(tuple, axis=1))
    fresh = images[[tuple(image) not in known for image in images[FEATURES].to_numpy()]]
    print(f"{len(logged)} labelled predictions, {len(fresh)} different new images", flush=True)
    if len(fresh) < options.min_images:
        sys.exit(f"{len(fresh)} images are fewer than {options.min_images} (--min-images): nothing is registered")
    mlflow.set_experiment(MODEL)
    both = pd.concat([train, fresh], ignore_index=True)
    weights = kernel(both, CONFIG["normalise"])
    model = DigitsModel().with_weights(weights, CONFIG["normalise"])
    number = register("retrained", model, weights, CONFIG, train, validation, git_commit(), logged=fresh)
    print(f"digits {number}: accuracy {accuracy(model, validation):.3f} from {len(train)} + {len(fresh)} images")


def read(path):
    """The rows of the log that are images with a digit for a label; redacted and other ones are left out."""
    rows = []
    with open(path) as lines:
        for line in lines:
            row = json.loads(line)
            try:
                pixels, label = np.asarray(row["input"], dtype=float), int(row["label"])
            except (TypeError, ValueError):
                continue
            if pixels.shape == (len(FEATURES),) and np.isfinite(pixels).all() and 0 <= label <= 9:
                rows.append([*pixels, label])
    return pd.DataFrame(rows, columns=[*FEATURES, "label"]).astype({"label": int})


if __name__ == "__main__":
    main()

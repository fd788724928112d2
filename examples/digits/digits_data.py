"""Handwritten digits that ship with scikit-learn, split three ways; a part of the live ones come from a faint scanner."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

FEATURES = [f"f{pixel:02d}" for pixel in range(64)]
SEED = 3
TRAIN_ROWS, VALIDATION_ROWS = 797, 600  # the other 400 are live traffic
FAINT_SHARE = 0.3
FAINT_INK = (0.10, 0.22)  # what is left of the ink


def splits():
    """`(train, validation, live)`, each a frame of the features and `label`; `live` has `kind` as well."""
    pixels, labels = load_digits(return_X_y=True)
    rows = pd.DataFrame(pixels, columns=FEATURES).assign(label=labels)
    train, rest = train_test_split(rows, train_size=TRAIN_ROWS, stratify=rows["label"], random_state=SEED)
    validation, live = train_test_split(rest, train_size=VALIDATION_ROWS, stratify=rest["label"], random_state=SEED)
    return train, validation, _with_faint_scans(live)


def _with_faint_scans(rows):
    random = np.random.default_rng(SEED)
    faint = random.permutation(len(rows)) < FAINT_SHARE * len(rows)
    ink = np.where(faint, random.uniform(*FAINT_INK, size=len(rows)), 1.0)
    rows = rows.copy()
    rows[FEATURES] = (rows[FEATURES].to_numpy() * ink[:, None]).round(2)
    return rows.assign(kind=np.where(faint, "faint", "normal"))


def write(validation, live, folder: Path):
    """Writes `validation.csv` and `live.jsonl` (a row: `{"features": […], "label": 3, "kind": "faint"}`)."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {"validation": folder / "validation.csv", "live": folder / "live.jsonl"}
    validation.to_csv(paths["validation"], index=False)
    with paths["live"].open("w") as lines:
        for row in live.itertuples(index=False):
            *features, label, kind = row
            lines.write(json.dumps({"features": features, "label": label, "kind": kind}) + "\n")
    return {name: str(path) for name, path in paths.items()}

"""Trains four versions of a digit recogniser and registers them as `digits`.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 .venv/bin/python examples/digits/train.py OUTPUT_FOLDER

stable       a linear model: what is in production today
better       a kernel machine, better on every kind of digit: this one should get through
faint-blind  the same, retrained without evening out the ink: as good on the validation set, which has no faint scan in
             it, and wrong on most of those in live traffic: the shadow finds it
throttled    `better` with a look-up in a remote store that throttles after --credits requests: right everywhere, and
             slow once live traffic has used the credits up: the canary finds it

Its last line is JSON: {"versions": {"stable": "1", ...}, "paths": {"validation": ..., "live": ...}, "report": {...}}
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

# Small data, one model after another: the threads of a numerics library would only get in each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# An example reports to nobody; where nothing outside can be reached, the report also holds up the end by 25 s.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
# A checkout stays as it was.
sys.dont_write_bytecode = True
# MLflow's hints about integer columns and data sources: known, and they would bury what matters.
warnings.filterwarnings("ignore", category=UserWarning)

import mlflow
import numpy as np
from mlflow.models import infer_signature
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression

from digits_data import FEATURES, splits, write
from digits_model import DigitsModel

HERE = Path(__file__).resolve().parent
MODEL = "digits"
GAMMA = 0.1


def main():
    options = arguments()
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    mlflow.set_experiment(MODEL)
    train, validation, live = splits()
    faint = live[live["kind"] == "faint"]
    commit = git_commit()
    throttle = {"credits": options.credits, "throttled_seconds": options.throttled_ms / 1000}
    candidates = {
        "stable": (linear, {"normalise": True}),
        "better": (kernel, {"normalise": True}),
        "faint-blind": (kernel, {"normalise": False}),
        "throttled": (kernel, {"normalise": True, **throttle}),
    }
    numbers, accuracies, answers = {}, {}, {}
    for name, (fit, config) in candidates.items():
        weights = fit(train, config["normalise"])
        model = DigitsModel().with_weights(weights, config["normalise"])
        answers[name] = answer(model, live)
        sets = {"validation": validation, "live": live, "faint": faint}
        accuracies[name] = {kind: accuracy(model, rows) for kind, rows in sets.items()}
        numbers[name] = register(name, model, weights, config, train, validation, commit)
        print(f"digits {numbers[name]} ({name}): accuracy {accuracies[name]['validation']:.3f}", flush=True)
    report = {"accuracy": accuracies, "disagreement": disagreements(answers)}
    paths = write(validation, live, options.output.resolve())
    print(json.dumps({"versions": numbers, "paths": paths, "report": report}))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path, help="folder for validation.csv and live.jsonl")
    parser.add_argument("--credits", type=int, default=450, help="requests before `throttled` is (default 450)")
    parser.add_argument("--throttled-ms", type=float, default=120, help="what each later request pays (default 120)")
    options = parser.parse_args()
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        parser.error("MLFLOW_TRACKING_URI is not set: it names the server that the versions are registered with")
    return options


def scaled(rows, normalise):
    pixels = rows[FEATURES].to_numpy()
    return pixels / (pixels.max(axis=1, keepdims=True) if normalise else 16)


def linear(train, normalise):
    model = LogisticRegression(C=0.1, max_iter=500).fit(scaled(train, normalise), train["label"])
    return {"linear": model.coef_.T, "bias": model.intercept_}


def kernel(train, normalise):
    machine = KernelRidge(alpha=0.1, kernel="rbf", gamma=GAMMA)
    machine.fit(scaled(train, normalise), np.eye(10)[train["label"]])
    return {"support": machine.X_fit_, "dual": machine.dual_coef_, "gamma": np.float64(GAMMA)}


def answer(model, rows):
    return model.predict(None, rows[FEATURES].to_numpy())


def accuracy(model, rows):
    return float((answer(model, rows) == rows["label"]).mean())


def disagreements(answers):
    pairs = (("stable", "better"), ("stable", "faint-blind"), ("better", "faint-blind"), ("better", "throttled"))
    return {f"{one}/{other}": float((answers[one] != answers[other]).mean()) for one, other in pairs}


def register(name, model, weights, config, train, validation, commit, logged=None):
    """Logs the version with all that its lineage should tell; returns its number in the registry."""
    # A tensor, not 64 named columns: MLflow checks columns one by one, which takes 16 ms a request instead of 0.3.
    example = validation[FEATURES].head(2).to_numpy()
    tags = {"mlflow.source.git.commit": commit} if commit else {}
    with mlflow.start_run(run_name=f"digits-{name}", tags=tags), tempfile.TemporaryDirectory() as folder:
        mlflow.log_params(config)
        for rows, context in ((train, "training"), (validation, "validation")):
            source = "sklearn.datasets.load_digits"
            mlflow.log_input(mlflow.data.from_pandas(rows, source, "label", f"digits-{context}"), context=context)
        if logged is not None:
            mlflow.log_input(mlflow.data.from_pandas(logged, "slipway predictions digits", "label", "digits-logged"), context="training")
        mlflow.log_metric("accuracy", accuracy(model, validation))
        path = Path(folder) / "weights.npz"
        np.savez(path, **weights)
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(HERE / "digits_model.py"),
            artifacts={"weights": str(path)},
            model_config=config,
            signature=infer_signature(example, model.predict(None, example)),
            input_example=example,
            pip_requirements=[f"mlflow=={mlflow.__version__}", f"numpy=={np.__version__}"],
            registered_model_name=MODEL,
        )
    return str(logged.registered_model_version)


def git_commit():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True)
    return head.stdout.strip() if head.returncode == 0 else None


if __name__ == "__main__":
    main()

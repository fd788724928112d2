"""How a digits version answers: logged with every version as its code (MLflow's models-from-code), weights beside it."""

import threading
import time

import mlflow
import numpy as np


class FeatureStore:
    """A remote look-up with burst credits, as disks, queues and databases in the cloud have.

    The first `credits` calls answer at once, every later one is throttled. A test that sends less never sees it.
    """

    def __init__(self, credits: int, throttled_seconds: float):
        self._left = credits
        self._throttled_seconds = throttled_seconds
        self._lock = threading.Lock()

    def look_up(self) -> None:
        with self._lock:
            self._left -= 1
            throttled = self._left < 0
        if throttled:
            time.sleep(self._throttled_seconds)


class DigitsModel(mlflow.pyfunc.PythonModel):
    """Reads handwritten digits of 8 x 8 pixels; one row an image, pixel `f00` to `f63` between 0 (paper) and 16 (ink)."""

    _store = None

    def with_weights(self, weights, normalise):
        self._weights, self._normalise = weights, normalise
        return self

    def load_context(self, context):
        config = context.model_config
        with np.load(context.artifacts["weights"]) as weights:
            self.with_weights(dict(weights), config["normalise"])
        if "credits" in config:
            self._store = FeatureStore(config["credits"], config["throttled_seconds"])

    def predict(self, context, model_input: np.ndarray, params=None):
        if self._store is not None:
            self._store.look_up()
        return self._scores(self._prepare(np.asarray(model_input, dtype=float))).argmax(axis=1)

    def _prepare(self, pixels):
        # A scan's darkest pixel counts as full ink, so that a faint scan looks like any other.
        ink = np.maximum(pixels.max(axis=1, keepdims=True), 1e-9) if self._normalise else 16.0
        return pixels / ink

    def _scores(self, images):
        weights = self._weights
        if "support" not in weights:
            return images @ weights["linear"] + weights["bias"]
        support = weights["support"]
        squared = (images**2).sum(1)[:, None] + (support**2).sum(1) - 2 * images @ support.T
        return np.exp(-weights["gamma"] * squared) @ weights["dual"]


mlflow.models.set_model(DigitsModel())

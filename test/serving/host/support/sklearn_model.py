"""Saves a small scikit-learn model with MLflow: `sklearn_model.py FOLDER`. It doubles what it is given."""

import sys

import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

x = pd.DataFrame({"x": np.arange(10.0)})
model = LinearRegression().fit(x, 2 * x["x"])
mlflow.sklearn.save_model(
    model,
    sys.argv[1],
    signature=infer_signature(x, model.predict(x)),
    input_example=x.head(1),
    pip_requirements=[],  # what it would find out is not needed here, and takes longer than everything else
    serialization_format="skops",
)

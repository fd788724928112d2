"""Runs an MLflow Project as `mlflow run` does, and marks its run: MLflow heeds MLFLOW_RUN_CONTEXT only for runs that a program starts itself.

python run_project.py URI ENTRY_POINT PARAMETERS, which are a JSON object
"""

import json
import os
import sys

import mlflow
from mlflow.exceptions import ExecutionException


def main(uri: str, entry_point: str, parameters: str) -> None:
    run = mlflow.projects.run(uri, entry_point, parameters=json.loads(parameters), env_manager="local")
    client = mlflow.MlflowClient()
    for name, value in json.loads(os.environ.get("MLFLOW_RUN_CONTEXT", "{}")).items():
        client.set_tag(run.run_id, name, value)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ExecutionException as fault:
        sys.exit(str(fault))

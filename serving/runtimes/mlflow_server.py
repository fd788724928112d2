"""Serves one MLflow model: `mlflow_server.py MODEL_FOLDER PORT`.

The routes are those of `mlflow models serve`, made by the same function of MLflow, but in one process that imports MLflow
once, where the command takes two; see docs/adr/0003-mlflow-launcher.md.
"""

import copy
import socket
import sys

KEEP_ALIVE_SECONDS = 600  # longer than Envoy keeps an idle connection, so that the server never closes one under a request


def bind(port: int) -> socket.socket:
    """Takes the port before the slow imports: while they run, no other program can answer health checks in our name."""
    # asyncio turns Nagle's algorithm off only for a socket that says TCP; with it on, every answer takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        sys.exit(f"port {port} cannot be taken: {error}")
    return listener


def main() -> None:
    folder, port = sys.argv[1], int(sys.argv[2])
    listener = bind(port)

    import uvicorn
    from mlflow.pyfunc import scoring_server

    app = scoring_server.init(scoring_server.load_model_with_mlflow_config(folder))
    # Lines with a time can be put in order with those of others.
    logging = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    logging["formatters"]["default"] |= {"fmt": "%(asctime)s %(levelprefix)s %(message)s", "datefmt": "%Y-%m-%dT%H:%M:%S%z"}
    config = uvicorn.Config(
        app, timeout_keep_alive=KEEP_ALIVE_SECONDS, access_log=False, server_header=True, log_config=logging
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()

"""The floor: the smallest Flask program."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """One word."""
    return "hello"


@app.get("/readyz")
def ready() -> str:
    """As the program answers it, to know that the server is up."""
    return "ok"

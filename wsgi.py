"""The WSGI entry: the application behind WhiteNoise, which serves static files and fonts."""

import os
import sys
from wsgiref.headers import Headers

from whitenoise import WhiteNoise

from app.config import ConfigurationError
from app.web.assets import STATIC, font_files
from app.wiring.application import create_app

YEAR_SECONDS = 31536000
GUNICORN_LOAD_ERROR = 4


def add_headers(headers: Headers, _path: str, _url: str) -> None:
    """Our files are for our pages, and are what their type says."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


try:
    app = create_app()
except ConfigurationError as error:
    # A sentence to read, not a traceback. gunicorn would start its worker again and again after any code but its own.
    print(error, file=sys.stderr)
    sys.exit(GUNICORN_LOAD_ERROR if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn") else 1)
files = WhiteNoise(
    app.wsgi_app,
    autorefresh=app.config["SETTINGS"].development,
    allow_all_origins=False,
    add_headers_function=add_headers,
)
files.max_age = 0 if app.config["SETTINGS"].development else YEAR_SECONDS
files.add_files(str(STATIC), prefix="static/")
for folder in {path.parent for path in font_files().values()}:
    files.add_files(str(folder), prefix="fonts/")
app.wsgi_app = files  # type: ignore[method-assign]

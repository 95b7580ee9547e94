"""Files that WhiteNoise serves, before the program is asked, carry the headers that stop a browser from guessing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from app.config import ROOT

PROGRAM = """
import json, wsgi
client = wsgi.app.test_client()
paths = ("/static/css/tokens.css", "/fonts/SourceSerifPro-Regular.otf", "/static/../wsgi.py", "/static/%2e%2e/wsgi.py")
print(json.dumps([[answer.status_code, dict(answer.headers)] for answer in map(client.get, paths)]))
"""


def test_static_files_and_fonts(tmp_path: Path) -> None:
    settings = {"PASSERELLE_ENVIRONMENT": "development", "PASSERELLE_INSTANCE_PATH": str(tmp_path)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env={**kept, **settings}, capture_output=True, text=True, check=True
    )
    *files, climbing, encoded = json.loads(done.stdout)
    for status, headers in files:
        assert status == 200
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers
    assert climbing[0] == encoded[0] == 404

"""The WSGI entry: the application behind WhiteNoise, which serves static files and fonts."""

from whitenoise import WhiteNoise

from app.web.assets import STATIC, font_files
from app.wiring.application import create_app

app = create_app()
YEAR_SECONDS = 31536000
files = WhiteNoise(app.wsgi_app, autorefresh=app.config["SETTINGS"].development)
files.max_age = 0 if app.config["SETTINGS"].development else YEAR_SECONDS
files.add_files(str(STATIC), prefix="static/")
for folder in {path.parent for path in font_files().values()}:
    files.add_files(str(folder), prefix="fonts/")
app.wsgi_app = files  # type: ignore[method-assign]

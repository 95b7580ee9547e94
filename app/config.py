"""Settings: read once from the environment into a frozen dataclass; anything unknown or missing is refused."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "PASSERELLE_"
NO_CONTACT = "contact@localhost"  # sends letters on a machine of one’s own; pages never show it
ROOT = Path(__file__).resolve().parent.parent


class ConfigurationError(Exception):
    """A setting is missing, unknown or unreadable; the sentence says which and what would be right."""


@dataclass(frozen=True)
class Settings:
    """Every setting of the program; docs/operations.md describes them in one table."""

    environment: str
    instance_path: Path
    database_url: str
    secret_key: str
    public_url: str
    mail_url: str
    tasks_url: str
    storage_url: str
    signing_key: str | None
    signing_passphrase: str | None
    pdf_seal: str
    seal_key_path: Path
    seal_certificate_path: Path
    trusted_proxies: int
    drain_seconds: int
    insecure_http: bool
    staff_second_factor: str
    site_name: str
    issuer_name: str
    site_contact: str

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @property
    def authority(self) -> str:
        """Host and port of the public URL, as written in it."""
        return urlsplit(self.public_url).netloc

    @property
    def passphrase(self) -> bytes | None:
        """What encrypts private keys, as the library takes it."""
        return self.signing_passphrase.encode() if self.signing_passphrase else None

    @property
    def keys_path(self) -> Path:
        return self.instance_path / "keys"


VARIABLES = {
    "ENVIRONMENT", "INSTANCE_PATH", "DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "MAIL_URL", "TASKS_URL",
    "STORAGE_URL", "SIGNING_KEY", "SIGNING_KEY_PASSPHRASE", "PDF_SEAL", "SEAL_KEY_FILE", "SEAL_CERTIFICATE_FILE",
    "TRUSTED_PROXIES", "DRAIN_SECONDS", "INSECURE_HTTP", "STAFF_SECOND_FACTOR", "SITE_NAME", "ISSUER_NAME",
    "SITE_CONTACT",
}  # fmt: skip
FROM_FILE = {
    "SECRET_KEY_FILE": "SECRET_KEY",
    "SIGNING_KEY_FILE": "SIGNING_KEY",
    "SIGNING_KEY_PASSPHRASE_FILE": "SIGNING_KEY_PASSPHRASE",
    "DATABASE_URL_FILE": "DATABASE_URL",
    "MAIL_URL_FILE": "MAIL_URL",
}


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ`; raise ConfigurationError with a sentence on the first that is wrong."""
    values = _known_values(os.environ if environ is None else environ)
    environment = values.get("ENVIRONMENT", "production")
    if environment not in ("production", "development"):
        raise ConfigurationError("PASSERELLE_ENVIRONMENT is either production or development.")
    development = environment == "development"
    instance = Path(values.get("INSTANCE_PATH", str(ROOT / "instance"))).resolve()
    return Settings(
        environment=environment,
        instance_path=instance,
        database_url=_database_url(values, instance),
        secret_key=_secret_key(values, instance, development=development),
        public_url=_public_url(values, development=development),
        mail_url=values.get("MAIL_URL", f"file://{instance / 'mail'}"),
        tasks_url=values.get("TASKS_URL", f"sqlite:///{instance / 'tasks.sqlite'}"),
        storage_url=values.get("STORAGE_URL", f"file://{instance / 'files'}"),
        signing_key=values.get("SIGNING_KEY"),
        signing_passphrase=values.get("SIGNING_KEY_PASSPHRASE"),
        pdf_seal=_choice(values, "PDF_SEAL", ("p256", "ed25519", "none"), "p256"),
        seal_key_path=Path(values.get("SEAL_KEY_FILE", instance / "keys" / "seal.pem")),
        seal_certificate_path=Path(values.get("SEAL_CERTIFICATE_FILE", instance / "keys" / "seal-certificate.pem")),
        trusted_proxies=_whole_number(values, "TRUSTED_PROXIES", 0),
        drain_seconds=_whole_number(values, "DRAIN_SECONDS", 0 if development else 3),  # read by gunicorn.conf.py
        insecure_http=values.get("INSECURE_HTTP", "0") == "1",
        staff_second_factor=_choice(values, "STAFF_SECOND_FACTOR", ("required", "optional"), "optional"),
        site_name=values.get("SITE_NAME", "Passerelle"),
        issuer_name=values.get("ISSUER_NAME", "Passerelle"),
        site_contact=values.get("SITE_CONTACT", NO_CONTACT),
    )


def _known_values(environ: Mapping[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX):
            continue
        short = name.removeprefix(PREFIX)
        if short in VARIABLES:
            values[short] = value
        elif short in FROM_FILE:
            values[FROM_FILE[short]] = _read_secret(name, value)
        else:
            raise ConfigurationError(f"{name} is not a setting of Passerelle; docs/operations.md lists them.")
    return values


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{name} names a file that cannot be read: {error.strerror}.") from error


def _database_url(values: Mapping[str, str], instance: Path) -> str:
    url = values.get("DATABASE_URL", f"sqlite:///{instance / 'passerelle.sqlite'}")
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise ConfigurationError("PASSERELLE_DATABASE_URL starts with sqlite:/// or postgresql://.")


def _secret_key(values: Mapping[str, str], instance: Path, *, development: bool) -> str:
    secret = values.get("SECRET_KEY")
    if secret is None and development:
        return _generated_secret(instance / "secret-key")
    if secret is None:
        raise ConfigurationError("PASSERELLE_SECRET_KEY (or PASSERELLE_SECRET_KEY_FILE) must be set in production.")
    if len(secret) < 32:
        raise ConfigurationError(
            "PASSERELLE_SECRET_KEY needs at least 32 characters; `openssl rand -hex 32` makes one."
        )
    return secret


def _generated_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _public_url(values: Mapping[str, str], *, development: bool) -> str:
    url = values.get("PUBLIC_URL")
    if url is None and development:
        # The name, not the address: did:web takes no bare IP address.
        return f"http://localhost:{os.environ.get('PORT', '8000')}"
    if url is None:
        raise ConfigurationError(
            "PASSERELLE_PUBLIC_URL must be set in production, as in https://passerelle.example.org."
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/") or parts.query:
        raise ConfigurationError(
            "PASSERELLE_PUBLIC_URL is an origin without a path, as in https://passerelle.example.org."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _choice(values: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = values.get(name, default)
    if value not in allowed:
        raise ConfigurationError(f"{PREFIX}{name} is one of: {', '.join(allowed)}.")
    return value


def _whole_number(values: Mapping[str, str], name: str, default: int) -> int:
    value = values.get(name, str(default))
    if not value.isdecimal():
        raise ConfigurationError(f"{PREFIX}{name} is a whole number, 0 or more.")
    return int(value)


SETTING_NAMES = tuple(field.name for field in fields(Settings))

"""The settings that certificates are made with, installed once when the application is created."""

from __future__ import annotations

from app.config import ConfigurationError, Settings

_installed: list[Settings] = []


def install(settings: Settings) -> None:
    """Use these settings from now on; the last installed are the ones in force."""
    _installed[:] = [settings]


def settings() -> Settings:
    """The settings in force; ConfigurationError before any was installed."""
    if not _installed:
        raise ConfigurationError("The settings of certification are installed by create_app.")
    return _installed[0]

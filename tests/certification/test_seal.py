"""The seal of a PDF as the site makes it, and keys that others may read."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.assessment.models import ExamVersion
from app.certification import queries
from app.certification.files import file_content
from app.certification.keyring import refuse_open_files
from app.certification.seal import find_seal
from app.certification.site import install
from app.config import ConfigurationError
from app.foundation.errors import ConflictError
from app.wiring.deliveries import drain_outbox
from certificates.extraction import extract
from tests.builders import Cast
from tests.certificates.tools import need
from tests.certification import builders
from tests.reviewer import ReviewedClient


def test_the_pdf_is_sealed_and_carries_both_forms(
    app: Flask, client: ReviewedClient, session: Session, cast: Cast, exam: ExamVersion, tmp_path: Path
) -> None:
    certificate = builders.certify(session, cast.ada, exam)
    session.commit()
    drain_outbox(app)
    row, document = queries.find_file(session, certificate.id, "pdf"), queries.find_document(session, certificate.id)
    assert row is not None
    assert document is not None
    content = file_content(row)
    assert extract(content).credential_bytes == (document.credential or "").encode()
    path = tmp_path / "certificate.pdf"
    path.write_bytes(content)
    said = subprocess.run([need("pdfsig"), "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said
    attached = subprocess.run(
        [need("pdfdetach"), "-list", str(path)], capture_output=True, text=True, check=False
    ).stdout
    assert "credential.json" in attached
    assert "credential.jwt" in attached
    published = client.get("/credentials/seal.pem")
    assert published.get_data().startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in published.get_data()


def said_by(program: str, option: str, path: Path) -> str:
    command = [need(program), option, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_site_may_do_without_a_seal_and_never_draws_half_of_one(app: Flask, session: Session, tmp_path: Path) -> None:
    settings = app.config["SETTINGS"]
    try:
        install(replace(settings, pdf_seal="none"))
        assert find_seal() is None
        broken = tmp_path / "seal.pem"
        broken.touch(mode=0o400)
        install(replace(settings, seal_key_path=broken, seal_certificate_path=tmp_path / "seal-certificate.pem"))
        with pytest.raises(ConflictError):
            find_seal()
    finally:
        install(settings)


def test_keys_that_others_may_read_stop_the_start(app: Flask, session: Session) -> None:
    builders.make_keys(app, session)
    path = next(app.config["SETTINGS"].keys_path.glob("key-*.pem"))
    refuse_open_files()
    path.chmod(0o440)
    with pytest.raises(ConfigurationError, match=f"chmod 400 {path}"):
        refuse_open_files()
    path.chmod(stat.S_IRUSR)
    refuse_open_files()
    assert os.access(path, os.R_OK)

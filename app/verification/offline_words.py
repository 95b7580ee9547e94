"""The words of the page that verifies in a browser alone: the counter's own where it can say as much."""

from __future__ import annotations

from app.foundation.i18n import LazyText, use_language
from app.foundation.i18n import lazy_gettext as _l

VERDICTS: dict[str, tuple[LazyText, LazyText, LazyText | None]] = {
    "valid": (
        _l("Valid certificate"),
        _l("Signed by %(issuer)s, neither revoked nor expired. Checked just now, on %(now)s."),
        None,
    ),
    "not_yet_valid": (
        _l("Certificate not valid yet"),
        _l("This certificate is authentic, but takes effect only on %(day)s."),
        _l("Come back on that day."),
    ),
    "expired": (
        _l("Certificate expired"),
        _l("This certificate is authentic. It was valid from %(start)s to %(end)s."),
        _l("Ask the holder whether they have renewed it."),
    ),
    "revoked": (
        _l("Certificate revoked"),
        _l(
            "The issuer took this certificate back, or has suspended or replaced it. Its page at the "
            "issuer’s says more."
        ),
        _l("Do not rely on it. Verify its number at the issuer’s counter."),
    ),
    "tampered": (
        _l("Tampered certificate"),
        _l("The content does not match the signature: it was changed after it was issued, or never was ours."),
        _l("Do not rely on it. Ask the holder for the original file."),
    ),
    "wrong_issuer": (
        _l("Another issuer"),
        _l("This certificate does not come from %(issuer)s: it names another issuer."),
        _l(
            "Have it verified by the issuer named in the file, %(other)s, or give the file of that issuer’s "
            "keys as well."
        ),
    ),
    "key_withdrawn": (
        _l("Key withdrawn"),
        _l("The key that signed it has been withdrawn: its signature alone proves nothing any more."),
        _l("Ask the holder for the version that was signed anew."),
    ),
    "status_unavailable": (
        _l("Status unknown for now"),
        _l("The signature is good, but whether it has been revoked could not be read just now."),
        _l("This is not a yes. Connect to the network, or give the issuer’s list of revocations (JWT) as well."),
    ),
    "malformed": (
        _l("Unreadable file"),
        _l("No signed credential could be read in this file: it is damaged, or is something else."),
        _l(
            "A scan, a photo or a printed copy carries none: ask for the original file (PDF, PNG, SVG, JSON "
            "or JWT), of 2 MB at most."
        ),
    ),
    "unchecked-keys": (
        _l("Not checked"),
        _l("The issuer’s keys could not be fetched, so nothing could be checked."),
        _l("This is not a yes. Connect to the network, or give the file of the issuer’s keys (did.json) as well."),
    ),
    "unchecked-form": (
        _l("Not checked"),
        _l("This file carries the certificate as JSON alone, a form that a browser cannot check by itself."),
        _l(
            "This is not a yes. Choose its PDF, or its JWT file together with this one, or send it to the "
            "issuer’s counter."
        ),
    ),
    "unchecked-browser": (
        _l("Not checked"),
        _l(
            "This browser cannot check signatures of this kind (Ed25519). A newer one can, and so can the "
            "issuer’s counter."
        ),
        _l("This is not a yes."),
    ),
}
TEXTS: dict[str, LazyText] = {
    "title": _l("Verify on this device"),
    "lede": _l("The file you choose is checked in this page. It is sent nowhere."),
    "no-script": _l("This page checks files by a script. Where scripts are switched off, use the issuer’s counter."),
    "choose": _l("Choose or drop a certificate"),
    "files": _l("Files"),
    "hint": _l("PDF or JWT, of 2 MB at most. A badge (PNG, SVG) or a JSON file goes together with its JWT."),
    "how": _l("What is checked, and what is not"),
    "how-online": _l(
        "With a network, the issuer’s keys and its list of revocations are fetched from the issuer, and "
        "nothing is asked of anybody else."
    ),
    "how-offline": _l(
        "Without a network, choose these two files together with the certificate, or after it. The list "
        "holds for a day."
    ),
    "how-limits": _l(
        "Only the issuer’s counter can tell whether a PDF is the very file that was issued, and why and "
        "when a certificate was revoked. Read the facts below the verdict, not the page of the PDF."
    ),
    "keys-link": _l("Keys (did.json)"),
    "list-link": _l("List of revocations (JWT)"),
    "counter-link": _l("The issuer’s counter"),
    "save-link": _l("Save this page, to use it from your disk"),
    "bad-keys": _l("The file of keys cannot be read: choose a did.json or a jwks.json of one issuer."),
    "json-list": _l(
        "This list of revocations is JSON, which a browser cannot check by itself: choose the one that "
        "ends in .jwt."
    ),
    "checked": _l("What was checked"),
    "holder": _l("Holder"),
    "issuer": _l("Issuer"),
    "awarded": _l("Awarded on"),
    "until": _l("Valid until"),
    "no-limit": _l("no limit of time"),
    "skills": _l("Skills proven"),
    "result": _l("%(score)s out of %(most)s"),
    "result-cut": _l("%(score)s out of %(most)s, cut at %(cut)s"),
    "beginner": _l("Beginner"),
    "intermediate": _l("Intermediate"),
    "advanced": _l("Advanced"),
    "expert": _l("Expert"),
    "mark-ok": _l("Passed"),
    "mark-stop": _l("Failed"),
    "mark-off": _l("Not checked"),
    "check-format": _l("Format"),
    "check-signature": _l("Signature"),
    "check-issuer": _l("Issuer"),
    "check-status": _l("Revocation"),
    "check-validity": _l("Dates"),
    "check-file": _l("File"),
    "format-ok": _l("Open Badges 3.0, as JWT"),
    "format-stop": _l("none found"),
    "format-off": _l("not checked"),
    "signature-ok": _l("Ed25519, intact"),
    "signature-stop": _l("does not match the content"),
    "signature-off": _l("not checked"),
    "issuer-stop": _l("another issuer"),
    "issuer-off": _l("not checked"),
    "key-from-issuer": _l("key %(key)s, fetched from %(host)s just now"),
    "key-from-file": _l("key %(key)s, of the file of keys you gave"),
    "key-withdrawn-row": _l("key %(key)s, withdrawn"),
    "status-ok": _l("none in the issuer’s list"),
    "status-stop": _l("taken back"),
    "status-off": _l("could not be checked"),
    "validity-ok": _l("within validity"),
    "validity-stop": _l("not yet valid"),
    "validity-late": _l("ended on %(end)s"),
    "validity-off": _l("not checked"),
    "file-off": _l("could not be checked here: only the issuer knows the bytes it made"),
}  # fmt: skip
OTHER_LANGUAGE = {"fr": "English", "en": "Français"}


def words_in(language: str) -> dict[str, str]:
    """Every text in one language, placeholders left as they are."""
    with use_language(language):
        said = {name: str(text) for name, text in TEXTS.items()}
        for state, (title, sentence, advice) in VERDICTS.items():
            said |= {f"{state}.title": str(title), f"{state}.sentence": str(sentence)}
            said[f"{state}.advice"] = str(advice) if advice else ""
    return {**said, "other-language": OTHER_LANGUAGE[language]}

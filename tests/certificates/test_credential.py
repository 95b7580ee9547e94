"""The credential's form: Open Badges 3.0, exactly as written, refused otherwise."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.credential import Credential, Evidence, Holder, Issuer, Result, Skill, StatusEntry, presentable
from certificates.errors import MalformedDocumentError
from tests.certificates.builders import DID, NOW, SITE, credential, skills


def test_is_an_open_badge_of_the_fixed_shape() -> None:
    document = credential().to_dict()
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["validFrom"].endswith("Z")
    assert document["credentialSubject"]["identifier"] == [
        {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": "Claire Fontanel"}
    ]
    assert document["credentialStatus"] == {
        "id": f"{SITE}/credentials/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": f"{SITE}/credentials/status/1",
    }
    achievement = document["credentialSubject"]["achievement"]
    assert achievement["inLanguage"] == "fr"
    assert achievement["achievementType"] == "Certificate"
    assert achievement["alignment"][0]["targetCode"] == "skill-1:intermediate"
    assert document["credentialSubject"]["result"][0]["value"] == "intermediate"


def test_is_read_back_as_written() -> None:
    for plain in (credential(), credential(valid_until=None, evidence=(), results=())):
        assert Credential.from_dict(plain.to_dict()) == plain


def test_sets_have_one_order() -> None:
    straight, reverse = skills(3), tuple(reversed(skills(3)))
    one = credential(achievement=replace(credential().achievement, skills=straight))
    two = credential(achievement=replace(credential().achievement, skills=reverse))
    assert one == two


def test_two_skills_may_be_one_in_another_framework() -> None:
    esco = "http://data.europa.eu/esco/skill/1"
    both = tuple(replace(skill, url=esco, framework="ESCO") for skill in skills(2))
    plain = credential(achievement=replace(credential().achievement, skills=both))
    assert Credential.from_dict(plain.to_dict()) == plain


def test_times_are_utc_and_whole_seconds() -> None:
    paris = timezone(timedelta(hours=1))
    plain = credential(awarded=datetime(2026, 11, 22, 11, 0, 0, 5, tzinfo=paris))
    assert plain.awarded == NOW
    assert plain.to_dict()["awardedDate"] == "2026-11-22T10:00:00Z"
    with pytest.raises(MalformedDocumentError):
        credential(awarded=datetime(2026, 11, 22))


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60).filter(str.strip)


@settings(max_examples=50, deadline=None)
@given(holder=TEXT, name=TEXT, narrative=TEXT, count=st.integers(0, 12), index=st.integers(0, 131071))
def test_any_credential_is_read_back(holder: str, name: str, narrative: str, count: int, index: int) -> None:
    plain = credential(
        holder=Holder(holder),
        achievement=replace(credential().achievement, name=name, skills=skills(count)),
        evidence=(Evidence(name, narrative),),
        status=StatusEntry(f"{SITE}/s", index),
    )
    assert Credential.from_dict(plain.to_dict()) == plain


def _subject(document: dict[str, Any]) -> dict[str, Any]:
    subject: dict[str, Any] = document["credentialSubject"]
    return subject


CHANGES: list[Callable[[dict[str, Any]], Any]] = [
    lambda d: d.update(extra="x"),
    lambda d: d.pop("awardedDate"),
    lambda d: d.update(awardedDate="2026-11-22T10:00:00+00:00"),
    lambda d: d.update(awardedDate="2026-11-22"),
    lambda d: d.update(id="not an iri"),
    lambda d: d.update(type=["VerifiableCredential"]),
    lambda d: d["type"].reverse(),
    lambda d: d["@context"].reverse(),
    lambda d: d["@context"].append("https://example.org/more"),
    lambda d: d.update(issuer=DID),
    lambda d: d["issuer"].update(description="x"),
    lambda d: d["issuer"].update(name={"fr": "x"}),
    lambda d: d.update(credentialStatus=[d["credentialStatus"]]),
    lambda d: d["credentialStatus"].update(statusListIndex=94567),
    lambda d: d["credentialStatus"].update(statusListIndex="094567"),
    lambda d: d["credentialStatus"].update(statusListIndex="-1"),
    lambda d: d["credentialStatus"].update(statusPurpose="suspension"),
    lambda d: _subject(d).update(id="did:example:holder"),
    lambda d: _subject(d)["identifier"][0].update(hashed=0),
    lambda d: _subject(d)["identifier"][0].update(hashed=True),
    lambda d: _subject(d)["identifier"][0].update(salt="x"),
    lambda d: _subject(d).update(identifier=_subject(d)["identifier"] * 2),
    lambda d: _subject(d).update(identifier=[]),
    lambda d: _subject(d)["achievement"].update(tag=["x"]),
    lambda d: _subject(d)["achievement"].update(inLanguage="de"),
    lambda d: _subject(d)["achievement"]["alignment"].reverse(),
    lambda d: _subject(d)["achievement"]["alignment"].append(_subject(d)["achievement"]["alignment"][0]),
    lambda d: _subject(d)["achievement"]["alignment"][0].update(targetCode="skill-1:wizard"),
    lambda d: _subject(d)["achievement"]["resultDescription"][0].update(allowedValue=[]),
    lambda d: _subject(d)["achievement"]["resultDescription"].pop(),
    lambda d: _subject(d)["result"][0].update(value="wizard"),
    lambda d: _subject(d)["result"][1].update(value=76),
    lambda d: _subject(d)["result"].append({"type": ["Result"], "resultDescription": "urn:x", "value": "1"}),
    lambda d: _subject(d).update(result="x"),
    lambda d: d.update(evidence=[]),
    lambda d: d.update(evidence="x"),
    lambda d: d.update(credentialSubject=[_subject(d)]),
    lambda d: d.update(credentialSubject=None),
]


@pytest.mark.parametrize("change", CHANGES)
def test_refuses_any_other_shape(change: Callable[[dict[str, Any]], Any]) -> None:
    document = copy.deepcopy(credential().to_dict())
    change(document)
    with pytest.raises(MalformedDocumentError):
        Credential.from_dict(document)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Holder(""),
        lambda: Holder("  "),
        lambda: Holder("a" * 201),
        lambda: Holder("a\x00b"),
        lambda: Holder("a\u2028b"),
        lambda: Holder("a\u202eb"),
        lambda: Holder("a\ud800b"),
        lambda: Issuer("relative/path", "x", SITE),
        lambda: Issuer(DID, "x", "https://example.org/a b"),
        lambda: Skill(SITE, "a:b", "x", "expert", "x"),
        lambda: Skill(SITE, "a", "x", "wizard", "x"),
        lambda: Result(SITE, "x", "Percent", ""),
        lambda: Result(SITE, "x", "Unheard", "1"),
        lambda: StatusEntry(SITE, -1),
        lambda: credential(evidence=(Evidence("x", "1"), Evidence("x", "2"))),
        lambda: credential(results=credential().results * 2),
        lambda: replace(credential().achievement, skills=skills(2) + skills(1)),
        lambda: replace(credential().achievement, skills=skills(65)),
    ],
)
def test_refuses_values_that_could_not_be_signed_whole(make: Callable[[], object]) -> None:
    with pytest.raises(MalformedDocumentError):
        make()


def test_time_limits_are_kept() -> None:
    assert credential().valid_until == datetime(2029, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Claire Fontanel", "Claire Fontanel"),
        ("  Claire\t\nFontanel ", "Claire Fontanel"),
        ("Cl\x00ai\u202ere\ud800", "Claire"),
        ("E\u0301va", "\u00c9va"),
        ("a" * 199 + " b", "a" * 199),
        ("", ""),
    ],
)
def test_texts_are_made_presentable(text: str, expected: str) -> None:
    assert presentable(text) == expected


@given(st.text(max_size=300))
def test_what_is_presentable_is_accepted(text: str) -> None:
    name = presentable(text)
    if name:
        assert Holder(name).name == presentable(name)

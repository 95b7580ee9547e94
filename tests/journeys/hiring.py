"""What an employer, an administrator and a learner do until a person with proofs meets an offer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.foundation import clock
from app.foundation.typography import typeset
from app.skills.models import Skill
from tests.browser.site import Site
from tests.browser.visitor import Visitor

ORGANISATIONS = {"fr": "Atelier du Quai", "en": "Quay Workshop"}
TITLES = {"fr": "Assistance aux équipes, usages de l’IA (H/F)", "en": "Team assistant, everyday AI"}
DESCRIPTION = {
    "fr": "Vous aidez douze personnes à se servir d'un assistant et vous relisez ses réponses avant l'envoi.",
    "en": "You help twelve people work with an assistant, and you read its answers before they leave.",
}
# Two skills that the course proves, and one that it does not: the match says both.
ASKED = (
    ("ai-literacy", "1", "essential"),
    ("critical-evaluation", "1", "essential"),
    ("spreadsheets", "1", "optional"),
)


def organisation_of(visitor: Visitor) -> str:
    """A name of its own for each journey: several share the site."""
    return f"{ORGANISATIONS[visitor.language]} {visitor.width}"


def title_of(visitor: Visitor) -> str:
    """The title of the offer of this journey."""
    return f"{TITLES[visitor.language]} {visitor.width}"


def describe_organisation(visitor: Visitor) -> None:
    """The first page of an employer's desk; offers wait for an approval."""
    visitor.fill("Name of the organisation", organisation_of(visitor))
    visitor.fill("What it does", DESCRIPTION[visitor.language])
    visitor.fill("Town", "Lorient")
    visitor.press("Save")
    visitor.sees("Waiting for approval")


def approve(administrator: Visitor, organisation: str) -> None:
    """An administrator lets the organisation publish."""
    administrator.go("/admin/employers")
    line = administrator.page.locator("ul.listing > li").filter(has_text=organisation)
    administrator.press("Approve", within=line)
    administrator.sees("%(name)s can publish offers.", name=organisation)


def publish_offer(visitor: Visitor) -> None:
    """Write an offer skill by skill, read it over, publish it."""
    visitor.go("/hire/")
    visitor.follow("Write an offer")
    visitor.choose("Language of the offer", visitor.language)
    visitor.fill("Title", title_of(visitor))
    visitor.fill("The job", DESCRIPTION[visitor.language])
    for number, (skill, tier, need) in enumerate(ASKED, start=1):
        row = visitor.page.get_by_role("group", name=visitor.words("Requirement %(number)s", number=number), exact=True)
        visitor.choose("Skill", skill, within=row)
        visitor.choose("Level", tier, within=row)
        visitor.choose("Needed", need, within=row)
    visitor.choose("Contract", "permanent")
    visitor.fill("Town", "Lorient")
    visitor.choose("Place of work", "hybrid")
    visitor.fill("Pay, from", "26000")
    visitor.fill("Pay, up to", "29 000")
    visitor.fill("Last day to apply", (clock.now() + timedelta(days=30)).date().isoformat())
    visitor.press("Save and read it over")
    visitor.press("Publish")
    visitor.sees("The offer is public.")


def consent(visitor: Visitor) -> None:
    """Off by default; one button turns it on."""
    visitor.go("/profile")
    visitor.sees("Not visible")
    visitor.press("I agree, make me visible")
    visitor.sees("Approved employers can now find your skills, without your name.")


def see_the_match(visitor: Visitor, site: Site) -> list[list[str]]:
    """The offer among mine, and requirement by requirement why; returns the table as it is read."""
    visitor.go("/matches")
    visitor.sees("Everything essential is proven")
    visitor.follow_named(title_of(visitor))
    with site.database() as session:
        for slug, _tier, _need in ASKED:
            name = session.scalars(select(Skill.name).where(Skill.slug == slug)).one()
            visitor.reads(typeset(name[visitor.language], visitor.language))
    visitor.sees("Proven, in an unsupervised exam")
    visitor.sees("Desirable, still to prove")
    return match_table(visitor)


def match_table(visitor: Visitor) -> list[list[str]]:
    """The rows of the match on the page, cell by cell."""
    rows = visitor.page.locator("main table tbody tr, main .match tbody tr")
    texts = [" ".join(row.split()) for row in rows.all_inner_texts()]
    assert len(texts) >= len(ASKED), texts
    return [[text] for text in texts]


def find_candidate(visitor: Visitor, name: str) -> None:
    """The person among those who fit, without their name."""
    visitor.go("/hire/")
    visitor.follow("See the people who fit")
    visitor.sees("Requirement by requirement")
    visitor.does_not_read(name)


def apply(visitor: Visitor) -> None:
    """Apply from the offer's page, with the certificate attached."""
    visitor.fill(
        "Your message", "Bonjour, voici ma preuve." if visitor.language == "fr" else "Hello, here is my proof."
    )
    visitor.page.locator("input[name=certificates]").first.check()
    visitor.press("Apply, and show my name")
    visitor.sees("Your application is sent. The employer now sees your name.")


def read_application(visitor: Visitor, name: str) -> list[list[str]]:
    """The application with its match; then the evidence, verified. Returns the table."""
    visitor.go("/hire/applications")
    visitor.follow_named(name)
    visitor.sees("Everything essential is proven")
    table = match_table(visitor)
    proofs = visitor.page.locator("section[aria-labelledby=proofs]")
    assert proofs.locator(".tag").inner_text() == visitor.words("Valid")
    with visitor.page.expect_navigation():
        proofs.get_by_role("link").first.click()
    visitor.look()
    visitor.is_headed("Valid certificate")
    return table

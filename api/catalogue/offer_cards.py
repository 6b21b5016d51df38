"""Cards of internships that employers offer."""

from datetime import date

from api.catalogue import card_parts, course_cards
from api.catalogue.card_parts import Card, fact, fact_of, write
from api.catalogue.kinds import InternshipOffer, Profession
from api.catalogue.view import Catalogue
from api.texts import Language, button, day


def open_offers(catalogue: Catalogue, today: date) -> list[InternshipOffer]:
    """The offers that one can still apply for, in the order of the catalogue."""
    return [offer for offer in catalogue.all(InternshipOffer) if offer.is_open(today)]


def offer_card(catalogue: Catalogue, offer: InternshipOffer, language: Language) -> Card:
    """The card of an employer's offer, with a button to sign up."""
    professions = ", ".join(card_parts.names(catalogue, Profession, offer.professions, language))
    return card_parts.make(
        "internship",
        offer,
        language,
        subtitle=write("internship_offer", language),
        url=offer.website,
        facts=[
            fact_of(offer, "employer", language),
            fact_of(offer, "place", language),
            fact("edition", _dates(offer, language), language),
            fact("apply_until", day(offer.apply_until, language) if offer.apply_until else None, language),
            fact("hours", course_cards.hours(offer, language), language),
            fact_of(offer, "pay", language),
            fact("age", write("age", language, years=offer.min_age) if offer.min_age else None, language),
            fact_of(offer, "conditions", language, label="prerequisites"),
            fact_of(offer, "professions", language, professions),
            fact_of(offer, "how", language),
        ],
        buttons=[button("join_internship", language, internship=offer.id)],
    )


def _dates(offer: InternshipOffer, language: Language) -> str:
    return " – ".join(day(moment, language) for moment in (offer.starts_on, offer.ends_on) if moment)

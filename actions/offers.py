"""Internships and places that show science."""

from actions.registry import action
from actions.talk import Talk
from api.catalogue.cards import institution_card, internship_card
from api.catalogue.kinds import Institution, InstitutionType, InternshipRule

MOST_CARDS = 4
# The rule that answers first: what a pupil internship is; then the past round in Kraków, then the neighbouring forms.
INTERNSHIP_ORDER = ("staz-uczniowski", "staz-ckz-krakow", "staz-uczniowski-umowa", "mlodociany")


@action("action_internships")
def internships(talk: Talk) -> None:
    """What is known about internships; employers' offers are not in the catalogue yet, and that is said."""
    rules = [rule for id_ in INTERNSHIP_ORDER if (rule := talk.catalogue.find(InternshipRule, id_))]
    cards = [internship_card(talk.catalogue, rule, talk.language) for rule in rules[:MOST_CARDS]]
    talk.say("offers.internships", cards=cards, buttons=("internship_list", "courses", "counselling"))


@action("action_science_places")
def science_places(talk: Talk) -> None:
    """Institutions that popularise science."""
    places = [place for place in talk.catalogue.all(Institution) if place.type is InstitutionType.SCIENCE_INSTITUTION]
    cards = [institution_card(talk.catalogue, place, talk.language) for place in places[:MOST_CARDS]]
    talk.say("offers.science" if cards else "offers.science_none", cards=cards, buttons=("courses", "interests"))

"""One card of the rules that clinics follow, each rule with its own source."""

from collections.abc import Sequence

from api.catalogue import card_parts
from api.catalogue.card_parts import Card, write
from api.catalogue.kinds import ClinicRule
from api.catalogue.view import Catalogue
from api.texts import Language

# In the order in which a pupil asks; a rule that staff add comes after them.
ORDER = (
    "clinic-free",
    "clinic-no-referral",
    "clinic-registration",
    "clinic-catchment",
    "clinic-confidentiality",
    "clinic-tasks",
)
LEGAL_BASIS = "clinic-legal-basis"


def rules_card(catalogue: Catalogue, language: Language, ids: Sequence[str] | None = None) -> Card | None:
    """The rules of these ids (default: all), those that may be shown; None when there are none.

    The card itself stands for the first of them, the whole list for the regulation that they follow.
    """
    rules = [rule for id_ in (ORDER if ids is None else ids) if (rule := catalogue.find(ClinicRule, id_))]
    if not rules:
        return None
    regulation = catalogue.find(ClinicRule, LEGAL_BASIS)
    return card_parts.make(
        "clinic",
        regulation if regulation and ids is None else rules[0],
        language,
        title=write("clinic_rules", language),
        facts=[_fact(rule, language) for rule in rules],
    )


def _fact(rule: ClinicRule, language: Language) -> dict[str, str] | None:
    said = rule.text("text", language)
    if not said:
        return None
    label = write(f"label_{rule.id}", language) if rule.id in ORDER else write("label_clinic_rule", language)
    value = write("rule_with_source", language, rule=said, source=rule.source.title or write("own_source", language))
    return {"label": label, "value": card_parts.hedged(rule, "text", value, language)}

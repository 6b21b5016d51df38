"""What the tests of the catalogue share: a day, editions, interests, a new database."""

import shutil
from datetime import date
from pathlib import Path

import yaml

from api.catalogue.view import Edition
from api.database import Base, Database
from api.settings import ROOT

FACTS = ROOT / "data" / "catalogue"
TODAY = date(2026, 11, 20)
EXAMPLE = Edition(1, "sushi", date(2026, 12, 5), None, None, None, seats=5, demo=True)
REAL = Edition(2, "cnc", date(2026, 12, 1), date(2026, 12, 8), "ul. Testowa 1", None, seats=None, demo=False)
OFFER = {
    "id": "staz-testowy",
    "name_pl": "Staż w kuchni",
    "name_en": "Internship in a kitchen",
    "employer_pl": "Testowa Restauracja",
    "employer_en": "Test Restaurant",
    "industries": ["gastronomic_tourist"],
    "professions": ["kucharz"],
    "place_pl": "Kraków",
    "place_en": "Kraków",
    "starts_on": "2027-07-01",
    "ends_on": "2027-07-31",
    "apply_until": "2027-05-31",
    "hours": {"min": 140, "max": 140},
    "min_age": 16,
    "conditions_pl": ["książeczka sanepidowska"],
    "conditions_en": ["health certificate"],
    "pay_pl": "stypendium z projektu",
    "pay_en": "a stipend from the project",
    "how_pl": "zgłoszenie w szkole",
    "how_en": "apply at your school",
    "website": None,
    "display": "ok",
    "source": {"url": None, "title": "zgłoszenie pracodawcy", "as_of": "2026-11"},
    "status": "verified",
    "unverified_fields": [],
}
INTEREST_FILE = {"display": "ok", "source": {"url": None, "title": "redakcja", "as_of": None}}
INTERESTS = [
    {
        "id": "cooking",
        "name_pl": "gotowanie",
        "name_en": "cooking",
        "because_pl": "gotować",
        "because_en": "cooking",
        "aliases_pl": ["gotować"],
        "aliases_en": ["cook", {"words": "cooked", "exact": True}],
        "industries": ["gastronomic_tourist"],
        "riasec": "RA",
        "course_types": ["kuchnie-swiata", "sushi", "carving"],
    },
    {
        "id": "trains",
        "name_pl": "kolej",
        "name_en": "railways",
        "because_pl": "kolej",
        "because_en": "railways",
        "aliases_pl": [],
        "aliases_en": [],
        "industries": ["electrical_electronic"],
        "riasec": "RC",
        "course_types": ["manewrowy", "kolej-symulator"],
        "topic": "railway",
    },
    {
        "id": "welding",
        "name_pl": "spawanie",
        "name_en": "welding",
        "because_pl": "spawać",
        "because_en": "welding",
        "aliases_pl": [],
        "aliases_en": [],
        "industries": ["mechanical"],
        "riasec": "RC",
        "course_types": ["spaw-mag", "spaw-mig", "spaw-tig"],
    },
    {
        "id": "baking",
        "name_pl": "pieczenie",
        "name_en": "baking",
        "because_pl": "piec chleb i ciasta",
        "because_en": "baking bread and cakes",
        "aliases_pl": [],
        "aliases_en": [],
        "industries": ["gastronomic_tourist"],
        "riasec": "RA",
        "course_types": ["pieczywo", "cukiernictwo", "haccp", "carving"],
    },
    {
        "id": "guests",
        "name_pl": "obsługa gości",
        "name_en": "serving guests",
        "because_pl": "obsługiwać gości",
        "because_en": "serving guests",
        "aliases_pl": [],
        "aliases_en": [],
        "industries": ["gastronomic_tourist"],
        "riasec": "SE",
        "course_types": ["barista", "barman", "kelner-kurs", "carving", "doradztwo"],
    },
]


async def created(file: Path) -> Database:
    """A new database with the tables, not yet closed."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


def write_facts(folder: Path) -> Path:
    """Fill a new folder with the facts as they are, and the interests above."""
    shutil.copytree(FACTS, folder)
    interests = yaml.safe_dump({**INTEREST_FILE, "interests": INTERESTS})
    (folder / "interests.yaml").write_text(interests, encoding="utf-8")
    return folder

"""The public, read-only catalogue: `GET /api/v1/catalogue/{kind}` and `/{kind}/{id}`.

An item is the record's card with `name`, `industries`, `topic` (`railway` or null), its visible `fields`, which of them
are `to_be_confirmed`, and for courses the editions that one can still join.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.catalogue import cards, service, visibility
from api.catalogue.kinds import (
    CourseType,
    Helpline,
    Industry,
    Institution,
    InternshipOffer,
    InternshipRule,
    Occupation,
    Programme,
    Qualification,
)
from api.catalogue.records import Record
from api.catalogue.view import RAILWAY, Catalogue, Edition
from api.database import Database
from api.errors import Invalid, NotFound
from api.texts import Language

router = APIRouter(prefix="/api/v1/catalogue", tags=["catalogue"])

type Chosen = Callable[[Record], bool]


@dataclass(frozen=True)
class Shelf:
    """A kind of the contract: the records that it holds."""

    model: type[Record]
    holds: Chosen = lambda record: True
    # Another kind of record on the same shelf, which comes first.
    before: type[Record] | None = None

    @property
    def models(self) -> tuple[type[Record], ...]:
        """The kinds of records on it, in their order."""
        return (self.before, self.model) if self.before else (self.model,)


def _institution(*kinds: str) -> Chosen:
    return lambda record: isinstance(record, Institution) and cards.institution_kind(record) in kinds


def _clinic(record: Record) -> bool:
    return isinstance(record, Institution) and record.type.value in ("clinic", "career_clinic")


def _still_open(record: Record) -> bool:
    return not isinstance(record, InternshipOffer) or record.is_open(service.today())


SHELVES = {
    "courses": Shelf(CourseType),
    "internships": Shelf(InternshipRule, _still_open, before=InternshipOffer),
    "occupations": Shelf(Occupation),
    "qualifications": Shelf(Qualification),
    "schools": Shelf(Institution, _institution("school")),
    "clinics": Shelf(Institution, _clinic),
    "programmes": Shelf(Programme),
    "science-places": Shelf(Institution, _institution("science_place")),
    "helplines": Shelf(Helpline),
}


@router.get("/{kind}")
async def list_records(
    request: Request,
    kind: str,
    language: Language = "pl",
    industry: Annotated[str | None, Query(description="An industry's id, or `railway`.")] = None,
    open_on: Annotated[date | None, Query(description="Courses with an edition to join on this day.")] = None,
) -> Response:
    """All records of a kind that may be shown, in the order of the catalogue.

    `industry` narrows kinds that know industries, `open_on` narrows courses; both leave other kinds whole.
    """
    shelf = _shelf(kind)
    catalogue = await _catalogue(request)
    day = open_on or service.today()
    found = (record for model in shelf.models for record in _of_industry(catalogue, model, industry))
    records = [record for record in found if shelf.holds(record)]
    if open_on is not None and shelf.model is CourseType:
        records = [record for record in records if catalogue.editions(record.id, open_on)]
    return _answer(request, catalogue, {"items": [item(catalogue, record, language, day) for record in records]})


@router.get("/{kind}/{record_id}")
async def one_record(request: Request, kind: str, record_id: str, language: Language = "pl") -> Response:
    """One record; 404 when there is none or it may not be shown."""
    shelf = _shelf(kind)
    catalogue = await _catalogue(request)
    record = next((found for model in shelf.models if (found := catalogue.find(model, record_id))), None)
    if record is None or not shelf.holds(record):
        raise NotFound("There is no such record.")
    return _answer(request, catalogue, item(catalogue, record, language, service.today()))


def _shelf(kind: str) -> Shelf:
    if kind not in SHELVES:
        raise NotFound("There is no such kind of record.")
    return SHELVES[kind]


async def _catalogue(request: Request) -> Catalogue:
    database: Database = request.app.state.database
    async with database.transaction(read_only=True) as session:
        return await service.snapshot(session)


def _of_industry(catalogue: Catalogue, model: type[Record], industry: str | None) -> tuple[Record, ...]:
    if industry is None:
        return catalogue.all(model)
    if industry != RAILWAY and catalogue.find(Industry, industry) is None:
        raise Invalid("There is no such industry.", field="industry")
    return catalogue.by_industry(model, industry)


def item(catalogue: Catalogue, record: Record, language: Language, day: date) -> dict[str, Any]:
    """A record as it is answered; `day` chooses the editions."""
    fields = visibility.visible_fields(record, language)
    answer = cards.card(catalogue, record, language, day) | {
        "name": record.name(language),
        "industries": [id_ for id_ in catalogue.industries(record) if id_ != RAILWAY],
        "topic": RAILWAY if RAILWAY in catalogue.industries(record) else None,
        "fields": {name: _plain(value) for name, value in fields.items()},
        "to_be_confirmed": [name for name in fields if visibility.is_to_be_confirmed(record, name)],
    }
    if isinstance(record, CourseType):
        answer["editions"] = [_edition(edition, language) for edition in catalogue.editions(record.id, day)]
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _edition(edition: Edition, language: Language) -> dict[str, Any]:
    return {
        "id": edition.id,
        "starts_on": edition.starts_on.isoformat(),
        "ends_on": edition.ends_on.isoformat() if edition.ends_on else None,
        "place": edition.place(language),
        "seats": edition.seats,
        "demo": edition.demo,
    }


def _answer(request: Request, catalogue: Catalogue, content: dict[str, Any]) -> Response:
    # Editions begin from one day to the next without a change of the catalogue, hence the day.
    etag = f'"{catalogue.version}-{service.today().isoformat()}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return JSONResponse(content, headers=headers)

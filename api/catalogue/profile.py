"""What a pupil has told, as the matching reads it. Gender, name and origin are not even here."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.catalogue.kinds import Interest
from api.catalogue.view import Catalogue

HALF = 50


@dataclass(frozen=True)
class Profile:
    """What the pupil has told. All ids are the catalogue's; unknown ones do no harm.

    `asked` are interests that the pupil asks about without saying that it likes them; `done` are the courses that lead
    to something which it already has; `experience` are industries in which it has worked; `riasec` is the
    questionnaire's result, each letter with 0 to 100.
    """

    interests: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    dislikes: tuple[str, ...] = ()
    professions: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    course_types: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    riasec: tuple[tuple[str, int], ...] = ()
    school_type: str | None = None
    grade: int | None = None
    age: int | None = None

    def leaning(self, letter: str) -> int:
        """How much the questionnaire speaks for a letter (up to 50) or against it (down to -50); 0 when not asked."""
        return dict(self.riasec).get(letter, HALF) - HALF


def liked(catalogue: Catalogue, profile: Profile) -> Iterator[Interest]:
    """The interests of the catalogue that the pupil likes or asks about; what is disliked, too, counts as disliked."""
    for id_ in dict.fromkeys((*profile.interests, *profile.asked)):
        interest = catalogue.find(Interest, id_)
        if interest is not None and id_ not in profile.dislikes:
            yield interest


def disliked(catalogue: Catalogue, profile: Profile) -> Iterator[Interest]:
    """The interests of the catalogue that the pupil rejects."""
    for id_ in dict.fromkeys(profile.dislikes):
        interest = catalogue.find(Interest, id_)
        if interest is not None:
            yield interest


def industries(catalogue: Catalogue, profile: Profile) -> set[str]:
    """The industries that the pupil names, those of what it likes and learns included, "railway" among them.

    An interest in a topic ("railway") does not stand for the whole industry around it.
    """
    of_professions = catalogue.steering.industries_of_profession
    return {
        *profile.industries,
        *(
            industry
            for interest in liked(catalogue, profile)
            for industry in ([interest.topic] if interest.topic else interest.industries)
        ),
        *(industry for id_ in profile.professions for industry in of_professions.get(id_, ())),
    }

"""What an error of Graph means for the line that met it."""

from enum import StrEnum

from api.channels.messenger.graph import GraphAway, GraphRefused


class Verdict(StrEnum):
    """What to do with the line."""

    AGAIN = "again"
    # Too much too fast: again, and the whole page slower.
    SLOWER = "slower"
    # Sent or not: an echo or a look into the thread tells, never a second try.
    UNKNOWN = "unknown"
    # Nothing can be sent through the page until somebody mends it.
    STOP_TOKEN = "token"  # noqa: S105 - no password
    STOP_BARRED = "barred"
    OUTSIDE_WINDOW = "outside_window"
    UNREACHABLE = "unreachable"
    BUG = "bug"


STOPS = frozenset({Verdict.STOP_TOKEN, Verdict.STOP_BARRED})

# By code and subcode; None stands for any subcode.
BY_CODE: dict[tuple[int, int | None], Verdict] = {
    (190, None): Verdict.STOP_TOKEN,
    (10, 2018278): Verdict.OUTSIDE_WINDOW,
    (10, 1893063): Verdict.STOP_BARRED,
    (551, None): Verdict.UNREACHABLE,
    (200, None): Verdict.UNREACHABLE,
    (100, 2018001): Verdict.UNREACHABLE,
    (100, 1893061): Verdict.BUG,
    (4, None): Verdict.SLOWER,
    (17, None): Verdict.SLOWER,
    (613, None): Verdict.SLOWER,
    (1, None): Verdict.UNKNOWN,
    (2, None): Verdict.UNKNOWN,
}


def judge(error: GraphAway | GraphRefused) -> Verdict:
    """The verdict; an error that nobody has described yet is a bug of ours and not sent again."""
    if isinstance(error, GraphAway):
        return Verdict.AGAIN if error.surely_unsent else Verdict.UNKNOWN
    exact = BY_CODE.get((error.code, error.subcode))
    return exact or BY_CODE.get((error.code, None), Verdict.BUG)

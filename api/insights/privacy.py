"""Figures that may be split by school: none that is about fewer than five pupils, not even by subtraction."""

from collections.abc import Mapping

FEWEST = 5
REST = ""


def by_school(pupils: Mapping[str, int]) -> dict[str, int]:
    """The numbers of pupils by school as they may be shown, the largest first; all small schools together under `REST`.

    Whoever knows the total can subtract what is shown. So the rest, too, is nobody or at least five pupils: the
    smallest schools that could be shown go into it until it is. When even all together are fewer, nothing is shown.
    """
    shown = {school: count for school, count in pupils.items() if count >= FEWEST and school != REST}
    rest = sum(pupils.values()) - sum(shown.values())
    while 0 < rest < FEWEST and shown:
        smallest = min(shown, key=lambda school: (shown[school], school))
        rest += shown.pop(smallest)
    found = dict(sorted(shown.items(), key=lambda pair: (-pair[1], pair[0])))
    return {**found, REST: rest} if rest >= FEWEST else found

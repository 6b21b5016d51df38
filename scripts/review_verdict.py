"""Whether the bot has become worse by new sentences: the rule of `make review-export` (docs/decisions/0019).

Two trainings on nearly the same sentences never understand quite the same test sentences: some are lost, others won, as
chance will have it. So the test sentences are compared one by one, before and after. What both understand, or neither,
says nothing. Of those that changed, about half should be won; when so many more are lost that chance does it less
than once in a hundred times, the new sentences did it. And because many small falls make a large one, no figure may
go below its line: a point under the best that was ever accepted, and at least the goal.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

# For each set of test sentences: what a sentence is, and what the bot takes it for. Always in the same order.
type Answers = Mapping[str, Sequence[tuple[str, str]]]
type Percent = Mapping[str, float]

CHANCE = 0.01
MOST_BELOW_BEST = 1.0
SHOWN = 5


@dataclass(frozen=True)
class Change:
    """What became of one set: its sentences, how many were right before, lost since and won since.

    `line`: the percentage below which it must not fall. `taken_for`: what lost sentences are, and are now taken for.
    """

    name: str
    size: int
    right: int
    lost: int
    won: int
    line: float
    taken_for: Sequence[tuple[tuple[str, str], int]] = ()

    @property
    def before(self) -> float:
        """The percentage understood before."""
        return 100 * self.right / self.size

    @property
    def after(self) -> float:
        """The percentage understood now."""
        return 100 * (self.right - self.lost + self.won) / self.size

    @property
    def chance(self) -> float:
        """How often a coin, tossed for each changed sentence, loses so many of them or more."""
        changed = self.lost + self.won
        return float(sum(comb(changed, lost) for lost in range(self.lost, changed + 1)) / 2**changed)

    @property
    def problem(self) -> str:
        """Why this must not stay; "" when it may."""
        if self.lost <= self.won:
            return ""
        if self.chance < CHANCE:
            return f"chance alone does this in {100 * self.chance:.2g} of 100 trainings"
        if self.after < self.line:
            return f"below the line of {self.line:.2f} %"
        return ""


def changes(before: Answers, after: Answers, best: Percent, goals: Percent) -> list[Change]:
    """What became of each set. `best`: the best figures that were ever accepted, without those of new sets."""
    found = []
    for name, old in before.items():
        was = [guess == label for label, guess in old]
        now = [guess == label for label, guess in after[name]]
        lost = [pair for pair, then, since in zip(after[name], was, now, strict=True) if then and not since]
        won = sum(now) - sum(was) + len(lost)
        highest = max(best.get(name, 0.0), 100 * sum(was) / len(was))
        line = max(highest - MOST_BELOW_BEST, goals.get(name, 0.0))
        found.append(Change(name, len(was), sum(was), len(lost), won, line, Counter(lost).most_common(SHOWN)))
    return found


def best_of(best: Percent, found: Sequence[Change]) -> dict[str, float]:
    """The best figures after these changes were accepted."""
    return {one.name: round(max(best.get(one.name, 0.0), one.before, one.after), 2) for one in found}


def told(change: Change) -> str:
    """One set in words, for whoever exports."""
    line = (
        f"{change.name:28} {change.before:5.1f} % → {change.after:5.1f} %   of {change.size} sentences "
        f"{change.lost} lost, {change.won} won"
    )
    if not change.problem:
        return line
    wrong = "".join(f"\n    {count} × {label}, now taken for {guess}" for (label, guess), count in change.taken_for)
    return f"{line}\n  ✗ worse: {change.problem}{wrong}"

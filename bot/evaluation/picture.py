"""The confusion matrix as a picture: intents as rows, guesses as columns, errors in colour."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INCHES = 11


def draw(counts: np.ndarray, names: Sequence[str], file: Path) -> None:
    """Write an SVG that is the same for the same counts; the shade of a cell is the share of its row."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Letters stay text, and nothing random or dated is written.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "confusion", "font.size": 8}):
        figure = Figure(figsize=(INCHES, INCHES), tight_layout=True)
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(names)), names, rotation=90)
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel("guess")
        axes.set_ylabel("label")
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if share[row, column] > 0.5 else "firebrick" if row != column else "black"
            axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=6, color=colour)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None})

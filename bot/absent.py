"""Keeps TensorFlow out of Rasa's processes.

Rasa imports it for components that `bot/config.yml` does not name. Loading it takes two of Rasa's three and a half
seconds of importing, and most of its memory. In its place stand modules whose every name is a class: Rasa's own modules
inherit from these and decorate with them while they are imported. Whatever really wants to calculate is refused.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional, Sequence, Text

LIBRARIES = ("tensorflow", "tensorflow_addons", "keras", "jax")


class NotLoaded(RuntimeError):
    """A component that calculates with one of the libraries was configured."""


class _Kind(type):
    """Its classes have every attribute, and decorate by changing nothing."""

    def __getattr__(cls, name: Text) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything

    def __call__(cls, *given: Any, **named: Any) -> Any:
        if len(given) == 1 and callable(given[0]) and not named:
            return given[0]
        raise NotLoaded(f"{' and '.join(LIBRARIES)} are not loaded here (bot/absent.py): {cls.__name__} was called.")


class _Anything(metaclass=_Kind):
    """Stands for whatever is asked for."""


class _Empty(ModuleType):
    """A module that has every name."""

    __path__: Sequence[Text] = ()

    def __getattr__(self, name: Text) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything


class _Finder(MetaPathFinder, Loader):
    """Finds an empty module under each name of the libraries."""

    def find_spec(self, name: Text, _path: Any = None, _target: Any = None) -> Optional[ModuleSpec]:
        return ModuleSpec(name, self, is_package=True) if name.partition(".")[0] in LIBRARIES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def install() -> None:
    """From now on this process loads none of the libraries. What is loaded already stays."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())

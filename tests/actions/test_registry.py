"""All actions of the domain are there for Rasa, whenever Python collects its garbage."""

import gc

import yaml
from rasa_sdk.executor import ActionExecutor

import actions
from api.settings import ROOT


def test_every_action_of_the_domain_is_registered_and_stays() -> None:
    executor = ActionExecutor()
    executor._import_submodules(actions)
    gc.collect()
    executor.register_package(actions)
    wanted = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["actions"]
    assert set(wanted) <= set(executor.actions)

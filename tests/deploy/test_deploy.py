"""What stands in `deploy/` is rendered and checked as far as can be without Docker and Kubernetes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from api import metrics
from api.channels.messenger.intake import LARGEST
from api.safety.detector import MODEL
from api.settings import ROOT, Settings
from scripts.run import processes

DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "drogowskaz"
VALUES = {"publicUrl": "https://drogowskaz.example.org"}
KUBERNETES = "1.31"
OUR_PARTS = {"api", "rasa", "actions"}


def rendered(**values: Any) -> list[dict[str, Any]]:
    """All objects of the chart, as `helm template` gives them."""
    with helm_python.Chart.load(CHART) as chart:
        files = chart.render(values={**VALUES, **values}, name="demo")
    return [one for text in files.values() for one in yaml.safe_load_all(text) if one]


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Those of a kind by name, without the name of the release."""
    return {one["metadata"]["name"].removeprefix("demo-"): one for one in objects if one["kind"] == kind}


def containers(one: dict[str, Any]) -> list[dict[str, Any]]:
    return list(one["spec"]["template"]["spec"]["containers"])


@pytest.mark.parametrize(
    "values", [{}, {"autoscaling": {"enabled": False}}, {"ingress": {"enabled": False}, "egress": {"messenger": True}}]
)
def test_every_object_of_the_chart_is_valid(values: dict[str, Any]) -> None:
    said = helm_python.lint(CHART, {**VALUES, **values})
    assert not [one for one in said["messages"] if one["severity"] > 1], said
    objects = rendered(**values)
    assert {*OUR_PARTS} == set(of_kind(objects, "Deployment"))
    for one in objects:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_the_chart_asks_for_the_address_of_the_service() -> None:
    with helm_python.Chart.load(CHART) as chart, pytest.raises(helm_python.HelmError):
        chart.render(name="demo")


def test_no_container_may_write_or_become_root() -> None:
    objects = rendered()
    for one in [*of_kind(objects, "Deployment").values(), *of_kind(objects, "Job").values()]:
        for container in containers(one):
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"]
            assert context["runAsNonRoot"]
            assert not context["allowPrivilegeEscalation"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_each_part_has_probes_a_budget_and_grows_with_the_turns_that_wait() -> None:
    objects = rendered()
    assert set(of_kind(objects, "PodDisruptionBudget")) == OUR_PARTS
    for name, one in of_kind(objects, "Deployment").items():
        (container,) = containers(one)
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container), name
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    for scaler in of_kind(objects, "HorizontalPodAutoscaler").values():
        names = [m["external"]["metric"]["name"] for m in scaler["spec"]["metrics"] if m["type"] == "External"]
        assert names == [metrics.WAITING._name]
        assert scaler["spec"]["minReplicas"] >= 2


def test_no_server_of_ours_closes_a_connection_that_a_proxy_may_still_use() -> None:
    # nginx keeps quiet connections to a server for 60 s, and a message sent just as one is closed fails.
    files = (DEPLOY / "compose.yaml", DEPLOY / "Containerfile", CHART / "templates" / "workloads.yaml")
    commands = [*(file.read_text() for file in files), *processes(Settings(), Path("model")).values()]
    for text in commands:
        kept = re.findall(r"--timeout-keep-alive\W+(\d+)", text)
        assert len(kept) == text.count("--factory"), text
        assert all(int(seconds) > 60 for seconds in kept)


def test_only_the_api_is_reachable_and_only_from_the_ingress() -> None:
    policies = of_kind(rendered(), "NetworkPolicy")
    nothing = policies.pop("nothing")["spec"]
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & set(nothing)
    doors = {}
    for name, policy in policies.items():
        for rule in policy["spec"].get("ingress", []):
            assert rule["from"], f"{name} is open to everybody"
            for port in rule["ports"]:
                doors[name, port["port"]] = json.dumps(rule["from"])
    assert set(doors) == {("api", 8000), ("api", 9100), ("rasa", 5005), ("actions", 5055)}
    assert "ingress-nginx" in doors["api", 8000]
    assert "monitoring" in doors["api", 9100]
    (ingress,) = of_kind(rendered(), "Ingress").values()
    backends = [path["backend"]["service"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert backends == [{"name": "demo-api", "port": {"name": "http"}}]


def test_secrets_are_named_and_never_written() -> None:
    objects = rendered(secretName="ours")
    assert not of_kind(objects, "Secret")
    for one in of_kind(objects, "Deployment").values():
        for container in containers(one):
            assert container["envFrom"] == [{"secretRef": {"name": "ours"}}]
            assert not re.search("TOKEN|KEY|DATABASE|REDIS", " ".join(e["name"] for e in container["env"]))


def compose(file: str = "compose.yaml") -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / file).read_text()))


@pytest.mark.parametrize("file", ["compose.yaml", "compose.messenger.yaml"])
def test_the_compose_file_keeps_to_its_schema(file: str) -> None:
    command = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / file)]
    done = subprocess.run([Path(sys.executable).parent / command[0], *command[1:]], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_on_one_host_only_the_proxy_is_reachable() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"]
    outside = [name for name, service in services.items() if "outside" in service.get("networks", [])]
    assert outside == ["proxy"]
    for name in OUR_PARTS:
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["deploy"]["replicas"] == 2


def test_the_settings_that_are_given_exist() -> None:
    known = {name.upper() for name in Settings.model_fields} | {"RASA_TOKEN"}
    others = {"ACTIONS_URL", "FORWARDED_ALLOW_IPS"}
    services = compose()["services"]
    for name in OUR_PARTS:
        assert set(services[name]["environment"]) <= known | others
    for one in of_kind(rendered(), "Deployment").values():
        assert {entry["name"] for entry in containers(one)[0]["env"]} <= known | others
    asked = set(re.findall(r"\$\{([A-Z_]+):\?\}", (DEPLOY / "compose.yaml").read_text()))
    example = {line.partition("=")[0] for line in (DEPLOY / ".env.example").read_text().splitlines() if line[:1] != "#"}
    assert asked == example


def test_with_messenger_the_api_gets_its_settings_and_reaches_meta() -> None:
    added = compose("compose.messenger.yaml")["services"]
    assert list(added) == ["api"]
    ours = {name.upper() for name in Settings.model_fields if name.startswith("messenger_")}
    assert set(added["api"]["environment"]) == ours - {"MESSENGER_GRAPH_URL"}
    assert added["api"]["networks"] == ["inside", "outside"]


def test_the_proxy_lets_a_delivery_of_meta_through_as_large_as_the_api_takes_it() -> None:
    text = (DEPLOY / "nginx" / "drogowskaz.conf").read_text()
    webhook = re.search(r"location = /channels/messenger/webhook \{(.*?)\}", text, re.DOTALL)
    assert webhook is not None
    for name in ("client_max_body_size", "client_body_buffer_size"):
        (size,) = re.findall(rf"{name} (\d+)m;", webhook[1])
        assert int(size) * 1024 * 1024 == LARGEST


def test_the_containerfile_ends_in_images_without_root_that_have_a_health_check() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    final = {stage.split()[2]: stage for stage in stages}
    for name in ("app", "bot"):
        assert "USER 10001" in final[name]
        assert "HEALTHCHECK" in final[name]
    # The classifier is not taken without the note that holds its checksum.
    for suffix in (".npz", ".json"):
        assert f"/var/models/{MODEL.with_suffix(suffix).name} " in final["app"]
    for source in re.findall(r"^COPY (?!--)(\S+) ", text, flags=re.MULTILINE):
        assert source == "." or (ROOT / source).exists(), source


def metric_names(text: str) -> set[str]:
    return {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in re.findall(r"drogowskaz_[a-z_]+", text)}


@pytest.mark.parametrize("file", ["alerts.yaml", "dashboard.json"])
def test_alerts_and_dashboard_ask_for_metrics_that_exist(file: str) -> None:
    text = (DEPLOY / "observability" / file).read_text()
    known = {one._name for one in vars(metrics).values() if hasattr(one, "_documentation")}
    asked = metric_names(text)
    assert asked
    assert asked <= known


def test_every_alert_says_what_to_do_and_the_dashboard_reads() -> None:
    rules = yaml.safe_load((DEPLOY / "observability" / "alerts.yaml").read_text())
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"]
            assert rule["annotations"]["action"]
    panels = json.loads((DEPLOY / "observability" / "dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 8

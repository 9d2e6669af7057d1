"""The compose file and what it mounts: pinned, hardened, and nothing that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose" / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = YAML(typ="safe").load(COMPOSE)["services"]
VOLUMES = set(YAML(typ="safe").load(COMPOSE)["volumes"])
EACH = pytest.mark.parametrize("name", SERVICES)


@EACH
def test_images_are_pinned(name: str) -> None:
    """Every image has a version as its tag."""
    assert any(letter.isdigit() for letter in SERVICES[name]["image"].partition(":")[2])


@EACH
def test_containers_are_hardened(name: str) -> None:
    """Read-only root, no root user, no capabilities, and a health check."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"].partition(":")[0] not in {"", "0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["healthcheck"]["test"]


@EACH
def test_ports_are_published_on_loopback(name: str) -> None:
    """Whoever wants more says so: the default of every published port is 127.0.0.1."""
    for port in SERVICES[name]["ports"]:
        assert ":-127.0.0.1:" in port
    assert not any(":8081" in port for port in SERVICES[name]["ports"])


@EACH
def test_what_is_mounted_exists(name: str) -> None:
    """Files and folders are in the repository (read-only), the rest are named volumes."""
    for mount in SERVICES[name]["volumes"]:
        source, _, rest = mount.partition(":")
        if source.startswith("."):
            assert (COMPOSE.parent / source).exists()
            assert rest.endswith(":ro")
        else:
            assert source in VOLUMES


def test_grafana_and_prometheus_find_each_other() -> None:
    """The names and ports that the provisioned files use are those of the services."""
    deploy = COMPOSE.parent.parent
    source = YAML(typ="safe").load(deploy / "grafana/provisioning/datasources/prometheus.yaml")
    assert source["datasources"][0]["url"] == "http://prometheus:9090"
    scrape = YAML(typ="safe").load(deploy / "prometheus/prometheus.yml")["scrape_configs"][0]
    assert scrape["static_configs"][0]["targets"] == ["sealgate:8081"]
    assert {"prometheus", "sealgate"} <= set(SERVICES)
    provider = YAML(typ="safe").load(deploy / "grafana/provisioning/dashboards/sealgate.yaml")
    path = provider["providers"][0]["options"]["path"]
    assert f"../grafana/dashboards:{path}:ro" in SERVICES["grafana"]["volumes"]

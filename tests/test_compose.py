"""docker-compose.yml and Dockerfile: the services of the catalogue, health checks, nothing open to others."""

from __future__ import annotations

import re
from typing import Any

import yaml

from dashboard.config import WebSettings
from database.config import DatabaseConfig
from tests.architecture.source import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PORTS = {
    "postgres": 5432,
    "pgadmin": 5050,
    "mongo": 27017,
    "mongo-express": 8081,
    "redis": 6379,
    "application": 8050,
}


def test_the_services_of_the_catalogue_are_there_at_their_ports() -> None:
    assert set(SERVICES) == {*PORTS, "worker", "roles"}
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert {name: int(port.split(":")[1]) for name, (port,) in published.items()} == PORTS


def test_nothing_is_published_beyond_loopback() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not any("network_mode" in service for service in SERVICES.values())


def test_one_network_holds_every_service_and_each_that_stays_says_how_it_is() -> None:
    assert list(COMPOSE["networks"]) == ["vigie"]
    for name, service in SERVICES.items():
        assert service["networks"] == ["vigie"], name
        assert (name == "roles") is ("healthcheck" not in service), name


def test_what_holds_data_has_a_volume_and_mongo_always_comes_back() -> None:
    assert SERVICES["mongo"]["restart"] == "always"
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert named == set(COMPOSE["volumes"])
    assert all(SERVICES[name]["volumes"] for name in ("postgres", "mongo", "application", "worker"))


def test_every_name_and_password_comes_from_the_environment_file() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert asked <= set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert not re.findall(r"PASSWORD: (?!\$\{)", TEXT)
    assert not re.findall(r"://\w+:(?!\$\{|\d)", TEXT)


def test_vigie_gets_settings_that_it_knows() -> None:
    fields = (*DatabaseConfig.model_fields.values(), *WebSettings.model_fields.values())
    known = {str(name) for field in fields for name in getattr(field.validation_alias, "choices", ())}
    for name in ("application", "worker"):
        assert set(SERVICES[name]["environment"]) <= known


def test_a_service_waits_for_what_it_needs() -> None:
    assert SERVICES["application"]["depends_on"] == {"roles": {"condition": "service_completed_successfully"}}
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)


def test_the_image_holds_the_whole_product_and_does_not_run_as_root() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (\S+) \S+$", image, re.MULTILINE))
    product = {"app.py", "assets", "callbacks", "dashboard", "database", "layouts", "migrations", "models"}
    assert copied == product | {"requirements.txt"}
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(sent) == copied
    assert re.search(r"^USER vigie$", image, re.MULTILINE)

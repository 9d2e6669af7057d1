"""The program: what the supervisor prepares, and what a worker is made of. (Processes of it are
started in tests/journeys and tests/faults.)"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from gateway.assembly.program import Installation, Prepared
from gateway.config.settings import Limits, Settings, UpstreamSettings
from gateway.edge.gateway import Gateway
from gateway.edge.program import Place
from gateway.nouns.errors import ConfigError, Unauthorized
from gateway.nouns.exchange import Principal
from gateway.nouns.mark import LabelMode, TextMarksOrder
from gateway.nouns.policy import GuardModel, LexiconUse, OpenPath, Overlay, PersonalUse, Policy
from gateway.telemetry.folder import render

PRODUCER = "001191110102MAD55U9H0F10002"
GUARD = GuardModel(name="g", url="http://127.0.0.1:1", model="m", key="env:GUARD_KEY")
POLICY = Policy(
    name="mine", hash="h" * 64, personal_data=PersonalUse(), guard_models=(GUARD,),
    marks=TextMarksOrder(label=LabelMode.INLINE), paths=(OpenPath(path="/x", kind="generic"),),
)  # fmt: skip
ENVIRON = {"GUARD_KEY": "k-guard", "MODEL_KEY": "k-model", "CODE": PRODUCER}


def _settings(folder: Path, **changes: object) -> Settings:
    upstream = UpstreamSettings(url="http://127.0.0.1:1", key="env:MODEL_KEY")
    return msgspec.structs.replace(Settings(state=str(folder), upstream=upstream), **changes)


def _installation(
    folder: Path, *, demo: bool = False, policy: Policy = POLICY, **changes: object
) -> Installation:
    settings = _settings(folder, **changes)
    return Installation(lambda: (settings, policy), ENVIRON, demo=demo)


def _worker(one: Installation) -> Gateway:
    settings = one.load()
    made = one.prepare(settings)
    gateway, pages = one._gateway(settings, made, Place(3, 2))
    assert len(pages) == 8
    return gateway


def test_a_tenant_has_his_own_policy(tmp_path: Path) -> None:
    """The worker's gateway finds it by who asks; its own secrets and marks are there."""
    shop = Policy(name="shop", hash="s" * 64)
    family = msgspec.structs.replace(
        POLICY, overlays=(Overlay(id="shop", policy=shop, tenants=("shop",)),)
    )
    gateway = _worker(_installation(tmp_path / "state", policy=family, producer="env:CODE"))
    usual = gateway.regime(Principal("k", "gateway_key"))
    other = gateway.regime(Principal("k", "gateway_key", tenant="shop"))
    assert (usual.policy.name, usual.hash) == ("mine", POLICY.hash)
    assert (other.policy.name, other.hash) == ("shop", shop.hash)
    assert other.judge is not usual.judge


def test_a_list_runs_out_with_the_last_day_of_an_entry(tmp_path: Path) -> None:
    """Not on it."""
    one = _installation(tmp_path / "state", producer="env:CODE")
    made = one.prepare(one.load())
    assert isinstance(made, Prepared)
    today = datetime.now(UTC).date()
    days = {0: False, 1: False, -1: True}
    for more, over in days.items():
        last_day = (today + timedelta(days=more)).isoformat()
        assert one.is_outdated(made._replace(last_day=last_day)) is over
    assert not one.is_outdated(made)


def test_what_children_share_is_prepared_once(tmp_path: Path) -> None:
    """Vault, filters, seals and the policy's hash, before any fork."""
    one = _installation(tmp_path / "state", producer="env:CODE")
    made = one.prepare(one.load())
    assert one.policy_hash(made) == POLICY.hash
    assert made.producer == PRODUCER
    assert [filter_.name for filter_, _ in made.kit.filters] == ["personal_data"]
    assert (tmp_path / "state" / "metrics").is_dir()
    again = one.prepare(one.load())
    assert again.vault.keyring.fingerprint_key == made.vault.keyring.fingerprint_key


@pytest.mark.parametrize(
    "changes",
    [
        {"producer": "env:NOBODY"}, {"producer": "wrong"}, {"state": "/dev/null/x"},
        {"upstream": UpstreamSettings(key="env:NOBODY")},
    ],
)  # fmt: skip
def test_what_cannot_serve_is_not_prepared(tmp_path: Path, changes: dict[str, object]) -> None:
    """The supervisor then does not start, or keeps what runs."""
    one = _installation(tmp_path, **changes)
    with pytest.raises(ConfigError):
        one.prepare(one.load())


async def test_a_worker_is_wired_from_settings_and_policy(tmp_path: Path) -> None:
    """Every collaborator is the one that they ask for."""
    gateway = _worker(_installation(tmp_path, limits=Limits(frame_bytes=1000)))
    assert gateway.identity.policy == POLICY.hash
    assert (gateway.identity.generation, gateway.identity.worker) == (2, 3)
    assert gateway.routes.find("POST", "/x") is not None
    assert set(gateway.slow_filters) == {"g"}
    assert len(gateway.code_of(gateway.new_id())) > 8
    assert list((tmp_path / "spool").iterdir())
    lines = gateway.access.upstream_headers([], gateway.access.authenticate([]))
    assert (b"authorization", b"Bearer k-model") in lines
    await gateway.close()
    gateway.journal.close()


@pytest.mark.parametrize("demo", [True, False])
async def test_only_the_demo_model_wants_nobodys_key(tmp_path: Path, demo: bool) -> None:
    """Any other upstream wants the client's own, unless it has one from the operator."""
    upstream = UpstreamSettings(url="http://127.0.0.1:1")
    gateway = _worker(
        _installation(tmp_path, demo=demo, upstream=upstream, policy=Policy(hash="h"))
    )
    if demo:
        assert gateway.access.authenticate([]).kind == "anonymous"
    else:
        with pytest.raises(Unauthorized):
            gateway.access.authenticate([])
    await gateway.close()
    gateway.journal.close()


def test_reloads_and_deaths_are_counted(tmp_path: Path) -> None:
    """Before anything was prepared there is nothing to count in."""
    one = _installation(tmp_path)
    one.reloaded(accepted=True)
    one.child_ended(os.getpid(), 0)
    one.prepare(one.load())
    one.reloaded(accepted=True)
    one.reloaded(accepted=False)
    one.child_ended(1 << 30, 0)
    one.child_ended(1 << 30, None)
    scrape = render(tmp_path / "metrics").decode()
    assert 'sealgate_reload_total{result="ok"} 1.0' in scrape
    assert 'sealgate_reload_total{result="refused"} 1.0' in scrape


def test_preparing_without_loading_reads_the_policy(tmp_path: Path) -> None:
    """The supervisor loads first; nothing depends on it."""
    one = _installation(tmp_path)
    assert one.prepare(_settings(tmp_path)).policy is POLICY


def test_a_dead_child_without_a_metrics_folder_ends_nothing(tmp_path: Path) -> None:
    """The supervisor lives on when somebody removed the folder that a dead worker counted in."""
    one = _installation(tmp_path / "state")
    one.prepare(one.load())
    shutil.rmtree(tmp_path / "state" / "metrics")
    one.child_ended(1, 0)
    assert not (tmp_path / "state" / "metrics").exists()


def test_a_list_without_entries_is_told(tmp_path: Path) -> None:
    """It may be meant so; or somebody was writing it when the reload came."""
    (tmp_path / "urgent.jsonl").touch()
    use = LexiconUse(use=str(tmp_path / "urgent.jsonl"), owner="tests")
    policy = msgspec.structs.replace(POLICY, lexicons=(use,))
    one = _installation(tmp_path / "state", policy=policy)
    settings = one.load()
    with capture_logs() as written:
        one.prepare(settings)
    assert [(line["log_level"], line["detail"]) for line in written] == [("warning", "urgent")]

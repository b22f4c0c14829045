from __future__ import annotations

import pytest

from sidecar.weights import index


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"PIP_INDEX_URL": "https://a/simple", "UV_INDEX_URL": "https://b/simple"}, "https://a/simple"),
        ({"UV_INDEX_URL": "https://b/simple"}, "https://b/simple"),
        ({"UV_DEFAULT_INDEX": "https://c/simple", "UV_INDEX_URL": "https://b/simple"}, "https://c/simple"),
    ],
)
def test_the_index_is_the_one_the_users_tools_ask(environment: dict[str, str], expected: str) -> None:
    assert index.configured(environment) == expected


def test_pips_own_configuration_comes_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    configuration = tmp_path_factory.mktemp("pip") / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://of.pip/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    assert index.configured({}) == "https://of.pip/simple"


def test_without_any_it_is_the_default_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    monkeypatch.setattr("sidecar.weights.index._of_pip", lambda: "")
    assert index.configured({}) == PYPI_SIMPLE_ENDPOINT

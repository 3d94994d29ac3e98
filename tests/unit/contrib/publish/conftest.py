"""Provide finished runs and a local hub."""

import time

import huggingface_hub
import pytest
from helpers.hub import Hub


@pytest.fixture
def waits(monkeypatch):
    """Record waiting times without waiting."""
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


@pytest.fixture
def hub(monkeypatch, waits):
    """Start a local hub."""
    for name, value in {
        "HF_HUB_OFFLINE": False,
        "HF_HUB_DISABLE_XET": True,
        "HF_HUB_DISABLE_PROGRESS_BARS": True,
    }.items():
        monkeypatch.setattr(huggingface_hub.constants, name, value)
    with Hub() as hub:
        yield hub


@pytest.fixture
def api(hub):
    """Return the real client, configured for that hub."""
    return huggingface_hub.HfApi(endpoint=hub.url, token="hf_test")

"""What ``redpencil lab`` opens in a real browser: the first worksheet, ready to be done, and no question about news."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from running_lab import running


@pytest.fixture
def lab(tmp_path):
    with running(tmp_path, "the-bridge", "who-says-so") as started:
        yield started


def test_the_address_that_is_printed_opens_the_first_worksheet_and_it_can_be_done(page, lab):
    (address,) = [word for word in lab.said.read_text(encoding="utf-8").split() if word.startswith("http://127.0.0.1")]

    # A request to another host would fail this test.
    page.goto(address)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.locator(".red-pencil fieldset").first.wait_for(timeout=60_000)

    expect(page.locator(".jp-Notebook")).to_have_count(1)
    assert "the-bridge" in page.title()
    expect(page.get_by_text("get notified about official Jupyter news")).to_have_count(0)
    page.locator(".red-pencil input[type=radio]").first.check()
    side_file = Path(lab.about["root_dir"]) / "the-bridge.redpencil.json"
    end = time.monotonic() + 30
    while not side_file.is_file():
        assert time.monotonic() < end, "the answer did not reach the kernel"
        page.wait_for_timeout(100)

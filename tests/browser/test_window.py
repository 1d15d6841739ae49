"""The window that one test after the other may have: what a test did in it is gone, or nobody gets it any more."""

import pytest

LEAVE = """async () => {
  localStorage.setItem("left", "1");
  sessionStorage.setItem("left", "1");
  document.cookie = "left=1";
  await caches.open("left");
  await new Promise(done => { indexedDB.open("left").onsuccess = done; });
  await navigator.serviceWorker.register("worker.js");
}"""
FIND = """async () => [
  localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length,
  (await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length,
]"""
LASTING = {
    "an init script": lambda page: page.add_init_script("window.left = 1"),
    "a clock": lambda page: page.clock.install(time=0),
    "a medium": lambda page: page.emulate_media(media="print"),
    "a size": lambda page: page.set_viewport_size({"width": 320, "height": 320}),
    "no network": lambda page: page.context.set_offline(True),
    "another window": lambda page: page.evaluate("() => { open('about:blank'); }"),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory, serve):
    """One address for all tests, as the built site has it."""
    folder = tmp_path_factory.mktemp("window")
    (folder / "index.html").write_text('<!doctype html><link rel="icon" href="data:,"><title>A page</title>')
    (folder / "worker.js").write_text("")
    return f"{serve(folder)}/index.html"


@pytest.fixture(scope="module")
def had():
    """The windows that the tests had, in order."""
    return []


@pytest.fixture
def mine(page, address, had):
    page.goto(address)
    had.append(page)
    return page


@pytest.mark.parametrize("time", range(2))
def test_a_window_that_is_had_again_keeps_nothing(mine, had, time):
    assert mine.evaluate(FIND) == [0, 0, "", 0, 0, 0]
    mine.evaluate(LEAVE)
    assert mine.evaluate(FIND) == [1, 1, "left=1", 1, 1, 1]
    assert len({*had}) == 1


@pytest.mark.parametrize("lasting", LASTING)
def test_nobody_gets_a_window_to_which_a_test_did_what_lasts(mine, had, lasting):
    # The first of these has the one from above.
    assert mine not in had[:-1] or len(had) == 3
    as_new = [False, 1300, False, True]
    assert mine.evaluate("['left' in window, innerWidth, matchMedia('print').matches, Date.now() > 1e12]") == as_new
    LASTING[lasting](mine)

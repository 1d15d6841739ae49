"""The whole built site in a real browser: what a reader meets on every page, and what a page must never do."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest


class Visit:
    """A browser window that notes what goes wrong in it, in whichever of its tabs."""

    def __init__(self, chromium, address, **options):
        self.context = chromium.new_context(**options)
        self.address = address
        self.elsewhere, self.failed, self.said = [], [], []
        self.context.on("request", self._request)
        self.context.on("response", lambda r: self.failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        self.context.on("requestfailed", self._request_failed)
        self.context.on("weberror", lambda error: self.said.append(str(error.error)))
        self.context.on("console", lambda m: self.said.append(m.text) if m.type in ("error", "warning") else None)
        self.page = self.context.new_page()

    def _request(self, request):
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(self.address):
            self.elsewhere.append(request.url)

    def _request_failed(self, request):
        # Whoever leaves a page while a picture still loads breaks that off; nothing is wrong with the page.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(f"{request.failure} {request.url}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def troubles(self):
        return self.elsewhere + self.failed + self.said


# To see that no more is asked for takes half a second of doing nothing: as many pages do nothing at a time.
TABS = 6


@pytest.fixture(scope="module")
def crawled(chromium, site_address):
    """Every page that links lead to from the front page, with its ids and its links; and the visit that went there."""
    pages = {}
    with Visit(chromium, site_address, viewport={"width": 1300, "height": 900}) as visit:
        tabs = [visit.page, *(visit.context.new_page() for _ in range(TABS - 1))]
        waiting = [site_address]
        while waiting:
            now, waiting = waiting[:TABS], waiting[TABS:]
            for tab, address in zip(tabs, now, strict=False):
                tab.goto(address, wait_until="commit")
            for tab, address in zip(tabs, now, strict=False):
                tab.wait_for_load_state("networkidle")
                ids = set(tab.eval_on_selector_all("[id]", "all => all.map(e => e.id)"))
                links = tab.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
                inside = [urljoin(address, link) for link in links]
                pages[address] = (ids, [link for link in inside if link.startswith(site_address)])
            linked = [page for address in now for page, _ in map(urldefrag, pages[address][1])]
            waiting = [page for page in dict.fromkeys([*waiting, *linked]) if page not in pages]
        for tab in tabs[1:]:
            tab.close()
        # No link leads to the search, only its form does.
        visit.page.goto(urljoin(site_address, "search.html?q=report"), wait_until="networkidle")
        pages[urljoin(site_address, "search.html")] = (set(), [])
        return pages, visit.troubles()


def test_no_page_asks_another_host_or_misses_a_file_or_complains(crawled):
    pages, troubles = crawled

    assert troubles == []
    names = {urlsplit(page).path for page in pages}
    assert {"/who-says-so.html", "/the-article.html", "/glossary.html", "/references.html"} <= names


def test_every_link_within_the_site_leads_to_a_place_that_is_there(crawled, site_address):
    pages, _ = crawled
    same = {site_address: urljoin(site_address, "index.html")}

    broken = []
    for address, (_, links) in pages.items():
        for link in links:
            page, fragment = urldefrag(link)
            if fragment and fragment not in pages[page][0] | pages.get(same.get(page), (set(),))[0]:
                broken.append(f"{link} on {address}")
    assert broken == []


@pytest.fixture(scope="module")
def faults(chromium, crawled, site_address, find_accessibility_faults):
    """What axe finds on all pages, by width and colours: a page that stands open follows the system's colours."""
    found = {(width, scheme): [] for width in (1300, 390) for scheme in ("light", "dark")}
    for width in (1300, 390):
        options = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
        with Visit(chromium, site_address, **options) as visit:
            for address in crawled[0]:
                visit.page.goto(address)
                for scheme in ("light", "dark"):
                    visit.page.emulate_media(color_scheme=scheme)
                    here = find_accessibility_faults(visit.page)
                    found[width, scheme] += [f"{urlsplit(address).path}: {fault}" for fault in here]
    return found


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (390, "dark"), (390, "light"), (1300, "dark")])
def test_axe_finds_nothing_on_any_page(faults, width, scheme):
    assert faults[width, scheme] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_opened_menu_of_a_phone(chromium, site_address, find_accessibility_faults, scheme):
    with Visit(chromium, site_address, viewport={"width": 390, "height": 800}, color_scheme=scheme) as visit:
        visit.page.goto(site_address)
        visit.page.get_by_text("Chapters", exact=True).click()
        assert find_accessibility_faults(visit.page) == []


def test_no_page_scrolls_sideways_at_320_pixels(chromium, crawled, site_address):
    with Visit(chromium, site_address, viewport={"width": 320, "height": 700}) as visit:
        for address in crawled[0]:
            visit.page.goto(address)
            wide = visit.page.evaluate(
                """() => document.documentElement.scrollWidth <= 320 ? [] :
                [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 321)
                .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
            )
            assert wide == [], address


@pytest.mark.parametrize("page", ["loaded-labels", "label-swap", "casualty-names", "name-check"])
def test_no_column_of_a_table_is_out_of_sight_on_a_phone(chromium, site_address, page):
    with Visit(chromium, site_address, viewport={"width": 390, "height": 800}) as visit:
        visit.page.goto(urljoin(site_address, f"{page}.html"))
        visit.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        tables = visit.page.evaluate("""() => [...document.querySelectorAll("main .table-wrapper")]
            .filter((one) => one.clientWidth)
            .map((one) => [one.textContent.trim().slice(0, 40), one.scrollWidth - one.clientWidth])""")

    assert len(tables) >= 1
    assert [table for table in tables if table[1] > 1] == []


def test_with_scripts_off_the_texts_and_the_exercise_are_there_and_a_phone_finds_the_chapters(chromium, site_address):
    options = {"java_script_enabled": False, "viewport": {"width": 390, "height": 800}}
    with Visit(chromium, site_address, **options) as visit:
        visit.page.goto(site_address)
        visit.page.get_by_text("Chapters", exact=True).click()
        visit.page.locator(".menu").get_by_role("link", name="The article").click()
        assert visit.page.locator("article .rp-block").count() == 9
        assert visit.page.get_by_text("The opposition sources provided no photo or video evidence").is_visible()

        visit.page.goto(urljoin(site_address, "who-says-so.html"))
        assert visit.page.locator("red-pencil fieldset").count() == 21
        assert visit.page.get_by_role("radio", name="sourceless").first.is_visible()


def test_the_first_tab_leads_past_the_chapters_to_the_text(chromium, site_address):
    with Visit(chromium, site_address) as visit:
        visit.page.goto(urljoin(site_address, "the-article.html"))
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.textContent") == "Skip to the text"
        visit.page.keyboard.press("Enter")
        assert visit.page.evaluate("document.activeElement.id") == "main"


def test_the_next_step_leads_through_the_whole_book(chromium, site_address, crawled):
    seen = []
    with Visit(chromium, site_address) as visit:
        visit.page.goto(site_address)
        while (heading := visit.page.locator("h1").inner_text()) not in seen:
            seen.append(heading)
            visit.page.locator("a.step.next").click()

    # The front page closes the round; it and the search aside, each page is met once.
    assert len(seen) == len({urlsplit(page).path for page in crawled[0]} - {"/", "/search.html"})


def test_a_word_of_the_article_is_found_by_the_search(chromium, site_address):
    with Visit(chromium, site_address) as visit:
        visit.page.goto(site_address)
        visit.page.get_by_role("searchbox").fill("howitzers")
        visit.page.get_by_role("searchbox").press("Enter")
        visit.page.locator("#search-results a").get_by_text("The article").wait_for()
        assert re.search(r"search\.html\?q=howitzers$", visit.page.url)
        assert visit.troubles() == []


def test_on_paper_a_page_is_the_text_alone(chromium, site_address):
    with Visit(chromium, site_address, viewport={"width": 1300, "height": 900}) as visit:
        visit.page.goto(urljoin(site_address, "the-article.html"))
        visit.page.emulate_media(media="print")
        for left_out in (".chapters", ".on-this-page", ".steps"):
            assert not visit.page.locator(left_out).first.is_visible(), left_out
        assert visit.page.locator("article").is_visible()

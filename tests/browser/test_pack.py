"""The weekly pack fits on two sheets of paper however much happened, and its page is readable at every width."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.looking import LANGUAGES, accessible, in_language
from tests.busy_week import fill
from tests.conftest import Client

pytestmark = pytest.mark.chromium
BASE = "http://pack.test"


@pytest.fixture
def page(chromium: Browser, staff_client: Client) -> Iterator[Page]:
    """A page of a member signed in, of a company that is this test's alone: the program answers without a server."""

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        body = route.request.post_data
        form = {"data": body, "content_type": "application/x-www-form-urlencoded"} if body else {}
        response = staff_client.open(f"{address.path}?{address.query}", method=route.request.method, **form)
        if response.status_code in (302, 303):
            response = staff_client.get(response.location)
        route.fulfill(status=response.status_code, body=response.data, content_type=response.content_type)

    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.route(f"{BASE}/**", answer)
    yield page
    page.close()


def test_sixty_lines_in_every_list_are_printed_on_two_sheets(page: Page) -> None:
    fill(3)
    for language in LANGUAGES:
        page.goto(f"{BASE}/staff/reports/pack")
        in_language(page, language)
        accessible(page, f"pack-{language}")
    fill(57, "more")
    for language in LANGUAGES:
        page.goto(f"{BASE}/staff/reports")
        in_language(page, language)
        page.goto(f"{BASE}/staff/reports/pack/print")
        accessible(page, f"pack-print-{language}")
        for paper in ("A4", "Letter"):
            assert page.pdf(format=paper).count(b"/Type /Page\n") == 2, (language, paper)

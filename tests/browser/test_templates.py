"""Words of mails are written with what comes of them beside: as HTML at two widths, and as text."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.looking import Site, accessible


def test_what_is_written_is_shown_as_it_would_arrive(walk: tuple[Page, str, int], site: Site) -> None:
    page, language, number = walk
    page.goto(f"{site.base}/staff/mails/templates")
    accessible(page, f"words-list-{language}")
    page.goto(f"{site.base}/staff/mails/templates/thanks/{language}")
    page.fill("[name=body]", "{{ salutation }}\n\nA line of mine **for** {{ course_name }}.\n")
    for frame in ("360", "640"):
        shown = page.frame_locator(f"iframe[name^='mail-{frame}']").last
        expect(shown.locator("strong")).to_have_text("for")
    expect(page.locator("#trial-text")).to_contain_text("A line of mine for")
    page.fill("[name=body]", "{{ nmae }}")
    expect(page.locator("#trial-status .note-error")).to_contain_text("nmae")
    page.locator("[name=body]").press("Control+A")
    page.locator("[data-insert='{{ name }}']").click()
    expect(page.locator("[name=body]")).to_have_value("{{ name }}")
    expect(page.locator("#trial-status .state-met")).to_be_visible()
    accessible(page, f"words-{language}")
    page.fill("[name=note]", f"Walk {number}")
    page.locator("#words .btn-primary").click()
    expect(page.locator("[role=status] .note-success")).to_be_visible()
    page.locator("#versions tbody a").first.click()
    expect(page.locator(".diff ins").first).to_be_attached()
    accessible(page, f"words-version-{language}")

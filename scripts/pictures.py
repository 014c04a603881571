"""Pictures of the main pages, as a doctor, a citizen and others see them, from a demonstration that is being served.

python scripts/pictures.py http://127.0.0.1:8000
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = {"desk": (1280, 900), "phone": (390, 844)}
#: By the demonstration's log-in: what the picture is called, an address, and links to follow from there.
PAGES: dict[str, list[tuple[str, str, *tuple[str, ...]]]] = {
    "gp": [
        ("lists", "/lists/"),
        ("names", "/lists/daemp/"),
        ("review", "/lists/daemp/review/"),
        ("off-list", "/inclusions/new/"),
        ("own-figures", "/worth/own/"),
        ("plans", "/plans/"),
        ("plan", "/plans/", 'tr:has-text("diabetes") a', "#goals"),
        ("plan-on-paper", "/plans/", 'tr:has-text("KOL") a', 'a[href$="/paper/"]'),
        ("plan-versions", "/plans/", 'tr:has-text("KOL") a', 'a[href$="/versions/"]'),
        ("work-of-a-doctor", "/work/"),
        ("referrals", "/referrals/?way=sent"),
        ("referral-late", "/referrals/?way=sent&show=waiting", "tr:has(.badge-warning) a"),
        ("services", "/services/"),
        ("service", "/services/odense-ic/psychologist/"),
        ("deadlines", "/deadlines/"),
        ("quality", "/quality/t2d/"),
        ("quality-patients", "/quality/t2d/foot_exam/"),
        ("quality-lost", "/quality/t2d/lost/"),
        ("quality-screening", "/quality/t2d/screening/"),
        ("quality-worksheet", "/quality/t2d/worksheet/"),
        ("quality-costs", "/quality/costs/"),
        ("network", "/networks/", 'a[href$="/t2d/"]'),
        ("network-indicator", "/networks/", 'a[href$="/t2d/"]', 'a[href$="/annual_review/"]'),
    ],
    "leadership": [
        ("population", "/population/"),
        ("population-segments", "/population/segments/"),
        ("population-cost", "/population/cost/"),
        ("population-functions", "/population/functions/"),
    ],
    "citizen": [
        ("own-page", "/me/"),
        ("own-plan", "/me/plan/"),
        ("own-notes", "/me/notes/"),
        ("own-log", "/me/log/"),
        ("own-consents", "/me/consents/"),
    ],
    "home_nurse": [("work", "/work/"), ("referrals-received", "/referrals/")],
    "psychologist": [("referral-under-way", "/referrals/?show=started", "tbody a")],
    "municipal": [("nominate", "/nominations/")],
    "hospital": [("stays", "/stays/")],
    "secretariat": [
        ("worth", "/worth/practices/"),
        ("model-review", "/worth/model-review/daemp/"),
        ("rounds", "/worth/rounds/"),
        ("broken-promises", "/work/broken/"),
        ("standing-still", "/plans/standing-still/"),
    ],
    "dpo": [("access-log", "/oversight/log/"), ("legal-bases", "/oversight/legal-bases/")],
    "administrator": [("people", "/people/")],
}


def take(page: Page, base: str) -> None:
    """Every page at both sizes."""
    for who, pages in PAGES.items():
        page.context.clear_cookies()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{base}/demo/")
        page.click(f'button[value="{who}"]')
        for name, address, *links in pages:
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(base + address)
            for link in links:
                if link.startswith("#"):
                    page.goto(page.url + link)
                else:
                    page.goto(base + (page.locator(f"main {link}").first.get_attribute("href") or ""))
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                page.reload()
                page.screenshot(path=OUT / f"{name}-{size}.png")
                print(f"{name}-{size}.png")


def main() -> None:
    """Take them all; Chromium is the one on the path or that SAMSPIL_CHROMIUM names."""
    OUT.mkdir(exist_ok=True)
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("SAMSPIL_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        take(browser.new_page(locale="da-DK"), base.rstrip("/"))
        browser.close()


if __name__ == "__main__":
    main()

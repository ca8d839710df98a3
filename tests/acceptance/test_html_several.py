"""The HTML page of several checks in one run: each check's verdict is seen, led to, and drawn."""
import pytest

from browser import Browser
from support import ConfigRoot
from test_html_report import BASELINE, CHECK, clean, numbers, report, write

# name: (badge, headline, metrics that have numbers)
CHECKS = {
    "web": ("STOPPED", "the canary is worse than the rest of the fleet", 2),
    "quiet": ("PASSED", "no sign that the canary is worse than the rest of the fleet", 1),
    "blunt": ("LET THROUGH, NOT PASSED", "the canary could not be judged either way", 1),
    "nobody": ("STOPPED", "there is no data to judge the canary by", 0),
}


ON_SCREEN = """const top = document.querySelector('%s').getBoundingClientRect().top;
    return top >= 0 && top < window.innerHeight"""


@pytest.fixture(scope="module")
def browser():
    found = Browser()
    yield found
    found.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = ConfigRoot(tmp_path_factory.mktemp("several") / "root")
    write(root, numbers(1.8))
    text = CHECK % (", ".join(BASELINE), "")
    only_queue = text[:text.index("metrics:")] + "metrics:\n  - {name: queue, query: queue, worse: either}\n"
    root.check(only_queue, "quiet")
    root.check("on_undecided: pass\n" + only_queue.replace("reference: 5m", "reference: 5m, detect: 2%"), "blunt")
    root.check((CHECK % ("nobody-1, nobody-2", "")).replace("web-1, web-2", "nobody-3"), "nobody")
    return report(root, *CHECKS, code=1)


def articles(browser):
    """Of each article, in their order: its id, badge, heading, and how many charts there are in it."""
    return [tuple(one) for one in browser.run("""return [...document.querySelectorAll('article')].map((a) => [
        a.id, a.querySelector('.badge').textContent, a.querySelector('h2').textContent,
        a.querySelectorAll('.course svg').length, a.querySelectorAll('.placebo svg').length])""")]


def test_each_check_has_its_verdict_and_its_charts(browser, page):
    clean(browser, page)
    assert len(browser.all("h1")) == 1
    assert articles(browser) == [(f"c{i}", badge, f"{name}: {headline}", drawn, drawn)
                                 for i, (name, (badge, headline, drawn)) in enumerate(CHECKS.items())]
    seen = browser.run("return [...document.querySelectorAll('article .badge')].map((b) => b.checkVisibility())")
    assert seen == [True] * len(CHECKS)


def test_the_list_at_the_head_leads_to_each_check_with_its_verdict(browser, page):
    clean(browser, page)
    links = browser.all("ul.checks a")
    assert len(links) == len(CHECKS)
    for number, (name, (badge, headline, _)) in enumerate(CHECKS.items()):
        assert links[number] == f"{badge}: {headline} ({name} in test)"
        browser.run("document.querySelectorAll('ul.checks a')[arguments[0]].click()", number)
        browser.wait("return location.hash == '#c%d'" % number)
        browser.wait(ON_SCREEN % f"#c{number} .badge")
        browser.run("document.querySelector(arguments[0]).click()", f"#c{number} .back")
        browser.wait(ON_SCREEN % "ul.checks")


def test_no_two_things_of_the_page_have_one_name(browser, page):
    clean(browser, page)
    names = browser.run("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(names) == len(set(names))
    targets = [href for href in browser.all("a", "href") if "#" in href]
    assert {href.rsplit("#", 1)[1] for href in targets} <= set(names), "no link leads nowhere"


def test_a_link_of_one_check_opens_a_metric_of_that_check(browser, page):
    clean(browser, page)
    browser.run("document.querySelector('#c1 .metrics a').click()")
    browser.wait("return document.getElementById('c1m0').open")
    assert browser.run("return document.querySelectorAll('#c2 details.metric[open], #c1 details.metric[open]').length") == 2, (
        "what passed was folded, what was not decided is open")


def test_each_chart_tells_the_numbers_of_its_own_metric(browser, page):
    clean(browser, page)
    browser.unfold()
    labels = browser.all(".scrub", "aria-label")
    assert labels == [f"{name}: a point in time" for name in ("latency", "queue", "queue", "queue")]
    read = browser.run("""return [...document.querySelectorAll('.scrub')].map((s) => {
        s.value = 0; s.dispatchEvent(new Event('input'));
        return s.closest('details').querySelector('.readout').textContent; })""")
    assert len(read) == 4 and "ms" in read[0] and "ms" not in "".join(read[1:])
    assert read[1] == read[2] == read[3], "the same numbers, asked by three checks"


def test_the_page_is_accessible_and_fits_a_phone(browser, page):
    clean(browser, page, width=375)
    browser.unfold()
    assert browser.run("return document.documentElement.scrollWidth") == 375
    assert browser.axe() == []
    clean(browser, page, scheme="dark")
    browser.unfold()
    assert browser.axe(["color-contrast", "link-in-text-block"]) == []

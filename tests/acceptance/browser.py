"""A headless Chromium that looks at reports, and what it did meanwhile: requests, console, errors."""
import json
import re
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from support import HANG, ROOT

AXE = ROOT / "deps" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars"]


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="canarygate-chromium-")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS, f"--user-data-dir={self.profile.name}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(HANG)
        self.driver.set_script_timeout(HANG)

    def quit(self):
        self.driver.quit()
        self.profile.cleanup()

    def open(self, path, scheme="light", width=1200):
        """Opens a report; returns what was requested beside the page itself, and the console."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme},
                         {"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        self.log()  # what was before is nobody's
        address = path.as_uri()
        self.driver.get(address)
        requests = [url for url in self.log() if url != address and not url.startswith("data:")]
        return requests, self.driver.get_log("browser")

    def log(self):
        """The addresses requested since the last call."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages
                if m["method"] == "Network.requestWillBeSent"]

    def run(self, script, *args):
        return self.driver.execute_script(script, *args)

    def all(self, selector, what="textContent"):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => "
                        "arguments[1] in e ? e[arguments[1]] : e.getAttribute(arguments[1]))",
                        selector, what)

    def wait(self, condition):
        WebDriverWait(self.driver, HANG, poll_frequency=0.02).until(lambda _: self.run(condition))

    def unfold(self):
        self.run("document.querySelectorAll('details').forEach((d) => { d.open = true })")

    def axe(self, rules=None):
        """What axe-core finds wrong: one line a rule and element."""
        self.run(AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
        found = self.driver.execute_async_script(
            "const done = arguments[1]; axe.run(document, arguments[0]).then(done, "
            "(e) => done({violations: [{id: String(e), nodes: [{html: ''}]}]}))", options)
        return [f"{rule['id']}: {node['html'][:200]}"
                for rule in found["violations"] for node in rule["nodes"]]


def points_of(path):
    """The absolute positions of a path as our program writes them, as a list of its stretches."""
    stretches, command = [], None
    x = y = 0.0
    tokens = re.findall(r"[MlhvzHVL]|-?(?:\d+\.?\d*|\.\d+)", path)
    at = 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at]
            at += 1
            if command == "z":
                continue
        if command in "hHvV":
            number = float(tokens[at])
            x = x + number if command == "h" else number if command == "H" else x
            y = y + number if command == "v" else number if command == "V" else y
            at += 1
            if command in "HV":
                stretches[-1].append((x, y))
            continue
        a, b = float(tokens[at]), float(tokens[at + 1])
        at += 2
        x, y = (a, b) if command in "ML" else (x + a, y + b)
        if command == "M":
            stretches.append([])
        stretches[-1].append((x, y))
    return stretches

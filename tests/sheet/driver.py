"""A browser driven by the WebDriver protocol, with nothing but Python's standard library."""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # The key of an element's id, W3C WebDriver, 12.1
KEYS = {"Escape": "\ue00c", "Enter": "\ue007", "Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015", "Shift": "\ue008"}


def programs():
    """The paths of chromedriver and Chromium, or None where one of them is missing."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    driver = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
    return (driver, browser) if driver and browser else None


class Browser:
    """One window. Use it in a `with` statement."""

    def __init__(self, driver, browser, downloads):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{port}"
        self.profile = tempfile.mkdtemp(prefix="sheet-profile-")
        self.process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        arguments = ["--headless=new", "--window-size=1280,900", f"--user-data-dir={self.profile}", "--disable-gpu"]
        arguments += ["--disable-background-networking", "--no-first-run", "--disable-dev-shm-usage", "--hide-scrollbars"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium's own sandbox does not start as root, as in containers.
        options = {"binary": browser, "args": arguments, "prefs": {"download.default_directory": downloads}}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self._wait_until_ready()
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{session['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", self.session)
        finally:
            self.process.terminate()
            self.process.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def _wait_until_ready(self):
        for _ in range(600):
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.1)
        raise RuntimeError("chromedriver does not answer")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def open(self, address):
        self._call("POST", self.session + "/url", {"url": address})

    def run(self, script, *arguments):
        """What the body of a function, `script`, returns in the page."""
        return self._call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def run_later(self, script, *arguments):
        """What `script` gives to the function that is its last argument."""
        return self._call("POST", self.session + "/execute/async", {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self._call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        return found[ELEMENT]

    def click(self, selector):
        self._call("POST", f"{self.session}/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self._call("POST", f"{self.session}/element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys, held=()):
        """Presses keys one after another, with others held."""
        keys, held = ([KEYS.get(key, key) for key in some] for some in (keys, held))
        down = [{"type": "keyDown", "value": key} for key in held]
        pressed = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        up = [{"type": "keyUp", "value": key} for key in held]
        self._act({"type": "key", "id": "keys", "actions": down + pressed + up})

    def drag(self, start, end):
        """Drags from one point of the window to another, in CSS pixels."""
        move = lambda point: {"type": "pointerMove", "duration": 20, "x": round(point[0]), "y": round(point[1])}
        half = [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        self._act({"type": "pointer", "id": "mouse", "actions": [move(start), down, move(half), move(end), up]})

    def _act(self, source):
        self._call("POST", self.session + "/actions", {"actions": [source]})

    def tell_chromium(self, command, **parameters):
        return self._call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look_like(self, width, height, scheme):
        """A window of this size whose user likes the colour scheme `scheme`."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell_chromium("Emulation.setDeviceMetricsOverride", **metrics)
        self.tell_chromium("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._call("GET", self.session + "/screenshot")))

    def log(self, kind):
        """What was logged since the last call: `browser` for the console, `performance` for everything loaded."""
        return self._call("POST", self.session + "/se/log", {"type": kind})

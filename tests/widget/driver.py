"""What the browser tests share: the double as a process, and the widget as a pupil meets it."""

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

GREETING = {"pl": "Cześć! Jestem Drogowskaz", "en": "Hi! I am Drogowskaz"}
OPEN = {"pl": "otwórz czat", "en": "open the chat"}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """The double in a process of its own; `kill` and `start` again keep port and conversations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.widget.fake_api", str(self.port), str(self.folder)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                self.told()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("the double did not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def reset(self) -> None:
        """Running, in a good mood, and without conversations."""
        if self._process is None:
            self.start()
        self.control("/reset")

    def told(self) -> dict[str, Any]:
        """What the double has received."""
        with urllib.request.urlopen(f"{self.url}/_control", timeout=5) as answer:  # noqa: S310 - our own process
            return dict(json.load(answer))

    def control(self, path: str = "", **values: Any) -> None:
        """Set the double's mood, or make something happen (`/forget`, `/event`)."""
        request = urllib.request.Request(f"{self.url}/_control{path}", json.dumps(values).encode(), method="POST")  # noqa: S310
        request.add_header("Content-Type", "application/json")
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310

    def heard(self) -> list[str]:
        """The pupils' messages of all conversations, in order."""
        return [
            event["text"]
            for talk in self.told()["talks"]
            for event in talk["events"]
            if event["type"] == "message" and event["sender"] == "pupil"
        ]

    def school(self, **options: str) -> str:
        """The address of a school's page with the widget, see `fake_api.school`."""
        return f"{self.url}/school?{urlencode(options)}"


class Widget:
    """The widget on a page."""

    def __init__(self, page: Page, server: Server, language: str = "pl") -> None:
        self.page = page
        self.server = server
        self.language = language
        self.host = page.locator("#drogowskaz-widget")
        self.launcher = page.locator(".launcher")
        self.panel = page.locator("dialog.panel")
        self.log = page.get_by_role("log")
        self.input = page.locator("#text")
        self.banner = page.locator(".banner")
        self.question = page.locator("dialog.question")

    async def visit(self, url: str | None = None) -> None:
        attributes = f'data-language="{self.language}"'
        await self.page.goto(url or self.server.school(lang=self.language, attributes=attributes))
        await self.launcher.wait_for(state="attached")

    async def open(self) -> None:
        """Open the panel and wait for the greeting."""
        await self.launcher.click()
        await self.log.get_by_text(GREETING[self.language]).wait_for()

    async def start(self) -> None:
        await self.visit()
        await self.open()

    async def say(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def ask(self, text: str, expected: str) -> None:
        """Say something and wait for the answer that contains `expected`."""
        await self.say(text)
        await self.bot(expected).wait_for()

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def lines(self, sender: str) -> Locator:
        return self.log.locator(f".line.{sender}")

    def pupil(self, text: str) -> Locator:
        return self.lines("pupil").filter(has_text=text)

    def bot(self, text: str) -> Locator:
        return self.log.locator(".line:not(.pupil), .notice").filter(has_text=text)

    async def focused(self) -> str:
        """What has the focus, inside the widget if it is there: its accessible name, class or tag."""
        return str(
            await self.page.evaluate(
                """() => {
                  let at = document.activeElement;
                  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                  const labelled = at.id && at.getRootNode().querySelector(`label[for=${at.id}]`);
                  return labelled?.textContent || at.getAttribute('aria-label') || at.textContent || at.tagName;
                }"""
            )
        )

    async def listen(self) -> None:
        """From now on note whatever is put into a live region, as a screen reader would say it."""
        await self.page.evaluate(
            """() => {
              window.said = [];
              const root = document.querySelector('#drogowskaz-widget').shadowRoot;
              const note = (changes) => {
                for (const { addedNodes, target } of changes) {
                  const at = target.nodeType === 1 ? target : target.parentElement;
                  const region = at?.closest('[aria-live], [role=status], [role=alert], [role=log]');
                  if (!region || region.getAttribute('aria-live') === 'off') continue;
                  for (const node of addedNodes) if (node.textContent.trim()) window.said.push(node.textContent.trim());
                }
              };
              new MutationObserver(note).observe(root, { childList: true, subtree: true, characterData: true });
            }"""
        )

    async def said(self) -> list[str]:
        return list(await self.page.evaluate("window.said"))


async def eventually(check: Any, seconds: float = 10) -> None:
    """Wait until `check()` is true."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        await asyncio.sleep(0.05)

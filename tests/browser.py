"""Pages in a browser, for tests of what their scripts do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def dom(page: str, folder: Path, script: str = "", fragment: str = "") -> str:
    """What Chromium makes of a page, after a script that is added to it."""
    browser = shutil.which("chromium")
    if browser is None:
        assert not os.environ.get("CI"), "no chromium; .ci/run installs it"
        pytest.skip("no chromium")
    place = folder / "page.html"
    place.write_text(page.replace("</body>", f"<script>{script}</script></body>"), "utf-8")
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000", "--dump-dom",
        f"{place.as_uri()}{fragment}",
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

"""The public page in a real browser: with its script and without, in both languages, on a desk and
on a phone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.chromium import Tab, browsing
from tests.edge_kit import ScriptedUpstream
from tests.journeys.conftest import Launch
from tests.journeys.test_verify import STORY, tell
from tests.process_kit import Program, chat

pytestmark = pytest.mark.judges

SCREENS = {"desktop": (1100, 900), "phone": (360, 740)}
VERDICTS = {"zh": "是，由本服务生成", "en": "Yes, made here"}
FOCUSED = "(a => a.id || a.className || a.tagName)(document.activeElement)"
VERDICT = "(document.querySelector('.answer h2') || {}).textContent"


@pytest.fixture
async def program(launch: Launch, upstream: ScriptedUpstream) -> Program:
    """A gateway that told one story."""
    upstream.script = tell
    started = await launch(
        "version: 1\nextends: cn-public\n", verify={"requests_per_minute": 0}
    )  # fmt: skip
    got = await started.ask(chat())
    await started.record(got.headers["x-sealgate-exchange"])
    return started


@pytest.fixture
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    """A browser's page."""
    async with browsing(tmp_path / "browser") as opened:
        yield opened


async def show(tab: Tab, program: Program, language: str, screen: str = "desktop") -> None:
    """Open the page on a screen."""
    width, height = SCREENS[screen]
    await tab.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
        mobile=screen == "phone",
    )  # fmt: skip
    await tab.open(f"http://127.0.0.1:{program.port}/verify?lang={language}")


async def ask(tab: Tab, text: str) -> None:
    """Type a text and press the button."""
    await tab.value(f"document.getElementById('text').value = {json.dumps(text)}")
    await tab.value("document.querySelector('button').click()")
    await tab.becomes(f"!!{VERDICT}")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_text_on_every_screen(tab: Tab, program: Program, script: bool) -> None:
    """The verdict is there, the page is as wide as its screen, the console has no complaint: so the
    content policy allows all that the page needs."""
    await tab.call("Emulation.setScriptExecutionDisabled", value=not script)
    for language, verdict in VERDICTS.items():
        for screen, (width, _) in SCREENS.items():
            await show(tab, program, language, screen)
            assert (
                await tab.value("document.documentElement.classList.contains('script')") is script
            )
            await ask(tab, STORY[10:90])
            assert await tab.value(VERDICT) == verdict
            assert await tab.value("document.documentElement.scrollWidth") <= width
            picture = Image.open(BytesIO(await tab.picture()))
            assert width - 20 <= picture.width <= width  # a scroll bar may take some
            assert len(picture.convert("RGB").getcolors(1 << 20) or ()) > 50
    assert tab.complaints == []


async def test_the_answer_is_announced(tab: Tab, program: Program) -> None:
    """It comes without a new page, into a live region, and takes the focus."""
    await show(tab, program, "en")
    await tab.value("window.same = true")
    await ask(tab, STORY)
    assert await tab.value("window.same") is True
    assert await tab.becomes("document.activeElement.matches('.answer h2')")
    assert await tab.value("document.querySelector('[aria-live] .answer') !== null")
    assert await tab.becomes("document.querySelector('button').disabled === false")


async def test_a_dropped_file(tab: Tab, program: Program) -> None:
    """Dropped anywhere on the page, it is named (as text, whatever its name) and read."""
    await show(tab, program, "en")
    name = "<img src=x onerror=window.hit=1>.txt"
    await tab.value(
        "(() => { const all = new DataTransfer();"
        f" all.items.add(new File([{json.dumps(STORY)}], {json.dumps(name)}));"
        " document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: all, bubbles: true,"
        " cancelable: true})); })()"
    )
    assert await tab.value("document.getElementById('chosen').textContent") == f"Chosen: {name}"
    await tab.value("document.querySelector('button').click()")
    await tab.becomes(f"!!{VERDICT}")
    assert await tab.value(VERDICT) == VERDICTS["en"]
    assert await tab.value("window.hit") is None


async def test_by_keyboard(tab: Tab, program: Program) -> None:
    """Every control is reached by the tab key, in the order of the page."""
    await show(tab, program, "en")
    reached = []
    for _ in range(6):
        for kind in ("keyDown", "keyUp"):
            await tab.call(
                "Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                windowsVirtualKeyCode=9,
            )  # fmt: skip
        reached.append(await tab.value(FOCUSED))
    assert reached[:5] == ["skip", "language", "file", "text", "BUTTON"]

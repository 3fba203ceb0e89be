"""Somebody of an office at a browser without script, who follows what a page shows."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from office_world import OfficeWorld
from page_client import PageClient


@dataclass
class Secretary:
    """Somebody at a browser without script, who follows what a page shows; counts each click on a link or button."""

    client: PageClient
    clicks: int = 0
    page: str = field(init=False, default="")

    def open_office(self) -> None:
        self.client.get("/office")
        self.clicks = 0
        self._read()

    def _read(self) -> None:
        response = self.client.response
        assert response is not None
        if response.status_code == 303:
            self.client.get(response.headers["Location"].split("#")[0])
            response = self.client.response
            assert response is not None
        self.page = response.get_data(as_text=True)

    def follow(self, words: str) -> None:
        """Click the first link that begins with some words."""
        found = re.search(rf'<a [^>]*href="([^"#]+)[^"]*"[^>]*>\s*{re.escape(words)}', self.page)
        assert found, (words, self.page)
        self.clicks += 1
        self.client.get(html.unescape(found.group(1)))
        self._read()

    def press(self, words: str, status: int = 303, **typed: object) -> None:
        """Click the button that begins with some words, in a form whose controls hold what was typed."""
        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        form = next(one for one in forms if re.search(rf"<button[^>]*>\s*{re.escape(words)}", one))
        action = re.search(r'action="([^"]*)"', form)
        assert action
        values: dict[str, object] = {}
        for tag in re.findall(r"<input[^>]*>", form):
            name, value = (re.search(rf'\b{one}="([^"]*)"', tag) for one in ("name", "value"))
            ticked = not re.search(r'type="(radio|checkbox)"', tag) or " checked" in tag
            if name and ticked and name.group(1) != "csrf_token":
                values[name.group(1)] = html.unescape(value.group(1)) if value else ""
        for name, said in re.findall(r'<textarea[^>]*\bname="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL):
            values[name] = html.unescape(said)
        for name, options in re.findall(r'<select[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
            chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
            values[name] = chosen.group(1) if chosen else ""
        unknown = [name for name in typed if f'name="{name}"' not in form]
        assert not unknown, unknown
        self.clicks += 1
        self.client.post(html.unescape(action.group(1)), status, **{**values, **typed})
        self._read()


def secretary(office: OfficeWorld, who: str = "principal") -> Secretary:
    made = Secretary(office.world.client(who))
    made.open_office()
    return made

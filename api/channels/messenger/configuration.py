"""What the channel must be told: the pages with their tokens, and the secrets of the app. Off when nothing is set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from api.settings import HalfSet, Settings


@dataclass(frozen=True)
class Configuration:
    """`pages` holds the access token of each page by the page's id. Nothing secret shows in a repr."""

    pages: Mapping[str, str] = field(repr=False)
    app_secret: str = field(repr=False)
    app_id: str | None
    verify_token: str = field(repr=False)
    graph: str
    long_gap: timedelta
    persona_picture: str | None


def configuration(chosen: Settings) -> Configuration | None:
    """The channel's settings; None when it is off. Raises HalfSet."""
    needed = {
        "MESSENGER_PAGES": chosen.messenger_pages,
        "MESSENGER_APP_SECRET": chosen.messenger_app_secret,
        "MESSENGER_VERIFY_TOKEN": chosen.messenger_verify_token,
    }
    missing = [name for name, value in needed.items() if not value]
    if len(missing) == len(needed):
        return None
    if missing:
        raise HalfSet(f"Messenger is only half set up: {' and '.join(missing)} must be set, too (docs/messenger.md).")
    return Configuration(
        pages=_pages(chosen.messenger_pages or ""),
        app_secret=chosen.messenger_app_secret or "",
        app_id=chosen.messenger_app_id,
        verify_token=chosen.messenger_verify_token or "",
        graph=f"{chosen.messenger_graph_url.rstrip('/')}/{chosen.messenger_graph_version}",
        long_gap=timedelta(hours=chosen.messenger_long_gap_hours),
        persona_picture=chosen.messenger_persona_picture,
    )


def _pages(written: str) -> dict[str, str]:
    """`PAGE_ID:TOKEN`, several of them with commas between."""
    pages = {}
    for part in written.split(","):
        page, _, token = part.strip().partition(":")
        if not page.isdigit() or not token:
            raise HalfSet("MESSENGER_PAGES must read PAGE_ID:TOKEN, with commas between several pages.")
        pages[page] = token
    return pages

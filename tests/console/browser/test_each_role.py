"""Each role at each page of the console, as a browser meets it: opened and sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from api.accounts.roles import Role, permissions
from tests.console.browser.driver import Desk, Service, hire
from tests.console.test_roles import ENDLESS, NAMES, NEEDS

pytestmark = pytest.mark.browser

SEND = """async (path) => {
    const csrf = document.querySelector("input[name=csrf]").value;
    const answer = await fetch(path, {method: "POST", body: new URLSearchParams({csrf}), redirect: "manual"});
    return answer.status;
}"""


@pytest.fixture(params=list(Role))
def somebody(service: Service, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Desk, Role]]:
    """A person with one role."""
    desk = hire(service, chromium, f"Only-{request.param}", request.param)
    yield desk, request.param
    desk.context.close()


def test_a_browser_is_let_in_where_its_role_may_go_and_nowhere_else(somebody: tuple[Desk, Role]) -> None:
    desk, role = somebody
    start = desk.page.url
    for page, needed in NEEDS.items():
        allowed = needed is None or needed in permissions([role])
        method, path = page.split()
        address = path.format_map(NAMES)
        is_file = path.endswith((".csv", ".json", "{form}"))
        if (allowed and (page in ENDLESS or is_file)) or path == "/console/sign-out":
            continue
        if method == "GET":
            answer = desk.page.goto(desk.service.url + address)
            assert answer is not None
            status = answer.status
        else:
            desk.page.goto(start)
            status = desk.page.evaluate(SEND, address)
        assert (status == 403) == (not allowed), f"{role} at {page}: {status}"
        assert status < 500, page

"""A mail server as a process: keeps each mail as a file, and refuses or dawdles when a file of that name is there.

python -m tests.alerts.smtp_server FOLDER PORT
"""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Handler:
    """What the server does with a mail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail, unless told to refuse it or to take long."""
        while (self.folder / "dawdle").exists():  # noqa: ASYNC110 - a file is what another process can set
            await asyncio.sleep(0.05)
        if (self.folder / "refuse").exists():
            (self.folder / "refused").touch()
            return "451 Try again later"
        number = len(list(self.folder.glob("*.eml")))
        user = str(getattr(session, "auth_data", None) or "")
        draft = self.folder / f"{number}.draft"
        draft.write_bytes(
            f"X-To: {','.join(envelope.rcpt_tos)}\r\nX-User: {user}\r\n".encode() + bytes(envelope.content or b"")
        )
        draft.rename(self.folder / f"{number}.eml")
        return "250 OK"


def authenticate(
    _server: object, _session: object, _envelope: object, _mechanism: str, data: LoginPassword
) -> AuthResult:
    """Let one user in."""
    known = data.login == b"bot" and data.password == b"p@ss"
    return AuthResult(success=known, auth_data=data.login.decode())


if __name__ == "__main__":
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    controller = Controller(
        Handler(folder), hostname="127.0.0.1", port=port, authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    (folder / "ready").touch()
    asyncio.new_event_loop().run_forever()

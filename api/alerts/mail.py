"""The e-mail that calls counsellors: which talks wait, and links to them. Never a word of a pupil."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from api.settings import HalfSet, Settings
from api.texts import LANGUAGES, text

SECONDS = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True)
class Post:
    """The mail server, and who writes to whom."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class Call:
    """A talk that somebody should look at."""

    conversation_id: str
    urgent: bool


def post(settings: Settings) -> Post | None:
    """The mail server of the settings, or None when e-mail is off. Raises HalfSet."""
    given = (settings.smtp_url, settings.alert_from, settings.alert_to)
    if not any(given):
        return None
    if not settings.smtp_url or not settings.alert_from or not settings.alert_to:
        raise HalfSet("SMTP_URL, ALERT_FROM and ALERT_TO belong together: set all three or none.")
    address = urlsplit(settings.smtp_url)
    if address.scheme not in PORTS or not address.hostname:
        raise HalfSet("SMTP_URL must look like smtp+starttls://user:password@host:587, or smtps://…, or smtp://….")
    return Post(
        scheme=address.scheme,
        host=address.hostname,
        port=address.port or PORTS[address.scheme],
        user=unquote(address.username) if address.username else None,
        password=unquote(address.password) if address.password else None,
        sender=settings.alert_from,
        to=tuple(one.strip() for one in settings.alert_to.split(",") if one.strip()),
    )


def compose(to: Post, calls: Sequence[Call], public_url: str) -> EmailMessage:
    """The message, in both languages, those in danger first."""
    urgent = sum(call.urgent for call in calls)
    message = EmailMessage()
    message["From"], message["To"] = to.sender, ", ".join(to.to)
    message["Subject"] = text("alerts.subject_safety" if urgent else "alerts.subject_waiting", "pl", count=len(calls))
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=to.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    lines = [
        f"{text('alerts.safety' if call.urgent else 'alerts.waiting', language)}\n"
        f"{public_url}/console/talks/{call.conversation_id}"
        for language in LANGUAGES
        for call in sorted(calls, key=lambda call: not call.urgent)
    ]
    notes = [text("alerts.why", language) for language in LANGUAGES]
    message.set_content("\n\n".join([*lines, *notes]) + "\n")
    return message


def send(to: Post, message: EmailMessage) -> None:
    """Hand the message over. Raises OSError or smtplib.SMTPException; to be called in a thread of its own."""
    context = ssl.create_default_context()
    if to.scheme == "smtps":
        with smtplib.SMTP_SSL(to.host, to.port, timeout=SECONDS, context=context) as server:
            _hand_over(server, to, message)
        return
    with smtplib.SMTP(to.host, to.port, timeout=SECONDS) as server:
        if to.scheme == "smtp+starttls":
            server.starttls(context=context)
        _hand_over(server, to, message)


def _hand_over(server: smtplib.SMTP, to: Post, message: EmailMessage) -> None:
    if to.user:
        server.login(to.user, to.password or "")
    server.send_message(message)

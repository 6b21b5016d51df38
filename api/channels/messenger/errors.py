"""What Meta's calls can do wrong, in the one shape of `api/errors.py`.

ServiceError
├── Unreadable (400)   signed, but not what Meta sends
├── Forged (403)       the signature or the verify token is missing or wrong
└── TooLarge (413)     more than Meta ever sends
"""

from api.errors import ServiceError


class Unreadable(ServiceError):
    """The body is signed and yet no delivery of a page."""

    status = 400
    code = "unreadable"


class Forged(ServiceError):
    """Whoever calls has not shown that it is Meta."""

    status = 403
    code = "forged"

    def __init__(self, what: str = "The signature is missing or wrong.") -> None:
        super().__init__(what)


class TooLarge(ServiceError):
    """The body is larger than any delivery."""

    status = 413
    code = "too_large"

    def __init__(self) -> None:
        super().__init__("The body is too large.")

"""One TLS context for all calls to others.

Each client of httpx would make its own, which reads all certificates and takes some 20 ms of a processor.
"""

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=1)
def context() -> ssl.SSLContext:
    """httpx's own context: it trusts the authorities of certifi, or those named by SSL_CERT_FILE."""
    return httpx.create_ssl_context()

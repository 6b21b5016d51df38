"""httpx's calls with one TLS context for all of them: in a loop that waits for a start, those of all calls would cost
more than the start (`api/tls.py`).
"""

from functools import partial

import httpx

from api import tls

TLS = tls.context()

request = partial(httpx.request, verify=TLS)
stream = partial(httpx.stream, verify=TLS)
get = partial(httpx.get, verify=TLS)
post = partial(httpx.post, verify=TLS)
delete = partial(httpx.delete, verify=TLS)

"""The widget's files as they are served: linked to each other by content hash and compressed, once at import.

In the sources `{{name:panel.css}}` stands for the served name of a file, `{{text:launcher.css}}` for its text in a
JavaScript string; `import … from './talk.js'` names a module by its source name. No source may hold a text of several
lines in backticks, since lines lose their indentation.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# Each after those that it names.
ORDER = (
    "icon.svg",
    "launcher.css",
    "panel.css",
    "page.css",
    "embed.js",
    "texts.js",
    "lines.js",
    "talk.js",
    "dialogs.js",
    "panel.js",
)

_PLACEHOLDER = re.compile(r"{{(name|text):([\w.]+)}}")
_IMPORT = re.compile(r"from '\./([\w.]+)'")


@dataclass(frozen=True)
class Asset:
    """One file, ready to be sent."""

    name: str
    plain: bytes
    packed: bytes
    media_type: str
    etag: str


def _asset(source: str, text: str) -> Asset:
    stem, dot, ending = source.rpartition(".")
    plain = _short(text).encode()
    digest = hashlib.sha256(plain).hexdigest()[:12]
    packed = gzip.compress(plain, 9, mtime=0)
    return Asset(f"{stem}-{digest}.{ending}", plain, packed, MEDIA_TYPES[dot + ending], f'"{digest}"')


def _short(text: str) -> str:
    """Without indentation and comments of whole lines: a fifth smaller, and as easy to read in a debugger."""
    lines = (line.strip() for line in re.sub(r"^\s*/\*.*?\*/", "", text, flags=re.DOTALL | re.MULTILINE).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _in_a_string(css: str) -> str:
    """Style rules without white space that means nothing, to stand between single quotes."""
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", css)).replace("\\", "\\\\").replace("'", "\\'").strip()


def _linked(source: str, made: dict[str, Asset]) -> str:
    def placeholder(match: re.Match[str]) -> str:
        kind, name = match.groups()
        return made[name].name if kind == "name" else _in_a_string(made[name].plain.decode())

    text = _PLACEHOLDER.sub(placeholder, (FOLDER / source).read_text(encoding="utf-8"))
    return _IMPORT.sub(lambda match: f"from './{made[match[1]].name}'", text)


def _made() -> dict[str, Asset]:
    made: dict[str, Asset] = {}
    for source in ORDER:
        made[source] = _asset(source, _linked(source, made))
    return made


_MADE = _made()

PARTS = {asset.name: asset for asset in _MADE.values()}
SCRIPT = _asset("widget.js", _linked("widget.js", _MADE))
PAGES = {name: _linked(name, _MADE) for name in ("page.html", "embed.html")}

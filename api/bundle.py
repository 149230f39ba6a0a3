"""The modules of a page in one file, so that a first visit asks once and not thirty times.

Nothing is translated: each module stays as it is written, within a function of its own that is run once, by whoever
first imports it, and gives what it exports. Only the few forms that the page uses are known; any other is refused when
the server starts, not met by a visitor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath, relpath

_IMPORT = re.compile(r'^import \{ (?P<names>[^}]+) \} from "(?P<path>[^"]+)";$', re.MULTILINE)
_DATA = re.compile(r'^import (?P<name>\w+) from "(?P<path>[^"]+\.json)" with \{ type: "json" \};$', re.MULTILINE)
_LATER = re.compile(r'\bimport\("(?P<path>[^"]+)"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (?P<name>\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_ONCE = "const once = (run) => { let given; return () => (given ??= run()); };"


def bundle(files: Mapping[str, str], entry: str, path: str) -> str:
    """One module that does what `entry` does, to be served at `path`.

    `files` has the modules (`.js`) and the data that they import (`.json`); all paths begin at the same folder.
    """
    parts = [_module(name, source, files, dirname(path)) for name, source in files.items() if name.endswith(".js")]
    return "\n".join([_ONCE, *parts, f"{_function(entry)}();\n"])


def _module(name: str, source: str, files: Mapping[str, str], home: str) -> str:
    def resolved(found: re.Match[str]) -> str:
        return normpath(join(dirname(name), found["path"]))

    def there(found: re.Match[str]) -> str:
        if (target := resolved(found)) not in files:
            raise ValueError(f"{name} imports {target}, which is not there")
        return target

    def data(found: re.Match[str]) -> str:
        return f"const {found['name']} = {files[there(found)].strip()};"

    def given(found: re.Match[str]) -> str:
        return f"const {{ {found['names'].replace(' as ', ': ')} }} = {_function(there(found))}();"

    def later(found: re.Match[str]) -> str:
        target = resolved(found)
        if target in files:
            return f"Promise.resolve().then({_function(target)})"
        return f'import("./{relpath(target, home or ".")}")'

    exported = [found["name"] for found in _EXPORT.finditer(source)]
    body = _EXPORT.sub("", _LATER.sub(later, _DATA.sub(data, _IMPORT.sub(given, source))))
    if unknown := _OTHER.search(body):
        raise ValueError(f"{name} has a line that cannot be bundled: {unknown[0]}")
    return f"const {_function(name)} = once(() => {{ // {name}\n{body}\nreturn {{ {', '.join(exported)} }};\n}});"


def _function(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)

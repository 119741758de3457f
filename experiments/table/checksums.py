"""What a folder of results is known by: a SHA-256 of each file in its manifest, and one of the manifest itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMAT = 2  # of the folder; 1 had neither a number nor checksums
CHECKSUMS, CHECKSUM = "checksums", "checksum"
MANIFEST = "manifest.json"


def of_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_manifest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of all that a manifest says but this."""
    rest = {key: value for key, value in manifest.items() if key != CHECKSUM}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def files_in(folder: Path) -> list[str]:
    """Files below a folder but its manifest, by their path in it."""
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in found if name != MANIFEST]


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a folder whose other files are all there."""
    checksums = {name: of_file(folder / name) for name in files_in(folder)}
    _write(folder, {"format": FORMAT, **manifest, CHECKSUMS: checksums})


def add(folder: Path, names: list[str]) -> None:
    """Take files that were written later, or anew, into the manifest; a folder of an earlier format stays as it is."""
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    if manifest.get("format", 1) == FORMAT:
        manifest[CHECKSUMS] |= {name: of_file(folder / name) for name in names}
        _write(folder, manifest)


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    plain = json.loads(json.dumps(manifest))  # as it will be read again
    whole = {**plain, CHECKSUM: of_manifest(plain)}
    fresh = folder / f".{MANIFEST}"
    fresh.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", "utf-8")
    fresh.replace(folder / MANIFEST)

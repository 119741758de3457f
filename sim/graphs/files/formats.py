"""What a file is, by its content: which kind of graph file, or which other file without ties; and its encoding."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from sim.errors import UserError

Format = Literal["text", "GraphML", "GEXF", "GML", "Pajek", "Matrix Market"]

EXPECTED = "expected two ids separated by a comma, a tab or blanks"
READ = "expected a list of ties (csv or text), GraphML, GML, GEXF or Pajek"
HEAD = 65_536

_MAGIC = (
    (b"PAR1", "a Parquet file"), (b"SQLite format 3\0", "an SQLite database"), (b"ARROW1", "an Arrow file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"), (b"%PDF-", "a PDF"), (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"), (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\0", "an xz file"), (b"7z\xbc\xaf", "a 7z archive"), (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"), (b"\x89HDF", "an HDF5 file"), (b"\x93NUMPY", "a NumPy array"),
    (b"RDX2\n", "an R data file"), (b"RDX3\n", "an R data file"), (b"X\n\0\0", "an R data file"),
    (b"\x80\x04", "a pickle"), (b"\x80\x05", "a pickle"), (b"MATLAB 5", "a MATLAB file"),
    (b"version https://git-lfs", "a Git LFS pointer and not the file itself, which git lfs pull fetches"),
    (b"/annex/objects/", "a git-annex pointer and not the file itself, which git annex get fetches"),
    (b">>graph6<<", "graph6"), (b">>sparse6<<", "sparse6"), (b"nodedef>", "GDF"), (b"LEDA.GRAPH", "a LEDA graph"),
)  # fmt: skip
_ZIPPED = ((b"xl/", "an Excel workbook"), (b"opendocument", "an OpenDocument file"), (b".npy", "a NumPy archive"))
_READ: tuple[tuple[str, Format], ...] = (  # searched for in what begins as XML
    (r"<(\w+:)?graphml\b", "GraphML"),
    (r"<(\w+:)?gexf\b", "GEXF"),
)
_REFUSED = (
    (r'\{\s*["}]|\[\s*[\[{"\]0-9-]', "JSON"),
    (r"(strict\s+)?(di)?graph\b[^\[\n,;\t]*\{", "a DOT file of Graphviz"),
    (r"dl\b.*\bn\s*=\s*\d", "a DL file of UCINET"),
    (r"\*(node|tie)\s+data", "a VNA file"),
)
_CHINESE = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]+")


def format_of(data: bytes, source: str) -> Format:
    """Know the format of a file by what it holds.

    Parameters
    ----------
    data
        The whole file, unpacked.
    source
        What messages call it.

    Raises
    ------
    UserError
        If it holds something else than ties; names what.
    """
    if not data.strip():
        raise UserError(f"{source}: the file is empty; {READ}")
    if seen := _magic(data):
        raise UserError(f"{source}: looks like {seen}; {READ}")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    head = data[:HEAD].decode("utf-16" if wide else "latin-1", errors="replace").removeprefix("ï»¿").lstrip()
    if head.startswith("<"):
        return _xml(head, source)
    for pattern, seen in _REFUSED:
        if re.match(pattern, head, re.IGNORECASE):
            raise UserError(f"{source}: looks like {seen}; {READ}")
    if head.lower().startswith("%%matrixmarket"):
        return "Matrix Market"
    if re.search(r"^\*(vertices|network)\b", head, re.IGNORECASE | re.MULTILINE):
        return "Pajek"
    is_gml = all(re.search(rf"\b{key}\s*\[", head, re.IGNORECASE) for key in ("graph", "node"))
    return "GML" if is_gml else "text"


def _xml(head: str, source: str) -> Format:
    for pattern, name in _READ:
        if re.search(pattern, head, re.IGNORECASE):
            return name
    is_page = re.search(r"<!doctype\s+html|<(html|head|body)\b", head, re.IGNORECASE)
    seen = "an HTML page" if is_page else "an XML file that is neither GraphML nor GEXF"
    raise UserError(f"{source}: looks like {seen}; {READ}")


def decoded(data: bytes, source: str) -> tuple[bytes, str]:
    """A text in UTF-8 without a byte-order mark, and the name of the encoding that it was in.

    GBK is believed where most of what is not ASCII are Chinese characters in common use.

    Raises
    ------
    UserError
        If it is in none of UTF-8, UTF-16 with a byte-order mark, and GBK; names the first line that is not UTF-8.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode(), "UTF-16"
        except UnicodeError:
            raise UserError(f"{source}: begins as UTF-16 and is not; {EXPECTED}, saved as UTF-8") from None
    data = data.removeprefix(codecs.BOM_UTF8)
    place = data.find(b"\0")
    if place < 0:
        if data.isascii():
            return data, "UTF-8"
        try:
            data.decode()
            return data, "UTF-8"
        except UnicodeDecodeError as error:
            place = error.start
        if (text := _gbk(data)) is not None:
            return text.encode(), "GBK"
    line = len(data[: place + 1].splitlines())
    raise UserError(f"{source}, line {line}: not text in UTF-8; {EXPECTED}, saved as UTF-8")


def _magic(data: bytes) -> str | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((name for mark, name in _ZIPPED if mark in data[:HEAD]), "a zip archive")
    if data[257:262] == b"ustar":
        return "a tar archive"
    return next((name for mark, name in _MAGIC if data.startswith(mark)), None)


def _gbk(data: bytes) -> str | None:
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return None
    letters = "".join(_CHINESE.findall(text))
    common = letters.encode("gb2312", errors="ignore").decode("gb2312")
    return text if 2 * len(common) > len(re.sub(r"[\x00-\x7f]+", "", text)) else None

"""Friendship graphs from files, in the forms in which public collections, spreadsheets and programs leave them."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from sim.errors import UserError
from sim.graphs.files.delimited import read_delimited
from sim.graphs.files.formats import decoded, format_of
from sim.graphs.files.networks import read_network
from sim.graphs.friendships import Friendships, Ids, gathered
from sim.graphs.graph import Graph

CHUNK = 1 << 14  # bytes: a fault is placed that well


def read_friendships(path: str | Path, directed: bool = False) -> Friendships:
    """Read friendships from a file, packed by gzip or not.

    Its content shows the format: text with a tie a line, GraphML, GML, GEXF, Pajek or Matrix Market. In text a line
    names two people by ids of any kind, separated by a comma, a tab, a semicolon, a bar or blanks. A header names the
    two columns in whichever place; without one they are the first two. Further columns are left aside. Empty lines and
    lines that begin with # or % are comments, unless the ids begin so. Ids that hold a separator stand in double
    quotes.

    Parameters
    ----------
    path
        The file.
    directed
        False: a tie is a friendship, whichever id comes first. True: a tie says that the first names the second, as
        in lists of followers, and only those who name each other are friends; who only follows belongs to an
        audience. People without a mutual tie stay in the graph, isolated. Where a format calls its ties undirected,
        they are friendships in either case.

    Raises
    ------
    UserError
        If the file cannot be read, holds something else or holds no tie; names the file, and the line or what it
        looks like.
    """
    source = str(path)
    raw = _unpacked(Path(path))
    kind = format_of(raw, source)
    data, encoding = decoded(raw, source)
    del raw
    ties = read_delimited(data, source) if kind == "text" else read_network(data, kind, source, directed)
    return gathered(source, ties._replace(encoding=encoding), directed)


def read_edge_list(path: str | Path, directed: bool = False) -> tuple[Graph, Ids]:
    """The graph and the ids that `read_friendships` finds in a file.

    Returns
    -------
    graph : Graph
    ids : ndarray of int64, shape (N,), or list of str
        The id of each row, in rising order: integers where all ids are integers, text otherwise.

    Raises
    ------
    UserError
        As `read_friendships`.
    """
    graph, ids, _ = read_friendships(path, directed)
    return graph, ids


def _unpacked(path: Path) -> bytes:
    chunks: list[bytes] = []
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                return file.read()
            stream = gzip.GzipFile(fileobj=file)
            while chunk := stream.read1(CHUNK):  # read would drop what stands before a fault
                chunks.append(chunk)
            return b"".join(chunks)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        line = sum(chunk.count(b"\n") for chunk in chunks)
        raise UserError(f"{path}: the gzip file is broken after line {line}; expected a whole one") from None
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; expected a list of ties") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a folder; expected a file with a list of ties") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); expected a list of ties") from None

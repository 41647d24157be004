"""What a file is: by its extension, checked against its first bytes."""

from __future__ import annotations

from queries.errors import DataError
from queries.importers.archive import SourceFile

_FORMATS = {
    ".xpt": "SAS XPORT",
    ".xport": "SAS XPORT",
    ".sas7bdat": "SAS",
    ".json": "JSON",
    ".ndjson": "JSON",
    ".dsjc": "JSON",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".parquet": "Parquet",
}
_SAS_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_MAGIC = {
    b"HEADER RECORD*******LIB": "SAS XPORT",
    _SAS_MAGIC: "SAS",
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip or Office file",
    b"PK\x05\x06": "an empty zip",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"<?xml": "XML",
    b"\xd0\xcf\x11\xe0": "an old Office file",
}


def expected_format(file: SourceFile) -> str | None:
    """The format that the extension promises; None when it is none of ours.

    Examples
    --------
    >>> from pathlib import Path
    >>> expected_format(SourceFile(name="adsl.xpt", path=Path("adsl.xpt")))
    'SAS XPORT'
    """
    return _FORMATS.get(file.extension)


def format_of(head: bytes) -> str:
    """The format that the first bytes show.

    Examples
    --------
    >>> format_of(b"PAR1..."), format_of(b'{"a": 1}'), format_of(b"USUBJID,AGE")
    ('Parquet', 'JSON', 'CSV')
    """
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "JSON" if text[:2] in (b"{", b'{"', b"{}", b"{\n", b"{\r", b"{ ") else "CSV"


def check_content(file: SourceFile) -> str:
    """The file's format, after its content was compared with its extension.

    Raises
    ------
    DataError
        For an empty file, and for one whose content is not what its extension says.
    """
    expected = _FORMATS[file.extension]
    with file.open() as stream:
        head = stream.read(4096)
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        raise DataError("a file is not empty", file=file.name)
    found = format_of(head)
    if found != expected:
        shown = "other content" if found == "CSV" else found
        raise DataError(
            f"a file ending in {file.extension} holds {expected}", got=shown, file=file.name
        )
    return expected

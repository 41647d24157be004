"""Texts that try to be more than text, whatever file they stand in."""

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></p>&amp;&#x3c;",
    '=HYPERLINK("http://x","y")',
    "+1-1",
    "@SUM(A1)",
    "＝1+1",
    "\t=1",
    "\r=1",
    r"{\field{\*\fldinst INCLUDETEXT}} \par }",
    "a/b\\c:d*e?[f]",
    "emoji 😀 and שלום and مرحبا",
    "bell \x07 null \x00 escape \x1b surrogate \ud800 end \uffff",
    "turned \u202eesrever\u202c",
    "]]> <!-- --> {{ }} %s",
    "x" * 400,
    "",
)

"""The look of reports as HTML and PDF."""

from __future__ import annotations

from dashboard.charts.theme import FONT, LIGHT
from dashboard.exports.fitting import MARGIN_MM
from dashboard.exports.fonts import font_face
from dashboard.exports.reports.pictures import PAGE_MM, WIDTH

MARK = "#A33B00"  # of what is exploratory
_PRINTED_ZOOM = PAGE_MM / 25.4 * 96 / WIDTH


def rules() -> str:
    """The style sheet, with the typeface in it.

    Examples
    --------
    >>> "@page wide" in rules()
    True
    """
    return "\n".join([font_face(), _SCREEN, _PRINT])


_SCREEN = f"""
/* Joined letters would hide words from a search in the PDF. */
html {{ font-variant-ligatures: none; color-scheme: light; scroll-behavior: smooth }}
body {{ font-family: {FONT}; font-size: 16px; line-height: 1.45; color: {LIGHT.text};
  background: {LIGHT.background}; margin: 0 auto; max-width: {WIDTH}px; padding: 2.5rem 1.25rem }}
h1 {{ font-size: 2rem; line-height: 1.2; font-weight: 650; margin: 0; overflow-wrap: anywhere }}
h2, h3, h4 {{ line-height: 1.25; font-weight: 620; overflow-wrap: anywhere }}
h2 {{ font-size: 1.45rem; margin: 3rem 0 .9rem; padding-bottom: .35rem;
  border-bottom: 2px solid {LIGHT.accent} }}
h3 {{ font-size: 1.15rem; margin: 2rem 0 .7rem }}
h4 {{ font-size: 1rem; margin: 1.5rem 0 .5rem }}
.number {{ color: {LIGHT.accent}; margin-right: .6em; font-variant-numeric: tabular-nums }}
.subtitle {{ font-size: 1.15rem; color: {LIGHT.muted}; margin: .4rem 0 0 }}
.facts {{ display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem;
  margin: 1.6rem 0; padding: .9rem 0; font-size: .92rem;
  border: solid {LIGHT.line}; border-width: 1px 0 }}
.facts dt {{ color: {LIGHT.muted} }}
.facts dd {{ margin: 0; overflow-wrap: anywhere }}
nav h2 {{ font-size: 1.05rem; border: 0; padding: 0; margin: 1.8rem 0 .5rem }}
nav ol {{ list-style: none; margin: 0; padding: 0 }}
nav li a {{ display: flex; gap: .8em; align-items: baseline; color: inherit;
  text-decoration: none; padding: .1rem 0 }}
nav li a:hover, nav li a:focus {{ color: {LIGHT.accent}; text-decoration: underline }}
nav .number {{ margin: 0; flex: none; min-width: 1.6em }}
nav .listed .number {{ min-width: 4.6em }}
nav .level-2 {{ padding-left: 1.6rem }}
nav .level-3 {{ padding-left: 3.2rem }}
nav .title {{ overflow-wrap: anywhere }}
nav .dots {{ flex: 1; border-bottom: 1px dotted {LIGHT.line}; min-width: 1em }}
nav .page {{ font-variant-numeric: tabular-nums; min-width: 1.6em; text-align: right }}
p {{ margin: 0 0 .7rem; overflow-wrap: anywhere }}
.by {{ color: {LIGHT.muted}; font-size: .9rem }}
.card {{ margin: 1.8rem 0 2.4rem }}
.caption {{ font-weight: 620; margin: 0 0 .6rem; text-align: left }}
.caption b {{ color: {LIGHT.accent}; font-weight: 650; margin-right: .5em }}
.plot {{ width: {WIDTH}px; max-width: 100% }}
.plot img {{ display: block; margin: 0 auto; max-width: 100% }}
.notes {{ font-size: .82rem; color: {LIGHT.muted}; margin-top: .6rem }}
.notes p {{ margin: 0 0 .15rem }}
.notes .mark {{ color: {MARK}; font-weight: 620 }}
.scroll {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.3;
  font-variant-numeric: tabular-nums }}
.last td {{ border-bottom: 1.5px solid {LIGHT.text} }}
th {{ text-align: left; vertical-align: bottom; font-weight: 620; padding: .35rem .5rem;
  border: solid {LIGHT.text}; border-width: 1.5px 0 1px }}
td {{ vertical-align: top; padding: .22rem .5rem; border-bottom: 1px solid {LIGHT.grid} }}
th.n, td.n {{ text-align: right }}
.in1 {{ padding-left: 1.5rem }} .in2 {{ padding-left: 2.5rem }}
.in3 {{ padding-left: 3.5rem }} .in4 {{ padding-left: 4.5rem }}
pre {{ background: {LIGHT.surface}; padding: .7rem .9rem; font-size: .78rem; line-height: 1.4;
  white-space: pre-wrap; overflow-wrap: anywhere; border-radius: 4px }}
"""

_PRINT = f"""
@page {{ size: A4; margin: {MARGIN_MM:g}mm }}
@page wide {{ size: A4 landscape; margin: {MARGIN_MM:g}mm }}
@media print {{
  body {{ font-size: 10.5pt; max-width: none; padding: 0; margin: 0 }}
  h1 {{ font-size: 22pt; margin-top: 30mm }}
  section.part {{ break-before: page }}
  h2 {{ font-size: 15pt; margin-top: 0 }}
  h3 {{ font-size: 12.5pt }} h4 {{ font-size: 11pt }}
  h2, h3, h4, .caption {{ break-after: avoid }}
  p {{ orphans: 2; widows: 2 }}
  figure.card, .short {{ break-inside: avoid }}
  .js-plotly-plot {{ zoom: {_PRINTED_ZOOM:.3f} }}
  .wide {{ page: wide }}
  .card {{ margin: 5mm 0 7mm }}
  .scroll {{ overflow: visible }}
  .block + .block {{ break-before: page }}
  .caption {{ font-size: 10.5pt }}
  table {{ font-size: var(--size, 9pt) }}
  table.fixed {{ table-layout: fixed; overflow-wrap: anywhere }}
  th {{ padding: 3pt 4pt }} td {{ padding: 1.6pt 4pt }}
  th.in1, td.in1 {{ padding-left: 13pt }} td.in2 {{ padding-left: 22pt }}
  td.in3 {{ padding-left: 31pt }} td.in4 {{ padding-left: 40pt }}
  thead {{ display: table-header-group }}
  tr {{ break-inside: avoid }}
  .tail {{ break-inside: avoid }} .tail .foot td {{ border: 0; padding: 0 }}
  .notes {{ font-size: 8pt; break-before: avoid }}
  pre {{ font-size: 7.5pt; border-radius: 0 }}
  nav {{ break-inside: auto }} nav h2 {{ font-size: 11.5pt; margin: 6mm 0 2mm }}
}}
"""

"""The look of the reader's page, and its one small script; both stand in the page itself."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict

from dashboard.charts.theme import DARK, LIGHT, Tones

_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def _tones(tones: Tones) -> str:
    return ";".join(f"--{name.replace('_', '-')}:{value}" for name, value in asdict(tones).items())


STYLE = f"""
:root {{ {_tones(LIGHT)};--on-accent:#FFFFFF;--mark:#A33B00;--mark-soft:#FDF1EA;
  --page:var(--surface);
  color-scheme: light }}
@media (prefers-color-scheme: dark) {{ :root {{ {_tones(DARK)};--on-accent:#08262A;
  --mark:#FFB38A;--mark-soft:#33231B;--page:#090F12; color-scheme: dark }} }}
""" + """
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; scroll-padding-top: 1rem }
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.5;
  font: 16px/1.5 FONT; overflow-wrap: anywhere }
.page { max-width: 56rem; margin: 0 auto; padding: 1rem }
a { color: var(--accent) }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .2rem 0 .3rem; font-weight: 680;
  letter-spacing: -.01em }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .75rem; font-weight: 650 }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem }
p { margin: 0 0 .6rem }
.brand { display: flex; gap: .75rem; justify-content: space-between; align-items: baseline;
  color: var(--muted); font-size: .875rem; padding: .25rem 0 1rem }
.brand b { color: var(--accent); font-weight: 680; letter-spacing: .01em }
.muted { color: var(--muted) }
.small { font-size: .875rem }
.card { background: var(--background); border: 1px solid var(--track); border-radius: .75rem;
  padding: 1rem; margin: 0 0 1rem }
.cohort { font-size: 1.02rem; margin: .6rem 0 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 1rem 0 0;
  padding-top: .9rem; border-top: 1px solid var(--track); font-size: .875rem }
dt { color: var(--muted) } dd { margin: 0 }
.note { white-space: pre-wrap; border-left: 3px solid var(--accent); padding: .1rem 0 .1rem .8rem;
  margin: 1rem 0 0 }
nav ul { list-style: none; padding: 0; margin: 0 }
nav a { display: flex; gap: .75rem; padding: .55rem 0; text-decoration: none; color: var(--text);
  border-top: 1px solid var(--track); align-items: baseline }
nav li:first-child a { border-top: 0 }
nav a:hover span:first-child { color: var(--accent); text-decoration: underline }
nav a span:first-child { flex: 1 }
.tag { flex: none; font-size: .75rem; font-weight: 600; color: var(--accent);
  border: 1px solid var(--accent-soft); border-radius: 1rem; padding: .02rem .5rem;
  white-space: nowrap }
.tag.changed { color: var(--mark); border-color: currentColor }
.tag.quiet { color: var(--muted); border-color: var(--line) }
.changes { list-style: none; margin: 0; padding: 0 }
.changes li { padding: .6rem 0; border-top: 1px solid var(--track) }
.changes li:first-child { border-top: 0; padding-top: 0 }
.changes .tag { margin-right: .5rem }
.changes p { margin: .25rem 0 0; font-size: .9rem; color: var(--muted) }
figure { margin: 0 }
figure img { display: block; width: 100%; height: auto; border-radius: .25rem }
.scroll { overflow-x: auto; margin: 0 -1rem; padding: 0 1rem }
.long { max-height: 34rem; overflow-y: auto }
table { border-collapse: collapse; font-size: .875rem; width: 100%;
  font-variant-numeric: tabular-nums; overflow-wrap: normal }
th { text-align: left; vertical-align: bottom; font-weight: 620; position: sticky; top: 0;
  background: var(--background); box-shadow: inset 0 -1.5px var(--line) }
th, td { padding: .4rem .75rem .4rem 0 }
td { border-bottom: 1px solid var(--track); vertical-align: top }
tr:last-child td { border-bottom: 0 }
th:last-child, td:last-child { padding-right: 0 }
td:first-child { min-width: 8rem }
.n { text-align: right; white-space: nowrap }
th.n { white-space: normal }
.in1 { padding-left: 1rem } .in2 { padding-left: 2rem } .in3, .in4 { padding-left: 3rem }
.notes { color: var(--muted); font-size: .8125rem; margin: .75rem 0 0 }
.notes p { margin: 0 0 .25rem }
.notes details { border: 0; margin: 0; padding: 0 }
.notes summary { font-size: .8125rem; font-weight: 500; padding: .15rem 0 }
.notes .mark { color: var(--mark); font-weight: 600 }
details { border-top: 1px solid var(--track); margin-top: .9rem; padding-top: .6rem }
summary { cursor: pointer; font-weight: 600; font-size: .9375rem; padding: .3rem 0;
  color: var(--accent) }
details details { border: 0; margin: .2rem 0 0; padding: 0 }
details details summary { font-size: .875rem; font-weight: 500 }
.files { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .9rem }
.files a, button { font: inherit; font-weight: 600; border-radius: .5rem; min-height: 2.75rem;
  padding: .5rem 1rem; display: inline-flex; align-items: center; text-decoration: none }
.files a { border: 1px solid var(--line); font-size: .875rem }
button { background: var(--accent); color: var(--on-accent); border: 0; cursor: pointer }
button:hover { filter: brightness(1.08) }
.thread { margin: .75rem 0 0; padding: 0 0 .25rem }
.said { margin: 0 0 .6rem }
.said .who { font-size: .8125rem; color: var(--muted); margin: 0 }
.said .who b { color: var(--text) }
.said .text { white-space: pre-wrap; margin: .1rem 0 0 }
.replies { border-left: 2px solid var(--track); margin-left: .2rem; padding-left: .9rem }
form { display: grid; gap: .6rem; margin-top: .6rem }
label { display: grid; gap: .2rem; font-size: .875rem; font-weight: 600 }
input, textarea, select { font: inherit; color: inherit; background: var(--background);
  border: 1px solid var(--line); border-radius: .5rem; padding: .55rem .7rem; width: 100%;
  min-height: 2.75rem; font-weight: 400 }
textarea { min-height: 5.5rem; resize: vertical }
label.check { display: flex; gap: .6rem; align-items: flex-start; font-weight: 400 }
label.check input { width: 1.25rem; min-height: 1.25rem; height: 1.25rem; margin: .1rem 0 0;
  flex: none; accent-color: var(--accent) }
button { justify-self: start }
:focus-visible { outline: 3px solid var(--accent-soft); outline-offset: 1px }
.cohort + .alert { margin-top: .75rem; }
.alert { border: 1px solid var(--mark); background: var(--mark-soft); border-radius: .5rem;
  padding: .7rem .9rem; margin: 0 0 1rem }
.signed { list-style: none; padding: 0; margin: 0 0 .75rem }
.signed li { padding: .5rem 0; border-bottom: 1px solid var(--track) }
footer { color: var(--muted); font-size: .8125rem; padding: .5rem 0 2rem }
.alone { max-width: 26rem; margin: 12vh auto 0 }
@media (max-width: 40rem) {
  .page { padding: .75rem }
  h1 { font-size: 1.4rem }
  figure { margin: 0 -.25rem }
  dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .5rem }
  .wide-only { display: none }
}
@media (min-width: 48rem) { nav ul { columns: 2; column-gap: 2rem } nav li { break-inside: avoid }
  nav a, nav li:first-child a { border-top: 0; border-bottom: 1px solid var(--track) } }
@media print { details::details-content { content-visibility: visible; display: block }
  nav, form, summary, .files { display: none } .card { break-inside: avoid } }
""".replace("FONT", _FONT)

# Asks whether the share is still open; what has ended leaves the screen at once.
SCRIPT = """
"use strict";
(() => {
  const alive = document.documentElement.dataset.alive;
  let over = false;
  const end = () => {
    over = true;
    const box = document.createElement("div"), title = document.createElement("h1");
    const said = document.createElement("p");
    box.className = "card alone";
    title.textContent = "This share has ended";
    said.textContent = "Ask the person who sent you the link for a new one.";
    box.append(title, said);
    document.body.replaceChildren(box);
    document.title = "This share has ended";
  };
  const ask = async () => {
    if (over) return;
    try {
      const answer = await fetch(alive, { cache: "no-store", credentials: "same-origin" });
      if ([403, 404, 410].includes(answer.status)) end();
    } catch { /* the network may come back */ }
  };
  const again = () => setTimeout(async () => { await ask(); if (!over) again(); },
    document.hidden ? 10000 : 2000);
  addEventListener("pageshow", ask);
  document.addEventListener("visibilitychange", ask);
  again();
})();
"""


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy() -> str:
    """What the reader's page may load and do: pictures of its own, one style, one script.

    Examples
    --------
    >>> policy().split("; ")[0]
    "default-src 'none'"
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source(STYLE)}",
            f"script-src {_source(SCRIPT)}",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )

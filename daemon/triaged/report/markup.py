"""What every page of the report is made of: the document with its style, tables, and pictures with theirs beside them.

Self-contained and printable, light and dark, readable on a phone and by a voice. No script, nothing from outside.
"""

from collections.abc import Sequence
from html import escape

from triaged.report.reportwords import Words
from triaged.report.tables import Table

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --faint: #6f6f6f; --band: #c9d9ec; --off: #f1dfb8; --mark: #1f5f99;
  --late: #9a6700; --broken: #b3261e; --open: #7a7a7a; --settled: #3f7d5c; --promise: #b3441e; --line: #c9c9c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --faint: #a2a2a2; --band: #34465c; --off: #4b3f22;
  --mark: #7fb2ea; --late: #e0ab45; --broken: #f2857d; --open: #8f8f8f; --settled: #86c7a3; --promise: #ffab7a; --line: #4a4d52; } }
@media print { :root { color-scheme: light; --ink: #000000; --paper: #ffffff; --faint: #555555; --band: #d4dce6; --off: #eee0c0;
  --mark: #1f5f99; --late: #9a6700; --broken: #b3261e; --open: #7a7a7a; --settled: #3f7d5c; --promise: #b3441e; --line: #bbbbbb; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
.lead { margin: 0 0 1rem; }
.how, small { color: var(--faint); font-size: .85rem; display: block; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.8rem, 1fr)); gap: .75rem; margin: 1rem 0; }
dl div { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; }
dt { font-size: .85rem; }
dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
dd small { font-weight: 400; }
figure { margin: 1rem 0; }
figcaption { max-width: 40rem; }
svg { width: 100%; max-width: 36rem; height: auto; display: block; }
svg * { stroke-linejoin: round; stroke-linecap: butt; }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; font-size: .85rem; }
.key span { display: inline-block; width: 1.1em; height: .8em; margin-right: .4em; }
.of-band { background: var(--band); } .of-off { background: var(--off); } .of-mark { background: var(--mark); }
.of-late { background: var(--late); } .of-broken { background: var(--broken); } .of-open { background: var(--open); }
.of-settled { background: var(--settled); } .of-promise { background: var(--promise); } .of-line { background: var(--line); }
.of-faint { background: var(--faint); } .of-ink { background: var(--ink); }
.many svg { max-width: 20rem; }
.many h4 { font-size: .95rem; margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .25rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
caption small { font-weight: 400; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  font-weight: 400; }
thead th { font-size: .85rem; color: var(--faint); }
th.part { padding-left: 1.25rem; }
td, thead th.n { font-variant-numeric: tabular-nums; }
td.n, thead th.n { text-align: right; white-space: nowrap; }
@media (max-width: 40rem) { .wide > table:not(details table) :is(td, thead th).n { white-space: normal; }
  .wide > table:not(details table) { font-size: .9rem; }
  .wide > table:not(details table) :is(th, td) { padding-right: .3rem; }
  .wide > table:not(details table) th.part { padding-left: .6rem; } }
summary { cursor: pointer; font-size: .9rem; }
footer { margin-top: 3rem; color: var(--faint); font-size: .85rem; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } dl div, svg, tr, .many > div { break-inside: avoid; }
  h2, h3, .key, caption, thead { break-after: avoid; } .wide { break-inside: avoid; }
  summary { display: none; } details::details-content { content-visibility: visible; block-size: auto; } }
"""

MAIL_STYLE = """
.wide { overflow-x: auto; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { border-bottom: 1px solid #999; } caption small { font-weight: 400; } .how, small { font-size: .85rem; display: block; }
dl div { margin-bottom: .6rem; } dd { margin: 0; font-weight: 600; } dd small { font-weight: 400; }
table { border-collapse: collapse; margin: .25rem 0 1rem; } caption { text-align: left; font-weight: 600; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #999; vertical-align: top; font-weight: 400; }
td.n, thead th.n { text-align: right; white-space: nowrap; } th.part { padding-left: 1.25rem; }
"""


def document(title: str, body: str, footer: str, language: str, style: str = STYLE) -> str:
    """A whole HTML document."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{style}</style></head>\n'
        f"<body><main>{body}</main><footer>{escape(footer)}</footer></body></html>\n"
    )


def as_table(table: Table) -> str:
    """A table; figures to the right, words to the left."""
    kind = "" if table.text else " class=n"
    first, *others = table.columns
    head = (f"<th scope=col>{escape(first)}</th>" if first else "<td></td>") + "".join(
        f"<th scope=col{kind}>{escape(column)}</th>" for column in others
    )
    rows = "".join(
        f'<tr><th scope="row"{" class=part" if row.part else ""}>{escape(row.head)}{_how(row.how)}</th>'
        + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row.cells)
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class=wide tabindex=0 role=group aria-label="{escape(table.caption)}"><table>'
        f"<caption>{escape(table.caption)}{_how(table.how)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def picture(svg: str, how: str, table: Table, words: Words, key: Sequence[tuple[str, str]]) -> str:
    """A picture with its key (colours of the page and what they mean), how it is made, and its table behind a click."""
    named = "".join(f'<li><span class="of-{colour}"></span>{escape(name)}</li>' for colour, name in key)
    return (
        f"<figure><ul class=key>{named}</ul>{svg}<figcaption class=how>{escape(how)}</figcaption>"
        f"<details><summary>{escape(words.as_table)}</summary>{as_table(table)}</details></figure>"
    )


def _how(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""

"""A document as one self-contained HTML file: no script, no outside reference, legible on paper too."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from lumbarwatch.exchange.report import style
from lumbarwatch.exchange.report.drawing import Drawing, Shape, Stroke, Word, draw
from lumbarwatch.model.document import (
    Align,
    Block,
    Cell,
    Chart,
    Column,
    Columns,
    Document,
    Figures,
    Line,
    Lines,
    Mark,
    Page,
    Row,
    Section,
    Table,
    Text,
)

FULL_WIDTH: Final = 620.0
"""Units over the whole width of the text; a chart has its column's share of them, so letters are alike."""

WIDE: Final = 8
"""Columns from which a table is moved sideways on a telephone instead of being squeezed."""

CSS: Final = f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: {style.SHADE}; color: {style.INK};
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif; }}
main {{ max-width: 1120px; margin: 0 auto; padding: 24px 16px 48px; }}
article {{ background: #fff; border: 1px solid {style.RULE}; border-radius: 6px; padding: 24px 28px;
  margin: 0 0 20px; }}
header h1 {{ font-size: 26px; line-height: 1.2; margin: 0; color: {style.ACCENT}; }}
header .kind {{ text-transform: uppercase; letter-spacing: .08em; font-size: 12px; color: {style.SOFT}; }}
header .facts {{ color: {style.SOFT}; margin: 4px 0 0; }}
.badge {{ display: inline-block; border: 1px solid {style.INK}; border-radius: 3px; padding: 0 6px;
  font-size: 12px; font-weight: 600; margin-left: 8px; vertical-align: 3px; color: {style.INK}; }}
h2 {{ font-size: 15px; margin: 22px 0 8px; padding-bottom: 3px; border-bottom: 1px solid {style.RULE};
  color: {style.ACCENT}; }}
article > h2.page {{ margin-top: 0; font-size: 18px; border: 0; }}
p {{ margin: 6px 0; }}
.small {{ font-size: 12.5px; color: {style.SOFT}; }}
ul {{ list-style: none; margin: 6px 0; padding: 0; }}
li {{ padding-left: 20px; position: relative; margin: 3px 0; }}
li .sign {{ position: absolute; left: 0; width: 16px; text-align: center; }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 10px;
  margin: 8px 0; }}
.figure {{ border: 1px solid {style.RULE}; border-radius: 5px; padding: 8px 12px; }}
.figure .label {{ font-size: 12.5px; color: {style.SOFT}; }}
.figure .value {{ font-size: 23px; font-weight: 650; white-space: nowrap; }}
.figure .interval {{ font-size: 14px; font-weight: 400; color: {style.SOFT}; }}
.figure .remark {{ font-size: 12.5px; color: {style.SOFT}; }}
.columns {{ display: grid; gap: 8px 28px; align-items: start; }}
.columns > div {{ min-width: 0; }}
.columns h2:first-child {{ margin-top: 14px; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }}
th {{ font-weight: 600; color: {style.SOFT}; vertical-align: bottom; border-bottom: 1px solid {style.INK}; }}
th small {{ display: block; font-weight: 400; }}
th, td {{ padding: 3px 7px; }}
td.left {{ min-width: 8.5em; }}
.wide table {{ min-width: 860px; }}
td {{ border-bottom: 1px solid {style.GRID}; vertical-align: top; }}
.left {{ text-align: left; }}
.right {{ text-align: right; white-space: nowrap; }}
.centre {{ text-align: center; }}
figure {{ margin: 8px 0; }}
figure svg {{ width: 100%; height: auto; display: block; }}
figcaption {{ font-size: 12.5px; color: {style.SOFT}; }}
footer {{ color: {style.SOFT}; font-size: 12.5px; }}
@media screen and (max-width: 760px) {{
  main {{ padding: 0; }}
  article {{ border-width: 0 0 1px; border-radius: 0; padding: 16px; }}
  .columns {{ grid-template-columns: minmax(0, 1fr) !important; }}
  .figures {{ grid-template-columns: 1fr 1fr; }}
  .figure .value {{ font-size: 20px; }}
  table {{ font-size: 11.5px; }}
  th, td {{ padding: 3px 4px; }}
  .scroll:not(.wide) td.left {{ min-width: 4em; }}
}}
@media print {{
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  body {{ background: #fff; font-size: 9.5px; line-height: 1.35; }}
  main {{ max-width: none; padding: 0; }}
  article {{ border: 0; padding: 0; margin: 0; break-after: page; }}
  article:last-of-type {{ break-after: auto; }}
  header h1 {{ font-size: 19px; }}
  header .kind {{ font-size: 9px; }}
  .badge {{ font-size: 9px; }}
  h2 {{ font-size: 11.5px; margin: 6px 0 2px; padding-bottom: 1px; break-after: avoid; }}
  article > h2.page {{ font-size: 14px; }}
  header .facts {{ margin: 1px 0 0; }}
  p, ul, .figures, figure {{ margin: 2px 0; }}
  li {{ margin: 1px 0; padding-left: 14px; }}
  .small, figcaption, footer, .figure .label, .figure .remark {{ font-size: 8px; }}
  .figures {{ grid-template-columns: repeat(4, 1fr); gap: 6px; }}
  .figure {{ padding: 3px 8px; }}
  .figure .value {{ font-size: 15px; }}
  .figure .interval {{ font-size: 10px; }}
  .columns {{ gap: 2px 16px; }}
  .columns h2:first-child {{ margin-top: 6px; }}
  .scroll {{ overflow: visible; }}
  .wide table {{ min-width: 0; }}
  table {{ font-size: 8.5px; }}
  th, td {{ padding: 1.5px 4px; }}
  td.left {{ min-width: 0; }}
  tr, figure, .figure, li {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
}}
@page {{ size: A4; margin: 11mm 13mm; }}
"""

_SIGNED = "".join(
    f".{mark} {{ color: {colour}; }}\n" for mark, colour in style.COLOURS.items() if mark is not Mark.PLAIN
)


def render_html(document: Document) -> bytes:
    """Return the document as UTF-8 HTML."""
    title = escape(f"{document.title}, {document.subject}")
    body = "".join(_page(page, index, document) for index, page in enumerate(document.pages))
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
        "'unsafe-inline'\">"
        f"<title>{title}</title><style>{CSS}{_SIGNED}</style></head>"
        f"<body><main>{body}<footer>{escape(document.footer)}</footer></main></body></html>\n"
    )
    return text.encode()


def _page(page: Page, index: int, document: Document) -> str:
    head = _header(document) if index == 0 else ""
    if page.title:
        head += f'<h2 class="page">{escape(page.title)}</h2>'
    return f"<article>{head}{_blocks(page.blocks, FULL_WIDTH)}</article>"


def _header(document: Document) -> str:
    badges = "".join(f'<span class="badge">{escape(badge)}</span>' for badge in document.badges)
    facts = escape(" · ".join(document.facts))
    return (
        f'<header><div class="kind">{escape(document.title)}</div>'
        f"<h1>{escape(document.subject)}{badges}</h1>"
        f'<p class="facts">{facts}</p></header>'
    )


def _blocks(blocks: Iterable[Block], width: float) -> str:
    return "".join(_block(block, width) for block in blocks)


def _block(block: Block, width: float) -> str:
    match block:
        case Section():
            return f"<section><h2>{escape(block.title)}</h2>{_blocks(block.blocks, width)}</section>"
        case Text():
            return _text(block)
        case Lines():
            return f"<ul>{''.join(_line(line) for line in block.items)}</ul>"
        case Figures():
            return _figures(block)
        case Table():
            return _table(block)
        case Chart():
            return _chart(block, width)
        case Columns():
            return _columns(block, width)


def _columns(block: Columns, width: float) -> str:
    whole = sum(block.shares)
    shares = " ".join(f"{share:g}fr" for share in block.shares)
    parts = "".join(
        f"<div>{_blocks(part, width * share / whole)}</div>"
        for part, share in zip(block.parts, block.shares, strict=True)
    )
    return f'<div class="columns" style="grid-template-columns:{shares}">{parts}</div>'


def _text(block: Text) -> str:
    lead = f"<b>{escape(block.lead)}</b> " if block.lead else ""
    opening = '<p class="small">' if block.small else "<p>"
    return f"{opening}{lead}{escape(block.text)}</p>"


def _line(line: Line) -> str:
    sign = style.SIGNS[line.mark] or "·"
    lead = f"<b>{escape(line.lead)}:</b> " if line.lead else ""
    return (
        f'<li><span class="sign {line.mark}" aria-hidden="true">{sign}</span>{lead}{escape(line.text)}</li>'
    )


def _figures(block: Figures) -> str:
    found = "".join(
        f'<div class="figure"><div class="label">{escape(one.label)}</div>'
        f'<div class="value">{escape(one.value)} <span class="interval">{escape(one.interval)}</span></div>'
        f'<div class="remark">{escape(one.remark)}</div></div>'
        for one in block.items
    )
    return f'<div class="figures">{found}</div>'


def _table(block: Table) -> str:
    if not block.rows:
        return f'<p class="small">None. {escape(block.caption)}</p>'
    head = "".join(_heading(column) for column in block.columns)
    rows = "".join(_row(row, block.columns) for row in block.rows)
    caption = f'<p class="small">{escape(block.caption)}</p>' if block.caption else ""
    kind = "scroll wide" if len(block.columns) > WIDE else "scroll"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="{kind}">{table}</div>{caption}'


def _row(row: Row, columns: Sequence[Column]) -> str:
    cells = (_cell(cell, column.align) for cell, column in zip(row, columns, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _heading(column: Column) -> str:
    unit = f"<small>{escape(column.unit)}</small>" if column.unit else ""
    return f'<th class="{column.align}">{escape(column.title)}{unit}</th>'


def _cell(cell: Cell, align: Align) -> str:
    sign = style.SIGNS[cell.mark]
    shown = f"{sign} {cell.text}" if sign and cell.mark is not Mark.VOID else cell.text
    kind = f"{align} {cell.mark}" if sign else str(align)
    return f'<td class="{kind}">{escape(shown)}</td>'


def _chart(chart: Chart, width: float) -> str:
    caption = f"<figcaption>{escape(chart.caption)}</figcaption>" if chart.caption else ""
    return f"<figure>{_svg(draw(chart, width), chart.title)}{caption}</figure>"


def _svg(drawing: Drawing, title: str) -> str:
    items = "".join(_item(item) for item in drawing.items)
    return (
        f'<svg viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" aria-label="{escape(title)}" '
        f'font-family="inherit">{items}</svg>'
    )


def _item(item: Stroke | Shape | Word) -> str:
    match item:
        case Stroke():
            path = " ".join(f"{x:.2f},{y:.2f}" for x, y in item.points)
            dashes = ' stroke-dasharray="3 2"' if item.dashed else ""
            return (
                f'<polyline points="{path}" fill="none" stroke="{item.colour}" '
                f'stroke-width="{item.width:g}"{dashes}/>'
            )
        case Shape():
            paint = f'fill="{item.fill or "none"}"'
            if item.edge:
                paint += f' stroke="{item.edge}" stroke-width="{item.width:g}"'
            if item.radius:
                (x, y), *_ = item.points
                return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{item.radius:g}" {paint}/>'
            path = " ".join(f"{x:.2f},{y:.2f}" for x, y in item.points)
            return f'<polygon points="{path}" {paint}/>'
        case Word():
            bold = ' font-weight="650"' if item.bold else ""
            return (
                f'<text x="{item.x:.2f}" y="{item.y:.2f}" font-size="{item.size:g}" fill="{item.colour}" '
                f'text-anchor="{item.anchor}"{bold}>{escape(item.text)}</text>'
            )

"""A document as PDF, A4, in the same words and shapes as on screen.

reportlab has no types; what it returns is used here and nowhere else.
"""

from collections.abc import Iterable
from functools import partial
from io import BytesIO
from threading import Lock
from typing import Any, Final

from reportlab.lib import colors, pagesizes, styles, units
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepInFrame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from lumbarwatch.exchange.report import fonts, style
from lumbarwatch.exchange.report.drawing import draw
from lumbarwatch.exchange.report.flowables import Picture, Rule, Sheet
from lumbarwatch.model.document import (
    Align,
    Block,
    Cell,
    Chart,
    Columns,
    Document,
    Figures,
    Line,
    Lines,
    Mark,
    Page,
    Section,
    Table,
    Text,
)

PAGE_WIDTH, PAGE_HEIGHT = pagesizes.A4
SIDE: Final = 15.0 * units.mm
TOP: Final = 12.0 * units.mm
FOOT: Final = 15.0 * units.mm
WIDTH: Final = PAGE_WIDTH - 2.0 * SIDE
HEIGHT: Final = PAGE_HEIGHT - TOP - FOOT
GUTTER: Final = 12.0
BODY: Final = 7.6
SMALL: Final = 5.9
CELL: Final = 6.7
LEAST_SCALE: Final = 0.5
"""Smaller letters nobody can read; what is still too much is shrunk as it is."""

_ONE_AT_A_TIME: Final = Lock()
"""reportlab keeps its fonts and their letters in one place for all threads."""

LEAST_ROOM: Final = 90.0
"""Below it a long table begins on the next page."""

_ALIGN = {Align.LEFT: 0, Align.CENTRE: 1, Align.RIGHT: 2}


def render_pdf(document: Document) -> bytes:
    """Return the document as PDF; the same document gives the same bytes."""
    with _ONE_AT_A_TIME:
        return _rendered(document)


def _rendered(document: Document) -> bytes:
    fonts.register()
    story: list[Flowable] = []
    for index, page in enumerate(document.pages):
        if index:
            story.append(PageBreak())
        story += _page(page, document if index == 0 else None)
    out = BytesIO()
    template = BaseDocTemplate(
        out,
        pagesize=pagesizes.A4,
        title=f"{document.title}, {document.subject}",
        author="lumbarwatch",
        subject=document.title,
        lang="en",
        invariant=1,
    )
    frame = Frame(SIDE, FOOT, WIDTH, HEIGHT, 0, 0, 0, 0)
    template.addPageTemplates(PageTemplate(frames=[frame], onPage=partial(_foot, document)))
    template.build(story)
    return out.getvalue()


def _page(page: Page, head: Document | None) -> list[Flowable]:
    if page.single:
        return [_sheet(page, head)]
    found = _top(page, head)
    for block in page.blocks:
        part = _block(block, WIDTH)
        found += [CondPageBreak(LEAST_ROOM), *part] if _is_long(block) else [KeepTogether(part)]
    return found


def _sheet(page: Page, head: Document | None) -> Flowable:
    """All of a page on one sheet: set in full size, else ever smaller until there is room."""
    scale = 1.0
    while True:
        sheet = Sheet([*_top(page, head), *_blocks(page.blocks, WIDTH / scale)], scale, WIDTH)
        if sheet.height <= HEIGHT or scale < LEAST_SCALE:
            return (
                sheet if sheet.height <= HEIGHT else KeepInFrame(WIDTH, HEIGHT - 1.0, [sheet], mode="shrink")
            )
        scale -= 0.03


def _top(page: Page, head: Document | None) -> list[Flowable]:
    found = _header(head) if head is not None else []
    if page.title:
        found.append(Paragraph(fonts.markup(page.title), _style(11.0, bold=True, colour=style.ACCENT)))
    return found


def _foot(document: Document, canvas: Any, template: Any) -> None:
    """Footer and page number below every page."""
    canvas.saveState()
    canvas.setStrokeColor(colors.HexColor(style.RULE))
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, FOOT - 7.0, PAGE_WIDTH - SIDE, FOOT - 7.0)
    text = Paragraph(fonts.markup(document.footer), _style(SMALL, colour=style.SOFT))
    _, height = text.wrap(WIDTH - 40.0, FOOT)
    text.drawOn(canvas, SIDE, FOOT - 10.0 - height)
    canvas.setFont(fonts.REGULAR, SMALL)
    canvas.setFillColor(colors.HexColor(style.SOFT))
    canvas.drawRightString(PAGE_WIDTH - SIDE, FOOT - 16.0, f"page {template.page}")
    canvas.restoreState()


def _header(document: Document) -> list[Flowable]:
    badges = "".join(
        f' &nbsp;<font size="7" color="{style.INK}">[{fonts.markup(badge)}]</font>'
        for badge in document.badges
    )
    kind = _style(6.6, colour=style.SOFT)
    name = _style(15.0, bold=True, colour=style.ACCENT, leading=18.0)
    return [
        Paragraph(fonts.markup(document.title.upper()), kind),
        Paragraph(fonts.markup(document.subject) + badges, name),
        Paragraph(fonts.markup(" · ".join(document.facts)), _style(BODY, colour=style.SOFT)),
    ]


# Blocks ----------------------------------------------------------------------------------------------------
def _blocks(blocks: Iterable[Block], width: float) -> list[Flowable]:
    return [flowable for block in blocks for flowable in _block(block, width)]


def _block(block: Block, width: float) -> list[Flowable]:
    match block:
        case Section():
            return _section(block, width)
        case Text():
            lead = f"<b>{fonts.markup(block.lead)}</b> " if block.lead else ""
            size = SMALL if block.small else BODY
            colour = style.SOFT if block.small else style.INK
            return [Paragraph(lead + fonts.markup(block.text), _style(size, colour=colour, after=2.0))]
        case Lines():
            return [_line(line) for line in block.items]
        case Figures():
            return [_figures(block, width), Spacer(0, 5.0)]
        case Table():
            return _table(block, width)
        case Chart():
            return _chart(block, width)
        case Columns():
            return [_columns(block, width), Spacer(0, 4.0)]


def _section(block: Section, width: float) -> list[Flowable]:
    title = Paragraph(
        fonts.markup(block.title), _style(8.4, bold=True, colour=style.ACCENT, before=6.0, after=1.0)
    )
    return [title, Rule(width), *_blocks(block.blocks, width)]


def _is_long(block: Block) -> bool:
    return isinstance(block, Section) and any(isinstance(one, Table) and one.long for one in block.blocks)


def _line(line: Line) -> Flowable:
    sign = style.SIGNS[line.mark] or "·"
    colour = style.COLOURS[line.mark]
    lead = f"<b>{fonts.markup(line.lead)}:</b> " if line.lead else ""
    bullet = f'<bullet><font color="{colour}">{sign}</font></bullet>'
    return Paragraph(bullet + lead + fonts.markup(line.text), _style(BODY, indent=10.0, after=1.2))


def _figures(block: Figures, width: float) -> Flowable:
    cells = [
        [
            Paragraph(fonts.markup(one.label), _style(6.2, colour=style.SOFT)),
            Paragraph(
                f"<b>{fonts.markup(one.value)}</b> "
                f'<font size="7.4" color="{style.SOFT}">{fonts.markup(one.interval)}</font>',
                _style(12.5, leading=15.5),
            ),
            Paragraph(fonts.markup(one.remark), _style(SMALL, colour=style.SOFT)),
        ]
        for one in block.items
    ]
    grid = Grid([cells], colWidths=[width / len(cells)] * len(cells))
    rule = colors.HexColor(style.RULE)
    grid.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.6, rule),
            ("INNERGRID", (0, 0), (-1, -1), 0.6, rule),
            ("TOPPADDING", (0, 0), (-1, -1), 3.0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ("LEFTPADDING", (0, 0), (-1, -1), 6.0),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    return grid


def _columns(block: Columns, width: float) -> Flowable:
    room = width - GUTTER * (len(block.parts) - 1)
    widths = [room * share / sum(block.shares) for share in block.shares]
    cells = [_blocks(part, own) for part, own in zip(block.parts, widths, strict=True)]
    outer = [own + (GUTTER if index < len(widths) - 1 else 0.0) for index, own in enumerate(widths)]
    grid = Grid([cells], outer)
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_NO_PADDING])
    return grid


_NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0.0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]


def _table(block: Table, width: float) -> list[Flowable]:
    caption = _style(SMALL, colour=style.SOFT, before=1.5, after=3.0)
    if not block.rows:
        return [Paragraph(fonts.markup(f"None. {block.caption}"), caption)]
    whole = sum(column.width for column in block.columns)
    heads = [
        Paragraph(
            fonts.markup(column.title) + (f"<br/>{fonts.markup(column.unit)}" if column.unit else ""),
            _style(6.0, bold=True, colour=style.SOFT, align=column.align, leading=7.2, whole=True),
        )
        for column in block.columns
    ]
    rows = [
        [_cell(cell, column.align) for cell, column in zip(row, block.columns, strict=True)]
        for row in block.rows
    ]
    grid = Grid(
        [heads, *rows],
        colWidths=[width * column.width / whole for column in block.columns],
        repeatRows=1,
        splitByRow=1,
    )
    grid.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.HexColor(style.INK)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, colors.HexColor(style.GRID)),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("VALIGN", (0, 1), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 1.3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.7),
            ("LEFTPADDING", (0, 0), (-1, -1), 2.5),
            ("RIGHTPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )
    return [grid, *([Paragraph(fonts.markup(block.caption), caption)] if block.caption else [])]


def _cell(cell: Cell, align: Align) -> Flowable:
    sign = style.SIGNS[cell.mark] if cell.mark is not Mark.VOID else ""
    text = f"{sign} {cell.text}" if sign else cell.text
    colour = style.INK if cell.mark is Mark.PLAIN else style.COLOURS[cell.mark]
    return Paragraph(fonts.markup(text), _style(CELL, colour=colour, align=align, leading=8.2))


def _chart(block: Chart, width: float) -> list[Flowable]:
    found: list[Flowable] = [Picture(draw(block, width))]
    if block.caption:
        found.append(Paragraph(fonts.markup(block.caption), _style(SMALL, colour=style.SOFT, after=2.0)))
    return found


def _style(
    size: float,
    *,
    bold: bool = False,
    colour: str = style.INK,
    align: Align = Align.LEFT,
    leading: float = 0.0,
    before: float = 0.0,
    after: float = 0.0,
    indent: float = 0.0,
    whole: bool = False,
) -> Any:
    make: Any = styles.ParagraphStyle
    return make(
        "",
        fontName=fonts.BOLD if bold else fonts.REGULAR,
        fontSize=size,
        leading=leading or size * 1.28,
        textColor=colors.HexColor(colour),
        alignment=_ALIGN[align],
        spaceBefore=before,
        spaceAfter=after,
        leftIndent=indent,
        bulletFontName=fonts.REGULAR,
        bulletFontSize=size,
        splitLongWords=int(not whole),
    )

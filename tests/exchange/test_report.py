"""The two renderers: both put down all of a document; the page has no outside reference."""

import re
from html.parser import HTMLParser

import numpy as np
import pypdfium2
import pytest

from lumbarwatch.exchange.report.drawing import Shape, Stroke, Word, draw, round_values
from lumbarwatch.exchange.report.html import render_html
from lumbarwatch.exchange.report.pdf import render_pdf
from lumbarwatch.exchange.report.style import COLOURS, SIGNS
from lumbarwatch.model.checks import ModelError
from lumbarwatch.model.document import (
    Cell,
    Chart,
    Column,
    Columns,
    Document,
    Figure,
    Figures,
    Level,
    Line,
    Lines,
    Mark,
    Page,
    Point,
    Section,
    Table,
    Text,
    Tick,
)


def chart(**changes):
    """A chart with one point of each mark."""
    points = tuple(Point(float(i), float(10 * i), 2.0, mark) for i, mark in enumerate(Mark))
    values = {"title": "Tilt", "unit": "°", "points": points, "levels": (Level(5.0, "limit 5°"),)}
    return Chart(**values | changes)


def document(*blocks, **changes):
    """A document of one page."""
    pages = changes.pop("pages", (Page(blocks),))
    return Document(
        "Session report", "Zoë <O'Neil> & 李", ("2026-01-05", "4 sets"), pages, "foot of it", **changes
    )


def everything():
    """Every kind of block."""
    table = Table(
        (Column("Rep"), Column("Tilt", "°")), ((Cell("1", Mark.RED), Cell("+6.1 ± 3.2")),), "Medians."
    )
    return document(
        Section("Found", (Figures((Figure("Tilt", "+6.1°", "± 3.2°", "median"),)), table)),
        Columns(((chart(),), (Lines((Line("7 red of 9", "Reps", Mark.RED),)),)), (0.5, 0.5)),
        Text("Angles are estimates.", lead="Limits", small=True),
        badges=("simulated",),
    )


def words_of_pdf(content):
    """All words of a PDF, page by page."""
    with pypdfium2.PdfDocument(content) as pdf:
        return [pdf[index].get_textpage().get_text_bounded() for index in range(len(pdf))]


class Words(HTMLParser):
    """Words between tags, and every attribute."""

    def __init__(self):
        super().__init__()
        self.text, self.attributes, self.tags = [], [], set()

    def handle_data(self, data):
        self.text.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def read_html(content):
    """The parsed page."""
    words = Words()
    words.feed(content.decode())
    return words


def test_both_say_everything():
    page = " ".join(read_html(render_html(everything())).text)
    (paper,) = words_of_pdf(render_pdf(everything()))
    for said in (
        "Zoë <O'Neil> &",
        "4 sets",
        "simulated",
        "Found",
        "+6.1°",
        "± 3.2°",
        "median",
        "+6.1 ± 3.2",
        "Medians.",
        "Tilt",
        "limit 5°",
        "7 red of 9",
        "Angles are estimates.",
        "foot of it",
    ):
        assert said in page
        assert said in paper.replace("\r\n", " ")


def test_the_page_is_one_file_without_script_or_reference():
    words = read_html(render_html(everything()))
    assert not {"script", "link", "img", "iframe", "object"} & words.tags
    assert not [value for name, value in words.attributes if name in {"src", "href", "onload", "onclick"}]
    assert b"http://" not in render_html(everything())
    assert b"https://" not in render_html(everything())
    assert b"@import" not in render_html(everything())
    assert b"url(" not in render_html(everything())


def test_no_text_is_ever_markup():
    evil = "<script>&lt;"
    point = (Point(0.0, 0.0, 1.0, Mark.RED), Point(1.0, 1.0))
    drawn = Chart(
        evil, evil, point, (Level(0.5, evil),), ticks=(Tick(0.0, evil),), names={Mark.RED: evil}, caption=evil
    )
    blocks = (
        Section(evil, (Text(evil, lead=evil), Lines((Line(evil, evil, Mark.RED),)))),
        Figures((Figure(evil, evil, evil, evil),)),
        Table((Column(evil, evil),), ((Cell(evil, Mark.AMBER),),), evil),
        drawn,
        Table((Column(evil),), (), evil),
        Chart("", "", (), empty=evil),
    )
    document = Document(evil, evil, (evil,), (Page(blocks, title=evil),), evil, badges=(evil,))
    page = render_html(document)
    assert b"<script" not in page
    assert page.count(b"&lt;script&gt;&amp;lt;") >= 22
    (paper,) = words_of_pdf(render_pdf(document))
    assert paper.count(evil) >= 20


def test_the_largest_value_is_drawn_near_the_top_and_the_least_near_the_bottom():
    drawing = draw(chart(levels=(), points=(Point(0.0, -3.0), Point(1.0, 40.0))), 300.0)
    low, high = (item.points[0][1] for item in drawing.items if isinstance(item, Shape) and item.radius)
    assert high < low
    assert high == pytest.approx(32.0, abs=8.0)
    assert low == pytest.approx(drawing.height - 15.0, abs=8.0)


def test_the_same_document_gives_the_same_bytes():
    assert render_pdf(everything()) == render_pdf(everything())
    assert render_html(everything()) == render_html(everything())


def test_a_single_page_stays_one_however_much_is_in_it():
    lines = Lines(tuple(Line(f"point {i} " + "long " * 30) for i in range(60)))
    assert len(words_of_pdf(render_pdf(document(pages=(Page((lines,), single=True),))))) == 1
    assert len(words_of_pdf(render_pdf(document(pages=(Page((lines,)),))))) > 1
    (paper,) = words_of_pdf(render_pdf(document(pages=(Page((lines,), single=True),))))
    assert "point 59" in paper


def test_a_long_table_repeats_its_heading_on_each_page():
    rows = tuple((Cell(str(i)), Cell("x")) for i in range(300))
    table = Table((Column("Repetition"), Column("Verdict")), rows, long=True)
    pages = words_of_pdf(render_pdf(document(Section("Reps", (table,)))))
    assert len(pages) > 3
    assert all("Repetition" in page for page in pages)
    assert all(f"page {number}" in page for number, page in enumerate(pages, start=1))


def test_nothing_is_drawn_in_the_margins_of_the_paper():
    with pypdfium2.PdfDocument(render_pdf(everything())) as pdf:
        grey = np.asarray(pdf[0].render(scale=1.0).to_pil().convert("L"))
    margin = 34  # 12 mm at 72 dpi
    assert (grey[:, :margin] == 255).all()
    assert (grey[:, -margin:] == 255).all()
    assert (grey[: margin - 4] == 255).all()
    assert (grey < 128).any()


def test_marks_differ_in_shape_and_in_grey_not_by_colour_alone():
    signs = [sign for mark, sign in SIGNS.items() if mark is not Mark.PLAIN]
    assert len(set(signs)) == len(signs)
    shapes = set()
    for mark in Mark:
        last = draw(chart(points=(Point(0.0, 0.0, None, mark),), levels=()), 300.0).items[-1]
        filled = getattr(last, "fill", None) not in {None, "#ffffff"}
        slanted = isinstance(last, Stroke) and last.points[0][1] != last.points[-1][1]
        shapes.add((type(last), len(last.points), filled, slanted))
    assert len(shapes) == len(Mark)
    for colour in COLOURS.values():  # legible on white: contrast at least 4.5 but for what was taken out
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        if colour != COLOURS[Mark.VOID]:
            assert 1.05 / (luminance + 0.05) >= 4.0


def test_a_chart_stays_within_its_frame_and_draws_the_limit_where_it_is():
    drawing = draw(chart(), 300.0)
    dashed = [item for item in drawing.items if isinstance(item, Stroke) and item.dashed]
    dashed = max(dashed, key=lambda item: item.points[1][0] - item.points[0][0])
    y5 = dashed.points[0][1]
    circles = [item for item in drawing.items if isinstance(item, Shape) and item.radius]
    y0, y10 = circles[0].points[0][1], circles[1].points[0][1]
    assert y5 == pytest.approx((y0 + y10) / 2)
    for item in drawing.items:
        places = [(item.x, item.y)] if isinstance(item, Word) else item.points
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in places)


def test_a_chart_without_points_says_so():
    drawing = draw(chart(points=(), empty="not enough data"), 300.0)
    assert [item.text for item in drawing.items] == ["Tilt", "not enough data"]


def test_one_point_and_no_spread_are_drawn():
    assert len(draw(chart(points=(Point(1.0, 0.0),), levels=()), 200.0).items) > 3


@pytest.mark.parametrize(
    ("low", "high", "most"), [(-7.3, 8.1, 5), (0, 0.03, 4), (-400, 1200, 6), (3, 3.5, 1)]
)
def test_ticks_are_round_and_few(low, high, most):
    found = round_values(low, high, most)
    assert all(low <= value <= high for value in found)
    assert len(found) <= most + 1
    if len(found) > 1:
        assert re.fullmatch(r"[125]0*e?.*", f"{found[1] - found[0]:.0e}")


def test_cells_must_fit_their_headings():
    with pytest.raises(ModelError, match="2 cells under 1 headings"):
        Table((Column("a"),), ((Cell("1"), Cell("2")),))

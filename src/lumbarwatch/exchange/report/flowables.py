"""What reportlab lacks: a rule, a sheet of flowables scaled as one, a drawing."""

from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib import colors
from reportlab.platypus import Flowable

from lumbarwatch.exchange.report import fonts, style
from lumbarwatch.exchange.report.drawing import Drawing, Shape, Stroke, Word

ENDLESS: Final = 1e6
"""Points: how high a flowable may be before it is scaled."""


class Rule(Flowable):
    """A thin line over the whole width."""

    def __init__(self, width: float) -> None:
        super().__init__()
        self.width, self.height = width, 3.5

    def draw(self) -> None:
        """Draw the line."""
        self.canv.setStrokeColor(colors.HexColor(style.RULE))
        self.canv.setLineWidth(0.6)
        self.canv.line(0, 2.5, self.width, 2.5)


class Sheet(Flowable):
    """Flowables below each other over the whole width, scaled."""

    def __init__(self, content: Sequence[Flowable], scale: float, width: float) -> None:
        super().__init__()
        self._scale = scale
        self._placed: list[tuple[Flowable, float]] = []
        y, after = 0.0, 0.0
        for one in content:
            _, height = one.wrap(width / scale, ENDLESS)
            y += max(after, float(one.getSpaceBefore())) + height if self._placed else height
            after = float(one.getSpaceAfter())
            self._placed.append((one, y))
        self.width, self.height = width, y * scale

    def draw(self) -> None:
        """Draw what is on it."""
        canvas: Any = self.canv
        canvas.translate(0, self.height)
        canvas.scale(self._scale, self._scale)
        for one, y in self._placed:
            one.drawOn(canvas, 0, -y)


class Picture(Flowable):
    """A drawing."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.width, self.height = drawing.width, drawing.height
        self._drawing = drawing

    def draw(self) -> None:
        """Draw its items."""
        canvas: Any = self.canv
        for item in self._drawing.items:
            canvas.saveState()
            self._put(canvas, item)
            canvas.restoreState()

    def _put(self, canvas: Any, item: Stroke | Shape | Word) -> None:
        match item:
            case Stroke():
                self._stroke(canvas, item)
            case Shape():
                self._shape(canvas, item)
            case Word():
                canvas.setFillColor(colors.HexColor(item.colour))
                canvas.setFont(fonts.BOLD if item.bold else fonts.REGULAR, item.size)
                put = {
                    "start": canvas.drawString,
                    "middle": canvas.drawCentredString,
                    "end": canvas.drawRightString,
                }
                put[item.anchor](item.x, self.height - item.y, item.text)

    def _path(self, canvas: Any, points: Sequence[tuple[float, float]], *, closed: bool) -> Any:
        path = canvas.beginPath()
        (x, y), *rest = points
        path.moveTo(x, self.height - y)
        for x, y in rest:
            path.lineTo(x, self.height - y)
        if closed:
            path.close()
        return path

    def _stroke(self, canvas: Any, item: Stroke) -> None:
        canvas.setStrokeColor(colors.HexColor(item.colour))
        canvas.setLineWidth(item.width)
        if item.dashed:
            canvas.setDash(3, 2)
        canvas.drawPath(self._path(canvas, item.points, closed=False), stroke=1, fill=0)

    def _shape(self, canvas: Any, item: Shape) -> None:
        fill, edge = int(item.fill is not None), int(item.edge is not None)
        if item.fill:
            canvas.setFillColor(colors.HexColor(item.fill))
        if item.edge:
            canvas.setStrokeColor(colors.HexColor(item.edge))
            canvas.setLineWidth(item.width)
        if item.radius:
            (x, y), *_ = item.points
            canvas.circle(x, self.height - y, item.radius, stroke=edge, fill=fill)
        else:
            canvas.drawPath(self._path(canvas, item.points, closed=True), stroke=edge, fill=fill)

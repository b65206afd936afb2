"""Pictures of a sensor on a table, one for each pose; in greys that read on light and dark.

The blue face is the label; the dot on it tells its ends apart.
"""

from base64 import b64encode
from dataclasses import dataclass

from lumbarwatch.presenters.accelerometer import POSES, SIDES

_GREY = "#8A8F98"
_BLUE = "#0072B2"
_DONE = "#009E73"
_NEXT = "#D55E00"

_SLANT = (0.42, 0.30)
"""How depth goes to the right and up on the picture, per unit."""


@dataclass(frozen=True, slots=True)
class _Pose:
    """A box as it stands: width, depth and height; which face shows the label, and where on it the dot is."""

    size: tuple[float, float, float]
    label: str  # "top", "front" or "" (it lies on it)
    dot: tuple[float, float] = (0.14, 0.2)
    tilt_deg: float = 0.0


_FLAT = (62.0, 40.0, 16.0)
_EDGE = (62.0, 16.0, 40.0)
_END = (40.0, 16.0, 62.0)
_POSES = (
    _Pose(_FLAT, "top"),
    _Pose(_FLAT, ""),
    _Pose(_EDGE, "front", (0.14, 0.8)),
    _Pose(_EDGE, "front", (0.86, 0.2)),
    _Pose(_END, "front", (0.2, 0.14)),
    _Pose(_END, "front", (0.8, 0.86)),
    _Pose(_FLAT, "top", tilt_deg=-28.0),
    _Pose(_FLAT, "top", tilt_deg=28.0),
)


def strip(done: int, wanted: int) -> str:
    """Return all poses in their order, those done ticked, the next one marked; it wraps on a small screen."""
    figures = "".join(_figure(number, done) for number in range(max(wanted, SIDES) + 2))
    return f'<div style="display: flex; flex-wrap: wrap; gap: 0.6rem">{figures}</div>'


def _figure(number: int, done: int) -> str:
    if number < done:
        edge, mark = _DONE, "✓ "
    elif number == done:
        edge, mark = _NEXT, "→ "
    else:
        edge, mark = f"{_GREY}66", ""
    extra = " (optional)" if number >= SIDES else ""
    return f"""<figure style="margin: 0; width: 8rem; padding: 0.3rem; border: 2px solid {edge};
 border-radius: 0.5rem"><img src="{_source(_drawing(_POSES[number]))}" alt="" style="width: 100%">
<figcaption style="font-size: 0.85rem; line-height: 1.25; text-align: center">{mark}{POSES[number]}{extra}
</figcaption></figure>"""


def _source(svg: str) -> str:
    """Return a picture as an address: elements of a drawing themselves are taken out of a page's HTML."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _drawing(pose: _Pose) -> str:
    width, depth, height = pose.size
    across, up = depth * _SLANT[0], depth * _SLANT[1]
    x, y = 65.0 - (width + across) / 2, 84.0
    right, top = x + width, y - height
    front = ((x, y), (right, y), (right, top), (x, top))
    lid = ((x, top), (right, top), (right + across, top - up), (x + across, top - up))
    side = ((right, y), (right + across, y - up), (right + across, top - up), (right, top))
    dot_x, dot_y = pose.dot
    if pose.label == "top":
        dot = (x + dot_x * width + dot_y * across, top - dot_y * up)
    else:
        dot = (x + dot_x * width, y - dot_y * height)
    book = "" if not pose.tilt_deg else _book(pose.tilt_deg)
    turned = (
        f'transform="rotate({pose.tilt_deg} 65 {y - 6}) translate(0 {-17 if pose.tilt_deg < 0 else -8})"'
        if pose.tilt_deg
        else ""
    )
    spot = "" if not pose.label else f'<circle cx="{dot[0]:.1f}" cy="{dot[1]:.1f}" r="3" fill="#fff"/>'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 130 96" width="130" height="96">
<line x1="6" x2="124" y1="86" y2="86" stroke="{_GREY}" stroke-width="2"/>{book}
<g stroke="{_GREY}" stroke-width="1.6" stroke-linejoin="round" {turned}>
{_face(front, pose.label == "front", 0.30)}{_face(lid, pose.label == "top", 0.15)}{_face(side, False, 0.45)}
{spot}</g></svg>"""


def _face(points: tuple[tuple[float, float], ...], label: bool, shade: float) -> str:
    corners = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    fill = f'fill="{_BLUE}"' if label else f'fill="{_GREY}" fill-opacity="{shade}"'
    return f'<polygon points="{corners}" {fill}/>'


def _book(tilt_deg: float) -> str:
    x = 84 if tilt_deg < 0 else 12
    return f'<rect x="{x}" y="62" width="34" height="24" rx="2" fill="{_GREY}" fill-opacity="0.35"/>'

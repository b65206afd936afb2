"""Pictures of where the sensors go, seen from behind; in greys that read on light and dark."""

from lumbarwatch.model.samples import Placement

_BODY = """
<path d="M62 8 C58 30 52 40 44 48 C36 58 34 76 36 96 C38 112 34 122 30 138 C27 152 28 172 30 188" />
<path d="M98 8 C102 30 108 40 116 48 C124 58 126 76 124 96
 C122 112 126 122 130 138 C133 152 132 172 130 188" />
<path d="M80 176 V150" /><path d="M36 104 C48 92 60 92 68 98" /><path d="M124 104 C112 92 100 92 92 98" />
"""
_SPINE = "".join(f'<circle cx="80" cy="{y}" r="2.6"/>' for y in range(14, 122, 12))
_GREY = "#8A8F98"
_SPOTS = {Placement.LUMBAR: 74.0, Placement.PELVIS: 132.0}
_NAMES = {Placement.LUMBAR: "L1", Placement.PELVIS: "S2"}

HOW = {
    Placement.PELVIS: (
        "**Pelvis sensor: over S2**, on the flat bone between the two dimples above the buttocks."
    ),
    Placement.LUMBAR: (
        "**Lumbar sensor: over L1**, on the spine, a hand's width above the top of the hip bones, level with "
        "the lowest rib."
    ),
}


def picture(place: Placement) -> str:
    """Return an inline SVG with one sensor on the back."""
    y = _SPOTS[place]
    dimples = '<circle cx="66" cy="124" r="2"/><circle cx="94" cy="124" r="2"/>'
    return f"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 192 196" width="240" height="245">
<g fill="none" stroke="{_GREY}" stroke-width="2.4" stroke-linecap="round">{_BODY}</g>
<g fill="{_GREY}" opacity="0.8">{_SPINE}{dimples}</g>
<line x1="-14" x2="140" y1="98" y2="98" stroke="{_GREY}" stroke-dasharray="3 5"/>
<text x="-15" y="93" font-size="10" font-family="sans-serif" fill="{_GREY}">hip bones</text>
<rect x="66" y="{y - 11}" width="28" height="22" rx="5" fill="#0072B2"/>
<text x="80" y="{y + 4.5}" font-size="12" font-family="sans-serif" font-weight="bold" text-anchor="middle"
 fill="#fff">{_NAMES[place]}</text>
</svg>"""

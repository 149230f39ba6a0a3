"""SVG as PNG, with letters from a font that comes with the program, so that every machine draws the same."""

from __future__ import annotations

ZOOM = 2.5
"""Pixels for each unit: a picture of usual size then has 300 dots an inch on a page."""


def as_png(svg: str) -> bytes:
    """The picture as a PNG file."""
    import resvg_py  # noqa: PLC0415 - only pictures need it
    from font_source_sans_pro import font_files_ttf  # noqa: PLC0415

    # System fonts are there too, for scripts that ours has no letters of.
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=ZOOM,
            font_files=[font_files_ttf["SourceSansPro"], font_files_ttf["SourceSansProSemibold"]],
            font_family="Source Sans Pro",
            sans_serif_family="Source Sans Pro",
        )
    )

"""Colours and type of the charts; each fixed colour stands for a CSS variable that differs in light and dark mode."""

INK, PAPER, MUTED, FAINT = "#000000", "#fffffe", "#808690", "#c8ccd2"
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c5a2b")  # after Okabe & Ito 2008
CSS_COLOURS = {
    INK: "currentColor",
    PAPER: "var(--paper)",
    MUTED: "var(--muted)",
    FAINT: "var(--faint)",
    **{colour: f"var(--c{place})" for place, colour in enumerate(PALETTE)},
}
FONT_SIZE = 12


def css_colour(place: int) -> str:
    """The page's colour of a class or column by its place; beyond the palette it starts again."""
    return CSS_COLOURS[PALETTE[place % len(PALETTE)]]

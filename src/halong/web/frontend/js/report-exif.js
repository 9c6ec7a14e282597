/** What a photo is, how many pixels it has and where it was taken, from its header; read on the phone, and made smaller there. */
const HEAD = 512 * 1024;
const SMALL_ENOUGH = 900 * 1024, SIDE = 2560, QUALITY = 0.85;
const MOST_MEGAPIXELS = 50; // decoding more than this may close the page on a cheap phone: it is sent as it is, and not shown
const TIFF = { II: true, MM: false };

const TIFF_HEADS = [[0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8], [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]];

const find = (bytes, wanted, from = 0) => {
  for (let i = from; i < bytes.length - wanted.length; i += 1) if (bytes[i] === wanted[0] && wanted.every((byte, n) => bytes[i + n] === byte)) return i;
  return -1;
};

/** "Exif\0\0" stands before the TIFF block in JPEG and in most HEIC files, and in HEIC also in the table of contents, where no
    block follows; in other HEIC files the block begins by itself. */
function tiffOf(bytes) {
  for (let at = find(bytes, [0x45, 0x78, 0x69, 0x66, 0, 0]); at >= 0; at = find(bytes, [0x45, 0x78, 0x69, 0x66, 0, 0], at + 6)) {
    if (["MM", "II"].includes(String.fromCharCode(bytes[at + 6], bytes[at + 7]))) return at + 6;
  }
  return Math.max(...TIFF_HEADS.map((head) => find(bytes, head)));
}

function directory(view, start, at, little) {
  const found = new Map();
  const count = view.getUint16(start + at, little);
  for (let n = 0; n < Math.min(count, 200); n += 1) {
    const entry = start + at + 2 + 12 * n;
    found.set(view.getUint16(entry, little), entry);
  }
  return found;
}

function degrees(view, start, entry, little) {
  const at = start + view.getUint32(entry + 8, little);
  const part = (n) => view.getUint32(at + 8 * n, little) / (view.getUint32(at + 8 * n + 4, little) || NaN);
  return part(0) + part(1) / 60 + part(2) / 3600;
}

/** `{lon, lat}` in WGS 84, or null. */
export function placeOf(buffer) {
  try {
    const bytes = new Uint8Array(buffer), view = new DataView(buffer), start = tiffOf(bytes);
    if (start < 0) return null;
    const little = TIFF[String.fromCharCode(bytes[start], bytes[start + 1])];
    if (little === undefined) return null;
    const first = directory(view, start, view.getUint32(start + 4, little), little), gps = first.get(0x8825);
    if (gps === undefined) return null;
    const tags = directory(view, start, view.getUint32(gps + 8, little), little);
    if (![1, 2, 3, 4].every((tag) => tags.has(tag))) return null;
    const letter = (tag) => String.fromCharCode(view.getUint8(tags.get(tag) + 8));
    const lat = degrees(view, start, tags.get(2), little) * (letter(1) === "S" ? -1 : 1);
    const lon = degrees(view, start, tags.get(4), little) * (letter(3) === "W" ? -1 : 1);
    return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat || lon) ? { lon, lat } : null;
  } catch {
    return null; // a header that isn't one
  }
}

const text = (bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end));
const HEIC = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "heif"];

/** `jpeg png webp heic` by its first bytes, "" for what the server wouldn't take either (a drawing, a page, an archive). */
export function kindOf(buffer) {
  const bytes = new Uint8Array(buffer);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  if (text(bytes, 1, 4) === "PNG") return "png";
  if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 12) === "WEBP") return "webp";
  const brands = text(bytes, 4, 8) === "ftyp" ? text(bytes, 8, 64).match(/.{4}/gs) : [];
  return brands.some((brand) => HEIC.includes(brand)) ? "heic" : "";
}

function jpegPixels(bytes, view) {
  let at = 2;
  while (at + 9 < bytes.length && bytes[at] === 0xff) {
    const mark = bytes[at + 1];
    if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)) return view.getUint16(at + 5) * view.getUint16(at + 7);
    at += 2 + view.getUint16(at + 2);
  }
  return 0;
}

/** Millions of pixels of a JPEG, PNG or large WebP by its header; 0 when it can't be told. */
export function megapixels(buffer) {
  const bytes = new Uint8Array(buffer), view = new DataView(buffer), kind = kindOf(buffer);
  const three = (at) => 1 + (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16));
  if (kind === "jpeg") return jpegPixels(bytes, view) / 1e6;
  if (kind === "png" && bytes.length > 24) return (view.getUint32(16) * view.getUint32(20)) / 1e6;
  if (kind === "webp" && text(bytes, 12, 16) === "VP8X") return (three(24) * three(27)) / 1e6;
  return 0;
}

export const headOf = (file) => file.slice(0, HEAD).arrayBuffer();

export const isHuge = (head) => megapixels(head) > MOST_MEGAPIXELS;

/** The same picture with at most 2560 pixels a side and no metadata; what this browser can't draw stays as it is. */
export async function smaller(file, head) {
  if (file.size <= SMALL_ENOUGH || isHuge(head) || !globalThis.createImageBitmap) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return drawn && drawn.size < file.size ? drawn : file;
  } catch {
    return file;
  }
}

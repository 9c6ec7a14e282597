/* Builds the front end: `npm run build` writes hashed, minified files and their manifest to static/web/dist/,
   and the icons that templates inline to icons.json (kept in the repository, so that pages need no build for them). */
import { build, context } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../../..");
const out = join(here, "../static/web/dist");
const entries = ["js/halong.js", "js/public.js", "js/report.js", "css/halong.css", "css/public.css", "css/map.css", "css/chart.css", "css/briefing.css", "css/wall-editor.css", "css/map-page.css", "css/playbooks.css", "css/duty-log.css", "css/incidents.css", "css/report-desk.css", "css/warnings-desk.css", "css/exercise-pages.css"];
const copied = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs"];

/** The dark tokens also for people whose system is dark and who have not chosen a theme. */
const systemTheme = {
  name: "system-theme",
  setup(build) {
    build.onLoad({ filter: /tokens\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const dark = css.match(/\[data-theme="dark"\] (\{[^}]+\})/)[1];
      return { loader: "css", contents: `${css}\n@media (prefers-color-scheme: dark) { :root:not([data-theme]) ${dark} }` };
    });
  },
};

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

/** MapLibre 6 is ESM whose worker imports its neighbours by name: the three files are copied under one hashed folder. */
async function copyMapLibre() {
  const from = join(root, "node_modules/maplibre-gl/dist");
  const bytes = await Promise.all(copied.map((name) => readFile(join(from, name))));
  const folder = `maplibre-${hash(Buffer.concat(bytes))}`;
  await mkdir(join(out, folder), { recursive: true });
  await Promise.all(copied.map((name) => copyFile(join(from, name), join(out, folder, name))));
  return Object.fromEntries(copied.map((name) => [name, `${folder}/${name}`]));
}

/** Data files (the base map): hashed copies. */
async function copyData() {
  const found = {};
  for (const name of await readdir(join(here, "data")).catch(() => [])) {
    const bytes = await readFile(join(here, "data", name));
    found[name] = `${basename(name, extname(name))}-${hash(bytes)}${extname(name)}`;
    await writeFile(join(out, found[name]), bytes);
  }
  return found;
}

/** icons.txt names Tabler icons; what is between <svg> and </svg> is kept. A change of the list needs a commit. */
async function writeIcons() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean).sort();
  const icons = {};
  for (const name of new Set(names)) {
    const svg = await readFile(join(root, `node_modules/@tabler/icons/icons/outline/${name}.svg`), "utf8");
    icons[name] = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
  }
  await writeFile(join(here, "../icons.json"), JSON.stringify(icons, null, 1) + "\n");
}

/** Workers: one file each, since not every browser lets a worker import. */
async function bundleWorkers() {
  const result = await build({
    absWorkingDir: root, entryPoints: ["js/report-sync.js", "js/report-work.js"].map((entry) => join(here, entry)), outdir: out, bundle: true, minify: true, metafile: true,
    format: "iife", target: ["es2022", "chrome111", "firefox115", "safari16.4"], entryNames: "[name]-[hash]", legalComments: "none",
  });
  return Object.fromEntries(Object.entries(result.metafile.outputs).map(([path, info]) => [basename(info.entryPoint), relative(out, join(root, path))]));
}

/** Which chunks an entry needs at once: what a page that must work without network is made of. */
function needed(outputs, path, found = new Set()) {
  for (const { path: other, kind } of outputs[path].imports) {
    if (kind !== "import-statement" || found.has(other)) continue;
    found.add(other);
    needed(outputs, other, found);
  }
  return [...found].map((name) => relative(out, join(root, name)));
}

/** Files of former builds go after an hour: a server that runs may still point at them. */
async function sweep(files) {
  const kept = new Set(Object.values(files).map((name) => name.split("/")[0]).concat("manifest.json"));
  for (const name of await readdir(out)) {
    const { mtimeMs } = await stat(join(out, name));
    if (!kept.has(name.replace(/\.(gz|br)$/, "")) && Date.now() - mtimeMs > 3_600_000) await rm(join(out, name), { recursive: true });
  }
}

/** What WhiteNoise sends to browsers that take Brotli (over HTTPS and on this machine) or gzip, compressed once. */
async function compress() {
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|mjs|css|geojson)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
    await writeFile(`${path}.br`, brotliCompressSync(content));
  }
}

async function writeManifest(result, extra) {
  const files = { ...extra };
  const produced = Object.keys(result.metafile.outputs).map((path) => relative(out, join(root, path)));
  for (const [path, info] of Object.entries(result.metafile.outputs)) {
    const name = relative(out, join(root, path));
    if (info.entryPoint) files[basename(info.entryPoint)] = name;
    const offline = /js\/((?:report|public)\.js)$/.exec(info.entryPoint ?? "")?.[1];
    if (offline) needed(result.metafile.outputs, path).forEach((chunk, n) => { files[`${offline}:${n}`] = chunk; });
    const font = /(be-vietnam-pro-\S+-normal)-\w+\.woff2$/.exec(name);
    if (font) files[`${font[1]}.woff2`] = name;
  }
  await writeFile(join(out, "manifest.json"), JSON.stringify(files, null, 1) + "\n");
  await sweep({ ...files, ...produced });
  await compress();
  for (const [key, name] of Object.entries(files)) {
    if (/\.(js|css|mjs|geojson)$/.test(name)) {
      const size = gzipSync(await readFile(join(out, name))).length;
      console.log(`${key.padEnd(28)} ${(size / 1024).toFixed(1).padStart(7)} kB gzip`);
    }
  }
}

await mkdir(out, { recursive: true });
await writeIcons();
const extra = { ...(await copyMapLibre()), ...(await copyData()), ...(await bundleWorkers()) };
const builder = await context({
  absWorkingDir: root,
  entryPoints: entries.map((entry) => join(here, entry)),
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox115", "safari16.4"],
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "warning",
  plugins: [systemTheme, { name: "manifest", setup: (b) => b.onEnd((r) => r.errors.length ? undefined : writeManifest(r, extra)) }],
});
if (process.argv.includes("--watch")) {
  await builder.watch();
} else {
  await builder.rebuild();
  await builder.dispose();
}

/** What a map shows: things as GeoJSON or as short rows of which only changes are fetched again; ready features by id. */
import { number } from "./page.js";

export const EMPTY = { type: "FeatureCollection", features: [] };
export const collection = (features) => ({ type: "FeatureCollection", features });
export const LOUD = ["critical", "high", "attention"];
export const GRAVITY = { critical: 5, high: 4, attention: 3, dead: 2, stale: 1 };
/** Beyond so many alarms they gather into clusters like everything else: names over each other say nothing. */
const MOST_NAMED = 60;
const SIMULATED = 1;

export async function getJson(url) {
  if (!url) return EMPTY;
  const response = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

/** The things of one address. A feature that didn't change stays the same object: that is how the plate knows what to send. */
export class Things {
  features = new Map();
  at = null;
  #url;
  #version = "";
  #words = {};

  constructor(url) {
    this.#url = url;
  }

  /** Fetches what is new; true when anything is. */
  async load() {
    const since = this.#version && `${this.#url.includes("?") ? "&" : "?"}since=${encodeURIComponent(this.#version)}`;
    const body = await getJson(this.#url && this.#url + since);
    this.at = body.at ? new Date(body.at) : new Date();
    if (!body.rows) {
      this.features = new Map(body.features.map((feature, i) => [feature.id ?? feature.properties.id ?? i, feature]));
      return true;
    }
    if (body.kinds) this.#words = { ...this.#words, ...body };
    if (!body.gone) this.features = new Map();
    for (const id of body.gone ?? []) this.features.delete(id);
    for (const row of body.rows) this.features.set(row[0], this.#feature(row));
    this.#version = body.version;
    return !body.gone || body.gone.length + body.rows.length > 0;
  }

  #feature([id, lon, lat, kindAt, placeAt, state, name, labelAt, value, flags]) {
    const { kinds, places, labels, states, href } = this.#words;
    const kind = kinds[kindAt], label = labels[labelAt];
    return {
      type: "Feature", id, geometry: { type: "Point", coordinates: [lon, lat] },
      properties: {
        id, name, label: name, kind: kind.kind, kindLabel: kind.label, plural: kind.plural, sector: kind.sector, sectorLabel: kind.sectorLabel, order: kind.order,
        place: places[placeAt] ?? "", state: states[state], value: label ? [label.label, value != null && number(value, label.decimals)].filter(Boolean).join(" ") : "",
        href: (kind.href ?? href).replace("/0", `/${id - (kind.first ?? 0)}`), simulated: (flags & SIMULATED) > 0,
      },
    };
  }
}

/** Names of events beyond this longitude stand on the left of their mark, so that the frame doesn't cut them. */
const EAST = 107.72;
const sides = new WeakMap();

/** The same feature with the side of its name; made once, so that it stays the same object. */
function sided(feature) {
  if (!sides.has(feature)) sides.set(feature, { ...feature, properties: { ...feature.properties, east: feature.geometry.coordinates[0] > EAST } });
  return sides.get(feature);
}

/** Without events of their own, things in alarm are the events, unless there are too many to name. */
export function split(features, events) {
  if (events) return { things: features, events: events.map(sided) };
  const loud = features.filter(({ properties }) => LOUD.includes(properties.state));
  if (loud.length > MOST_NAMED) return { things: features, events: [] };
  return { things: features.filter(({ properties }) => !LOUD.includes(properties.state)), events: loud.map(sided) };
}

/** Sends a source only the features that are others than last time; all of them when that is simpler. */
export class Feed {
  #sent = new Map();

  send(source, features) {
    if (!source) return;
    const next = new Map(features.map((feature) => [feature.id, feature]));
    const add = features.filter((feature) => this.#sent.get(feature.id) !== feature);
    const remove = [...this.#sent.keys()].filter((id) => !next.has(id));
    const identified = next.size === features.length && !next.has(undefined);
    if (!add.length && !remove.length && identified) return;
    if (identified && this.#sent.size && add.length + remove.length < features.length / 3) source.updateData({ add, remove });
    else source.setData(collection(features));
    this.#sent = next;
  }
}

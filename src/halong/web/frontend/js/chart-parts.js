/** Plug-ins of the chart: limit lines with their names, doubtful values in grey, the tooltip. */
import { dateTime, number, words } from "./page.js";

/** Dashed lines at the limits, named at their right end, over the line of the readings. */
export function bands(host, series, limits, token) {
  const draw = (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio * host.scale;
    ctx.save();
    ctx.font = `${10.5 * ratio}px "Be Vietnam Pro"`;
    let lastY = Infinity;
    for (const limit of [...limits].sort((a, b) => a.value - b.value)) {
      const y = plot.valToPos(limit.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = ctx.fillStyle = token(host, limit.state ? `st-${limit.state}` : "st-high");
      ctx.lineWidth = ratio;
      ctx.setLineDash([4 * ratio, 4 * ratio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      const text = `${limit.label} ${number(limit.value, 3)}`;
      const labelY = Math.min(y - 4 * ratio, lastY - 13 * ratio);
      lastY = labelY;
      ctx.setLineDash([]);
      ctx.textAlign = "right";
      ctx.lineJoin = "round";
      ctx.lineWidth = 4 * ratio;
      ctx.strokeStyle = token(host, "panel");
      ctx.fillStyle = token(host, "ink-2");
      const place = [text, bbox.left + bbox.width - 4 * ratio, Math.max(bbox.top + 11 * ratio, labelY)];
      ctx.strokeText(...place);
      ctx.fillText(...place);
    }
    ctx.restore();
  };
  return { hooks: { draw } };
}

/** Beneath the lines: where a forecast lies with 95 and 80 % (series.bands: [[time, low 80, high 80, low 95, high 95], …]), what
    was unusual (marks: [{start, end, label, state}]), and where the present is. */
export function ground(host, { series, marks = [], now }, token) {
  const drawAxes = (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const x = (time) => Math.min(Math.max(plot.valToPos(time, "x", true), bbox.left), bbox.left + bbox.width);
    const y = (value) => plot.valToPos(value, "y", true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const { start, end, state } of marks) {
      const left = x(start), wide = Math.max(x(end) - left, 3 * ratio);
      ctx.fillStyle = token(host, state === "normal" ? "ink-3" : `st-${state}`);
      ctx.globalAlpha = 0.14;
      ctx.fillRect(left, bbox.top, wide, bbox.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(left, bbox.top, wide, 3 * ratio);
    }
    for (const one of series.filter((s) => s.bands?.length)) {
      ctx.fillStyle = token(host, "jade");
      for (const [low, high, alpha] of [[3, 4, 0.12], [1, 2, 0.2]]) {
        ctx.globalAlpha = alpha;
        ctx.beginPath();
        one.bands.forEach((point) => ctx.lineTo(x(point[0]), y(point[high])));
        [...one.bands].reverse().forEach((point) => ctx.lineTo(x(point[0]), y(point[low])));
        ctx.fill();
      }
      ctx.globalAlpha = 1;
    }
    if (now) {
      ctx.strokeStyle = token(host, "line-strong");
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(x(now), bbox.top);
      ctx.lineTo(x(now), bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };
  return { hooks: { drawAxes } };
}

/** Readings that are not valid (calibration, fault): hollow grey dots, outside the line. */
export function shapes(host, series, token) {
  const draw = (plot) => {
    const { ctx } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = token(host, "stale");
    ctx.lineWidth = 1.2 * ratio;
    for (const one of series) {
      for (const [time, value, quality] of one.points) {
        if (!quality || value == null) continue;
        ctx.beginPath();
        ctx.arc(plot.valToPos(time, "x", true), plot.valToPos(value, "y", true), 2.6 * ratio, 0, 7);
        ctx.stroke();
      }
    }
    ctx.restore();
  };
  return { hooks: { draw } };
}

/** A band at one time: "20 – 35". */
export const range = (low, high, one) => `${number(low, one.decimals ?? 2)} – ${number(high, one.decimals ?? 2)}`;

/** Time and values under the pointer. */
export function tooltip(host, series) {
  const box = Object.assign(document.createElement("div"), { className: "chart-tip", hidden: true });
  const valid = series.map((one) => new Map(one.points.map(([time, value, quality, label]) => [time, [value, quality, label]])));
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        const time = idx == null ? undefined : plot.data[0][idx];
        const rows = time === undefined ? [] : series.map((one, i) => [one, valid[i].get(time)]).filter(([, found]) => found && found[0] != null);
        box.hidden = rows.length === 0;
        if (box.hidden) return;
        const head = Object.assign(document.createElement("small"), { textContent: rows[0][1][2] ?? dateTime(new Date(time * 1000)) });
        box.replaceChildren(head, ...rows.map(([one, [value, quality]]) => {
          const text = `${number(value, one.decimals ?? 2)}${one.unit ? ` ${one.unit}` : ""}${quality ? ` · ${words("not valid")}` : ""}`;
          const row = document.createElement("div");
          row.append(Object.assign(document.createElement("b"), { textContent: text }), series.length > 1 ? ` ${one.name}` : "");
          const band = one.bands?.find(([at]) => at === time);
          if (band) row.append(Object.assign(document.createElement("small"), { textContent: `80%: ${range(band[1], band[2], one)} · 95%: ${range(band[3], band[4], one)}` }));
          return row;
        }));
        box.classList.toggle("is-left", left > plot.over.clientWidth * 0.6);
        box.style.left = `${left}px`;
      },
    },
  };
}

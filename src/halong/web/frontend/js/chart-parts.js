/** Plug-ins of the chart: limit lines with their names, doubtful values in grey, the tooltip. */
import { dateTime, number, words } from "./page.js";

/** Dashed lines at the limits, named at their right end, over the line of the readings. */
export function bands(host, series, limits, token) {
  const draw = (plot) => {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
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

/** Time and values under the pointer. */
export function tooltip(host, series) {
  const box = Object.assign(document.createElement("div"), { className: "chart-tip", hidden: true });
  const valid = series.map((one) => new Map(one.points.map(([time, value, quality]) => [time, [value, quality]])));
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        const time = idx == null ? undefined : plot.data[0][idx];
        const rows = time === undefined ? [] : series.map((one, i) => [one, valid[i].get(time)]).filter(([, found]) => found && found[0] != null);
        box.hidden = rows.length === 0;
        if (box.hidden) return;
        const head = Object.assign(document.createElement("small"), { textContent: dateTime(new Date(time * 1000)) });
        box.replaceChildren(head, ...rows.map(([one, [value, quality]]) => {
          const text = `${number(value, one.decimals ?? 2)}${one.unit ? ` ${one.unit}` : ""}${quality ? ` · ${words("not valid")}` : ""}`;
          const row = document.createElement("div");
          row.append(Object.assign(document.createElement("b"), { textContent: text }), series.length > 1 ? ` ${one.name}` : "");
          return row;
        }));
        box.classList.toggle("is-left", left > plot.over.clientWidth * 0.6);
        box.style.left = `${left}px`;
      },
    },
  };
}

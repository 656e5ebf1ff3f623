// Charts made by the macro `chart`: drawn by ECharts on a canvas from the JSON beside them, without markup of its own
// (its tooltips are drawn too), so that nothing here needs an exception from the content security policy.
const { echarts } = window;
const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
const style = getComputedStyle(document.documentElement);
const INK = style.getPropertyValue("--ink").trim();
const INK_SOFT = style.getPropertyValue("--ink-soft").trim();
const LINE = style.getPropertyValue("--line").trim();
// They stay apart with each kind of colour blindness, have 3:1 on white, and are never alone: lines have signs of their
// own, bars have patterns.
const COLOURS = ["#0a5685", "#d9480f", "#007a63", "#9f0162", "#5a4a00", "#0086a3"];
const SIGNS = ["circle", "rect", "triangle", "diamond", "pin", "arrow"];
const PATTERNS = [
  null,
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 },
  { symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.6 },
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 5], rotation: 0 },
  { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4 },
  { symbol: "triangle", dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [8, 0], symbolSize: 0.7 },
].map((pattern) => pattern && { color: "rgb(255 255 255 / 60%)", ...pattern });

for (const drawing of document.querySelectorAll("[data-chart]")) show(drawing);

function show(drawing) {
  const figures = JSON.parse(document.getElementById(drawing.dataset.chart).textContent);
  drawing.hidden = false;
  drawing.parentElement.querySelector("details").open = false;
  const chart = echarts.init(drawing, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio) });
  chart.setOption(optionOf(figures));
  new ResizeObserver(() => chart.resize()).observe(drawing);
  // Paper has another width than the window, and no next frame in which the chart would be drawn again.
  window.matchMedia("print").addEventListener("change", () => {
    chart.resize();
    chart.getZr().flush();
  });
  drawing.dataset.drawn = "1";
}

function optionOf({ kind, categories, series, unit, target, decimals, moments }) {
  const number = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  const axisNumber = new Intl.NumberFormat(language, { maximumFractionDigits: Math.max(decimals, 1) });
  const text = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: INK };
  return {
    animation: false,
    textStyle: text,
    color: COLOURS,
    grid: { left: 8, right: target ? 72 : 16, top: series.length > 1 ? 34 : 14, bottom: 6, containLabel: true },
    legend: { show: series.length > 1, top: 0, left: 0, itemGap: 18, textStyle: text, selectedMode: false },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      axisPointer: { type: kind === "line" ? "line" : "shadow", ...(moments && { label: { formatter: ({ value }) => shownMoment(value) } }) },
      valueFormatter: (value) => (value == null ? "–" : `${number.format(value)}${unit ? ` ${unit}` : ""}`),
      textStyle: text,
    },
    useUTC: true,
    xAxis: { ...(moments ? timeAxis(text) : { type: "category", data: categories, boundaryGap: kind !== "line", axisTick: { alignWithLabel: true }, axisLabel: { ...text, hideOverlap: true } }), axisLine: { lineStyle: { color: INK_SOFT } } },
    yAxis: { type: "value", minInterval: decimals ? 0 : 1, axisLabel: { ...text, formatter: (value) => axisNumber.format(value) }, splitLine: { lineStyle: { color: LINE, type: "dotted" } }, max: target ? ({ max }) => (max >= target.value ? null : target.value) : null },
    series: series.map(({ name, values }, index) => ({ name, data: moments ? pointsOf(moments, values) : values, ...lookOf(kind, index), ...(index === 0 && target ? { markLine: lineOf(target, number, unit, text) } : {}) })),
  };
}

// Moments come by the county's clock and are drawn as if that were UTC, wherever the reader's browser is.
function pointsOf(moments, values) {
  return values.flatMap((value, at) => (value == null ? [] : [[Date.parse(`${moments[at]}Z`), value]]));
}

function timeAxis(text) {
  return { type: "time", axisLabel: { ...text, hideOverlap: true, formatter: { year: "{yyyy}", month: "00:00\n{MM}-{dd}", day: "00:00\n{MM}-{dd}", hour: "{HH}:{mm}\n{MM}-{dd}", minute: "{HH}:{mm}\n{MM}-{dd}" } } };
}

function shownMoment(value) {
  return new Date(value).toISOString().slice(5, 16).replace("T", " ");
}

function lookOf(kind, index) {
  if (kind === "line") return { type: "line", symbol: SIGNS[index % SIGNS.length], symbolSize: 7, connectNulls: false, lineStyle: { width: 2 } };
  const decal = PATTERNS[index % PATTERNS.length];
  return { type: "bar", stack: kind === "stacked" ? "all" : undefined, barMaxWidth: 42, itemStyle: { borderColor: "#fff", borderWidth: kind === "stacked" ? 1 : 0, ...(decal && { decal }) } };
}

function lineOf({ name, value }, number, unit, text) {
  return {
    silent: true,
    symbol: "none",
    data: [{ yAxis: value, name }],
    lineStyle: { color: INK, type: "dashed", width: 1.5 },
    label: { ...text, lineHeight: 15, position: "end", formatter: `${name}\n${number.format(value)}${unit ? ` ${unit}` : ""}` },
  };
}

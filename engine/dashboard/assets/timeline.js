/** Zooming into a timeline: every bar is drawn in one scale, of which the window is moved. */

const SCALE = 10_000;
const WIDTH_MIN = 10;

/** The window that the reader has chosen, kept while the timeline is replaced. */
let windowAt = { from: 0, width: SCALE };

export function prepareTimeline(root) {
  const timeline = root.querySelector(".timeline:not([data-ready])");
  if (timeline === null) return;
  timeline.dataset.ready = "";
  const controls = timeline.querySelector(".zoom");
  controls.hidden = false;
  controls.addEventListener("click", (event) => {
    const action = event.target.closest("button")?.dataset.zoom;
    if (action !== undefined) zoom(timeline, action);
  });
  for (const track of timeline.querySelectorAll("svg.track")) {
    track.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const { left, width } = track.getBoundingClientRect();
      zoom(timeline, event.deltaY < 0 ? "in" : "out", (event.clientX - left) / width);
    }, { passive: false });
  }
  draw(timeline);
}

function zoom(timeline, action, at = 0.5) {
  const { from, width } = windowAt;
  if (action === "fit") windowAt = { from: 0, width: SCALE };
  else if (action === "left" || action === "right") {
    windowAt = { from: from + (action === "left" ? -1 : 1) * width / 4, width };
  } else {
    const next = Math.min(SCALE, Math.max(WIDTH_MIN, action === "in" ? width / 2 : width * 2));
    windowAt = { from: from + (width - next) * at, width: next };
  }
  windowAt.from = Math.min(SCALE - windowAt.width, Math.max(0, windowAt.from));
  draw(timeline);
}

function draw(timeline) {
  const { from, width } = windowAt;
  for (const track of timeline.querySelectorAll("svg.track")) {
    track.setAttribute("viewBox", `${from} 0 ${width} 20`);
  }
  const totalMs = Number(timeline.dataset.totalMs);
  const ticks = timeline.querySelectorAll(".axis span");
  ticks.forEach((tick, index) => {
    tick.textContent = `+${toText(totalMs * (from + width * index / (ticks.length - 1)) / SCALE)}`;
  });
}

function toText(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round(ms % 60_000 / 1_000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round(ms % 3_600_000 / 60_000)} min`;
}

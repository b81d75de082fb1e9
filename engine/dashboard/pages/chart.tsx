/** Lines over the last hour. */

import { formatCount, formatTime } from "../parts/time.ts";

export interface Series {
  name: string;
  kind: "first" | "second" | "bad";
  /** One for each interval; undefined where nothing is known. */
  values: readonly (number | undefined)[];
  isArea?: boolean;
}

export interface ChartProps {
  title: string;
  series: readonly Series[];
  startMs: number;
  endMs: number;
  format?: (value: number) => string;
}

const WIDTH = 1_000;
const HEIGHT = 128;

export function Chart({ title, series, startMs, endMs, format = formatCount }: ChartProps) {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const max = niceMax(Math.max(0, ...known));
  const summary = series.map(({ name, values }) => {
    const present = values.filter((value) => value !== undefined);
    const last = present.at(-1);
    return `${name}: now ${last === undefined ? "unknown" : format(last)}, highest ${
      present.length === 0 ? "unknown" : format(Math.max(...present))
    }`;
  }).join(". ");
  return (
    <figure class="card chart">
      <figcaption>
        <strong>{title}</strong>
        {series.map(({ name, kind, values }) => (
          <span class={`swatch ${kind}`}>
            {name} {nowText(values, format)}
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}, ${formatTime(startMs)} to ${formatTime(endMs)}. ${summary}`}
      >
        {[0, 0.5, 1].map((share) => (
          <line class="grid" x1="0" x2={WIDTH} y1={HEIGHT * (1 - share)} y2={HEIGHT * (1 - share)} />
        ))}
        {series.map(({ values, kind, isArea }) => (
          <>
            {isArea && <path class={`area ${kind}`} d={area(values, max)} />}
            <path class={`line ${kind}`} d={line(values, max)} />
            <path class={`dot ${kind}`} d={dots(values, max)} />
          </>
        ))}
      </svg>
      <div class="scale">
        <span>{formatTime(startMs).slice(11, 16)} UTC</span>
        <span>scale 0 to {format(max)}</span>
        <span>{formatTime(endMs).slice(11, 16)} UTC</span>
      </div>
    </figure>
  );
}

function nowText(values: Series["values"], format: (value: number) => string): string {
  const last = values.findLast((value) => value !== undefined);
  return last === undefined ? "–" : format(last);
}

function point(value: number, index: number, count: number, max: number): string {
  const x = count < 2 ? 0 : WIDTH * index / (count - 1);
  return `${Math.round(x * 10) / 10} ${Math.round((HEIGHT - HEIGHT * Math.min(value, max) / max) * 10) / 10}`;
}

/** A path with a gap wherever nothing is known. */
function line(values: Series["values"], max: number): string {
  let path = "";
  let isDown = false;
  values.forEach((value, index) => {
    if (value !== undefined) path += `${isDown ? "L" : "M"}${point(value, index, values.length, max)}`;
    isDown = value !== undefined;
  });
  return path;
}

/** Values between two gaps, which no line would show. */
function dots(values: Series["values"], max: number): string {
  return values.map((value, index) =>
    value === undefined || values[index - 1] !== undefined || values[index + 1] !== undefined
      ? ""
      : `M${point(value, index, values.length, max)}h.01`
  ).join("");
}

/** What lies below the line. */
function area(values: Series["values"], max: number): string {
  let path = "";
  let first: number | undefined;
  const x = (index: number) => Math.round(10 * WIDTH * index / Math.max(1, values.length - 1)) / 10;
  for (let index = 0; index <= values.length; index++) {
    const value = values[index];
    if (value === undefined) {
      if (first !== undefined) path += `L${x(index - 1)} ${HEIGHT}Z`;
      first = undefined;
    } else {
      if (first === undefined) path += `M${x(first = index)} ${HEIGHT}`;
      path += `L${point(value, index, values.length, max)}`;
    }
  }
  return path;
}

/** The next of 1, 2, 5, 10, 20, ... */
function niceMax(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}

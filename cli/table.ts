/** Tables without lines, as terminals' tools print them. */

import Table from "cli-table3";
import type { Style, Terminal } from "./terminal.ts";

export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  style?: (row: Row) => Style | undefined;
}

const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((place) => [place, ""]),
);

export function formatTable<Row>(terminal: Terminal, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    head: columns.map(({ title }) => terminal.style("dim", title.toUpperCase())),
  });
  for (const row of rows) {
    table.push(columns.map(({ text, style }) => {
      const format = style?.(row);
      const cell = oneLine(text(row));
      return format === undefined ? cell : terminal.style(format, cell);
    }));
  }
  return table.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** What came from outside must not move the cursor, nor break the row. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, " ");
}

/** Text without control characters, but for line ends and tabs: a context must not be able to write to a terminal. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "\uFFFD");
}

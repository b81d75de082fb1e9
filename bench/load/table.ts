/** Rows as a Markdown table with padded columns; numbers with three digits that count. */
export function formatTable<Row>(
  columns: readonly [string, (row: Row) => string | number][],
  rows: readonly Row[],
): string {
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, of]) => formatCell(of(row))))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const lines = cells.map((line) => `| ${line.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}

function formatCell(value: string | number): string {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "-";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

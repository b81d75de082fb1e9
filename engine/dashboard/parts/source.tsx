/** An author's source with lines numbered and one of them marked. */

import { formatCount } from "./time.ts";

/** Lines shown on either side of the mark, when the source is long. */
const AROUND = 7;
const WHOLE_LINES_MAX = 40;
const WINDOW_LINES_MAX = 2_000;
const LINE_CHARS_MAX = 400;

export interface SourceProps {
  code: string;
  label: string;
  line?: number;
  column?: number;
  message?: string;
  /** Every line up to a bound, in a window to scroll in, rather than those around the mark. */
  whole?: boolean;
}

export function Source({ code, label, line, column, message, whole }: SourceProps) {
  const lines = code.replace(/\s+$/, "").split(/\r\n|[\n\r\u2028\u2029]/);
  const isWhole = lines.length <= (whole ? WINDOW_LINES_MAX : WHOLE_LINES_MAX);
  const first = isWhole ? 1 : Math.max(1, (line ?? 1) - AROUND);
  const last = isWhole
    ? lines.length
    : whole
    ? WINDOW_LINES_MAX
    : Math.min(lines.length, (line ?? 1) + AROUND + (line === undefined ? 20 : 0));
  return (
    <div class="source" data-copy-text={code.length < 100_000 ? code : undefined}>
      <div class={whole ? "scroll window" : "scroll"} tabindex={0} role="group" aria-label={label}>
        <table>
          <tbody>
            {lines.slice(first - 1, last).flatMap((text, index) => {
              const number = first + index;
              const marked = number === line;
              const row = (
                <tr class={marked ? "marked" : undefined}>
                  <th scope="row">{number}</th>
                  <td>
                    <code>{text.slice(0, LINE_CHARS_MAX)}{text.length > LINE_CHARS_MAX ? "…" : ""}</code>
                  </td>
                </tr>
              );
              if (!marked) return [row];
              const pad = " ".repeat(Math.min(LINE_CHARS_MAX, Math.max(0, (column ?? 1) - 1)));
              return [
                row,
                <tr class="mark">
                  <td></td>
                  <td>
                    <code>{`${pad}^ `}</code>
                    {message}
                  </td>
                </tr>,
              ];
            })}
          </tbody>
        </table>
      </div>
      {!isWhole && <p class="note">{`Lines ${first} to ${last} of ${formatCount(lines.length)}`}</p>}
    </div>
  );
}

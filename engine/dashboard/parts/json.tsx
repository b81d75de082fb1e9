/** JSON values, pretty and safe to show. */

import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { formatCount } from "./time.ts";

/** What is shown of one value; the rest is behind a link. */
const SHOWN_CHARS_MAX = 20_000;
/** A value of more than this is folded. */
const OPEN_CHARS_MAX = 700;

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char]);
}

/** JSON text with its tokens marked, as HTML. */
export function highlightJson(text: string): string {
  let html = "";
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    html += escapeHtml(text.slice(at, match.index));
    const [whole, string, colon, word] = match;
    if (string !== undefined && colon !== undefined) html += `<b>${escapeHtml(string)}</b>${colon}`;
    else html += `<i class="${string !== undefined ? "s" : word !== undefined ? "w" : "n"}">${escapeHtml(whole)}</i>`;
    at = match.index + whole.length;
  }
  return html + escapeHtml(text.slice(at));
}

/** A value in full, as far as it is shown. */
export function JsonBlock({ value, label, href }: { value: unknown; label: string; href?: string }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const shown = text.slice(0, SHOWN_CHARS_MAX);
  return (
    <div class="json" data-copy>
      <pre tabindex={0} role="group" aria-label={label}><code>{raw(highlightJson(shown))}</code></pre>
      {shown.length < text.length && (
        <p class="note">
          {formatCount(shown.length)} of {formatCount(text.length)} characters shown.{" "}
          {href !== undefined && <a href={href}>Whole value as JSON</a>}
        </p>
      )}
    </div>
  );
}

/** A value under a summary; folded when it is large. */
export function Payload(props: { value: unknown; summary: Child; label: string; name: string; href?: string }) {
  const { value, summary, label, name, href } = props;
  const chars = JSON.stringify(value)?.length ?? 4;
  if (chars <= 60) {
    return (
      <p class="payload-line">
        {summary} <code class="inline-json">{raw(highlightJson(JSON.stringify(value) ?? "null"))}</code>
      </p>
    );
  }
  return (
    <details class="payload" data-name={name} open={chars <= OPEN_CHARS_MAX}>
      <summary>
        {summary} <span class="muted">{formatCount(chars)} characters</span>
      </summary>
      <JsonBlock value={value} label={label} href={href} />
    </details>
  );
}

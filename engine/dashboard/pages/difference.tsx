/** What differs between two versions of a definition. */

import type { Definition } from "../../../shared/definition/definition.ts";
import { formatWritten } from "../../../shared/written_definition.ts";
import { formatCount } from "../parts/time.ts";

/** A comparison that takes longer is given up: hostile texts can make one take minutes. */
const COMPARE_MS = 500;
const LINES_SHOWN = 2_000;
const CONTEXT_LINES = 3;

/** Compares two versions, older first. */
export async function difference(older: Definition, newer: Definition, names: { older: string; newer: string }) {
  const { structuredPatch } = await import("diff");
  const patch = structuredPatch(
    names.older,
    names.newer,
    formatWritten(older),
    formatWritten(newer),
    undefined,
    undefined,
    { context: CONTEXT_LINES, timeout: COMPARE_MS },
  );
  if (patch === undefined) return <p class="muted">The two versions differ too much to be compared line by line.</p>;
  const lines = patch.hunks.flatMap((hunk) => [`@@ line ${hunk.newStart}`, ...hunk.lines]);
  if (lines.length === 0) return <p class="muted">The two versions are the same.</p>;
  const added = lines.filter((line) => line.startsWith("+")).length;
  const removed = lines.filter((line) => line.startsWith("-")).length;
  return (
    <>
      <p class="note">
        From {names.older} to {names.newer}: {formatCount(added)} lines added, {formatCount(removed)} removed
      </p>
      <div class="diff" tabindex={0} role="group" aria-label={`Differences from ${names.older} to ${names.newer}`}>
        {lines.slice(0, LINES_SHOWN).map((line) => <div class={classOf(line)}>{line}</div>)}
      </div>
      {lines.length > LINES_SHOWN && <p class="note">and {formatCount(lines.length - LINES_SHOWN)} more lines</p>}
    </>
  );
}

function classOf(line: string): string {
  if (line.startsWith("@@")) return "hunk";
  return line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "same";
}

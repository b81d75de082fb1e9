/** What happened while an instance was paused or deciding, and has yet to take effect. */

import type { Draft } from "./draft.ts";
import type { Held, Verdict } from "./instance.ts";

/** Puts aside what cannot take effect now. */
export function hold(draft: Draft, held: Held): void {
  draft.setRare({ held: [...draft.instance.held ?? [], held] });
}

/** Takes the oldest of what was put aside. */
export function releaseHeld(draft: Draft): Held {
  return releaseAt(draft, 0);
}

/** Takes the verdict out of what was put aside, if it is there. */
export function releaseVerdict(draft: Draft): Verdict | undefined {
  const index = draft.instance.held?.findIndex(({ kind }) => kind === "decided") ?? -1;
  const found = index < 0 ? undefined : releaseAt(draft, index);
  return found?.kind === "decided" ? found.verdict : undefined;
}

function releaseAt(draft: Draft, index: number): Held {
  const held = draft.instance.held!;
  const rest = held.toSpliced(index, 1);
  draft.setRare({ held: rest.length === 0 ? undefined : rest });
  return held[index];
}

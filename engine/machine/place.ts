/** Where in a definition something stands; becomes text only when a message needs it. */

import type { ListPlace, TransitionSource } from "./instance.ts";

/** As `on.approve[0]` or `after[1]`, within the state, or within the definition. */
export function formatSource(source: TransitionSource): string {
  return "event" in source ? `on.${source.event}[${source.index}]` : `after[${source.after}]`;
}

/** As `states.review.on.approve[0]`, or `on.abort[0]` for a transition of every state. */
export function formatTransitionPlace(state: string, source: TransitionSource): string {
  const isEverywhere = "event" in source && source.everywhere;
  return isEverywhere ? formatSource(source) : `states.${state}.${formatSource(source)}`;
}

/** As `states.review.enter` or `states.review.on.approve[0].actions`. */
export function formatListPlace({ state, list }: ListPlace): string {
  return typeof list === "string" ? `states.${state}.${list}` : `${formatTransitionPlace(state, list)}.actions`;
}

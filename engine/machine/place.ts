/** Where in a definition something stands; becomes text only when a message needs it. */

import type { PendingTransition } from "./instance.ts";

/** Where a transition stands within its state. */
export type TransitionPlace = PendingTransition["source"];

/** A list of actions: of a state, or of one of its transitions. */
export interface ListPlace {
  readonly state: string;
  readonly list: "enter" | "exit" | TransitionPlace;
}

/** As `on.approve[0]` or `after[1]`. */
export function formatTransitionPlace(place: TransitionPlace): string {
  return "event" in place ? `on.${place.event}[${place.index}]` : `after[${place.after}]`;
}

/** As `states.review.enter` or `states.review.on.approve[0].actions`. */
export function formatListPlace(place: ListPlace): string {
  const list = typeof place.list === "string" ? place.list : `${formatTransitionPlace(place.list)}.actions`;
  return `states.${place.state}.${list}`;
}

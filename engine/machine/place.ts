/** Where in a definition something stands; becomes text only when a message needs it. */

import type { Definition } from "../../shared/definition/definition.ts";
import { authorPlace, type PartPath } from "../../shared/definition/steps/author_place.ts";
import type { ListPlace, TransitionSource } from "./instance.ts";

export function toListPath({ state, list }: ListPlace): PartPath {
  return typeof list === "string" ? ["states", state, list] : [...toTransitionPath(state, list), "actions"];
}

export function toTransitionPath(state: string, source: TransitionSource): PartPath {
  const isEverywhere = "event" in source && source.everywhere;
  return isEverywhere ? toSourcePath(source) : ["states", state, ...toSourcePath(source)];
}

/** Within the state, or within the definition. */
export function toSourcePath(source: TransitionSource): PartPath {
  return "event" in source ? ["on", source.event, source.index] : ["after", source.after];
}

/** As `states.review.on.approve[0].guard`. */
export function formatPath(path: PartPath): string {
  return path.map((key, index) => typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`).join("");
}

/** The place as the author of the definition knows it: of steps, where that is how it was written. */
export function describePlace(definition: Definition, path: PartPath): string {
  return authorPlace(definition, path) ?? formatPath(path);
}

/** Maps: never more items at once than the definition says, each item once, outputs in the order of the items. */

import type { ActionDefinition, Definition } from "../../../shared/definition/definition.ts";
import type { HistoryEntry } from "../../../engine/machine/history.ts";
import type { ActiveMap } from "../../../engine/machine/instance.ts";
import { type Checker, type Complain, entriesOf, isSame } from "./checker.ts";

export const maps: Checker = {
  name: "maps keep their bounds and their order",
  commit({ shadow: all }, { shadow, before, records }, complain) {
    const { id, instance } = shadow;
    if (instance === undefined) return;
    const { definition } = all.definitionOf(instance);
    for (const [mapId, { map, name }] of Object.entries(instance.tasks)) {
      if (map === undefined) continue;
      const begun = Object.values(instance.tasks).filter(({ item }) => item?.mapId === mapId).length;
      const { concurrency = Infinity } = mapAt(definition, map) ?? {};
      if (begun > concurrency) complain(`map ${name} of ${id} has ${begun} items under way, at most ${concurrency}`);
      if (begun === 0 && !instance.paused && instance.phase.kind !== "deciding") {
        complain(`map ${name} of ${id} has no item under way`);
      }
    }
    for (const entry of records.flatMap(({ entries }) => entries)) {
      if (entry.kind === "taskCompleted" && before?.tasks[entry.taskId]?.map !== undefined) {
        checkOutputs(id, entriesOf(shadow), entry, complain);
      }
    }
  },
};

function mapAt({ states }: Definition, { place: { state, list }, index }: ActiveMap) {
  const actions: readonly ActionDefinition[] | undefined = typeof list === "string"
    ? states[state]?.[list]
    : "after" in list
    ? states[state]?.after?.[list.after]?.actions
    : states[state]?.on?.[list.event]?.[list.index]?.actions;
  const action = actions?.[index];
  return action !== undefined && "map" in action ? action.map : undefined;
}

function checkOutputs(
  id: string,
  entries: readonly HistoryEntry[],
  { taskId, name, output }: Extract<HistoryEntry, { kind: "taskCompleted" }>,
  complain: Complain,
): void {
  const from = entries.findIndex((entry) => entry.kind === "taskScheduled" && entry.taskId === taskId);
  const to = entries.findIndex((entry) => entry.kind === "taskCompleted" && entry.taskId === taskId);
  const outputs: unknown[] = [];
  for (const entry of entries.slice(from, to)) {
    if (entry.kind !== "itemCompleted" || entry.name !== name) continue;
    if (entry.index in outputs) complain(`item ${entry.index} of map ${name} of ${id} completed twice`);
    outputs[entry.index] = entry.output;
  }
  if (!isSame(outputs, output)) complain(`the output of map ${name} of ${id} is not that of its items`);
}

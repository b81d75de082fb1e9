/**
 * Maps: one task or child for each item of a list, so many at once, outputs in the order of the items.
 *
 * A map is one of the state's tasks, and so are those of its items that have begun. What the items receive is computed
 * when the map begins, so that all see the same context.
 *
 * - L1 A map that has items left to begin has an unfinished task, or another has, whose end lets it go on.
 * - L2 The first failure for good of an item ends the map: the other items are cancelled.
 */

import type { ActionDefinition, Definition, MapDefinition } from "../../shared/definition/definition.ts";
import { assert } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import { MAP_BYTES_MAX, MAP_ITEMS_MAX, MAP_TASKS_MAX } from "../../shared/limits.ts";
import { type ActionPlace, evaluateIn, evaluateMapping, formatActionPlace, placed } from "./actions.ts";
import { startItem } from "./children.ts";
import type { Draft } from "./draft.ts";
import type { Scope } from "./expression.ts";
import { Fault } from "./fault.ts";
import type { ActiveMap, MapItem } from "./instance.ts";
import type { AttemptReport } from "./input.ts";
import { describeSize, jsonBytes, TOO_LARGE } from "./json_bytes.ts";
import { evaluateLimitKey } from "./limit_key.ts";
import { stateOf, transitionAt } from "./lookup.ts";

/** The engine's own report of what no worker ran. */
const OWN_REPORT = Object.freeze({ attempt: 1 });

/** Begins a map. */
export function runMap(draft: Draft, map: MapDefinition, at: ActionPlace): Fault | undefined {
  const items = evaluateIn(draft, map.items, at, "map.items");
  if (items instanceof Fault) return items;
  if (!Array.isArray(items)) {
    return new Fault("expression", `Cannot use ${formatActionPlace(at, "map.items")}: it must be a list.`);
  }
  if (items.length > MAP_ITEMS_MAX) {
    const message =
      `it has ${items.length} items, at most ${MAP_ITEMS_MAX} are allowed: divide the list, and start a ` +
      "child for each part of it";
    return placed(new Fault("limit", message), at, "map");
  }
  const left: MapItem[] = [];
  let bytes = heldBytes(draft);
  for (let index = 0; index < items.length; index++) {
    const item = toItem(draft, map, at, { reach: "item", item: items[index], index, isRepeated: index > 0 });
    if (item instanceof Fault) return item;
    const size = jsonBytes(item.input, MAP_BYTES_MAX);
    bytes += size;
    if (size < 0 || bytes > MAP_BYTES_MAX) {
      return placed(new Fault("limit", `an instance's maps may hold at most ${MAP_BYTES_MAX} bytes`), at, "map");
    }
    left.push(item);
  }
  const output = map.output ?? map.name;
  const active: ActiveMap = {
    place: at.list,
    index: at.index,
    total: items.length,
    left,
    outputs: {},
    bytes: bytes - heldBytes(draft),
  };
  const mapId = draft.tasks.begin({ name: map.name, output, map: active });
  if (mapId instanceof Fault) return placed(mapId, at, "map");
  const fault = items.length === 0 ? completeEmpty(draft, mapId) : begin(draft, mapId);
  // An undo action may fail, and the instance goes on (U2): nothing may be left that is waited for.
  if (fault !== undefined) draft.tasks.cancelSome((task) => task.map === active);
  return placed(fault, at, "map");
}

/** Begins items of every map that may. */
export function continueMaps(draft: Draft): Fault | undefined {
  const { tasks } = draft.instance;
  for (const taskId in tasks) {
    const { map } = tasks[taskId];
    if (map === undefined || map.left.length === 0) continue;
    const fault = begin(draft, taskId);
    if (fault !== undefined) return fault;
  }
}

/** Takes an item's output; the failure where there is no room for it. */
export function completeItem(
  draft: Draft,
  taskId: string,
  output: JsonValue,
  report: AttemptReport,
): Failure | undefined {
  const { name, item } = draft.instance.tasks[taskId];
  const { mapId, index } = item!;
  const active = draft.instance.tasks[mapId];
  const bytes = jsonBytes(output, MAP_BYTES_MAX);
  const mapBytes = active.map!.bytes + bytes;
  const fault = describeSize(`the output of item ${index}`, bytes, MAP_BYTES_MAX) ?? draft.reserve(bytes) ??
    describeSize("what the map holds", mapBytes > MAP_BYTES_MAX ? TOO_LARGE : mapBytes, MAP_BYTES_MAX);
  if (fault !== undefined) {
    const message = `Cannot store the output of item ${index} of map "${name}": ${fault.message}.`;
    const failure: Failure = { code: "RESOURCE_EXHAUSTED", message, task: name };
    draft.tasks.fail(taskId, failure, report);
    return failure;
  }
  draft.tasks.end(taskId, { kind: "itemCompleted", taskId, name, index, output, ...report });
  const outputs = { ...active.map!.outputs, [index]: output };
  draft.tasks.set(mapId, { ...active, map: { ...active.map!, outputs, bytes: mapBytes } });
  return completeIfDone(draft, mapId);
}

function completeIfDone(draft: Draft, mapId: string): Failure | undefined {
  const { total, outputs, left } = draft.instance.tasks[mapId].map!;
  if (left.length > 0 || countBegun(draft, mapId) > 0) return undefined;
  const list = Array.from({ length: total }, (_, index) => outputs[index] ?? null);
  return draft.tasks.complete(mapId, list, OWN_REPORT);
}

/** Ends the map of an item that has failed (L2). */
export function failMap(draft: Draft, mapId: string, failure: Failure): void {
  draft.tasks.cancelSome(({ item }) => item?.mapId === mapId);
  draft.tasks.fail(mapId, failure, OWN_REPORT);
}

function toItem(draft: Draft, { task, start }: MapDefinition, at: ActionPlace, scope: Scope): MapItem | Fault {
  const { item = null, index = 0 } = scope;
  if (task === undefined) {
    if (start!.input === undefined) return { input: { item, index } };
    const input = evaluateMapping(draft, start!.input, at, "map.start.input", scope);
    if (input instanceof Fault) return input;
    const place = formatActionPlace(at, "map.start.input");
    return isJsonObject(input) ? { input } : new Fault("expression", `Cannot use ${place}: it must be an object.`);
  }
  const input = task.input === undefined ? item : evaluateMapping(draft, task.input, at, "map.task.input", scope);
  if (input instanceof Fault) return input;
  const limitKey = evaluateLimitKey(draft, task.limit, at, "map.task.limit.key", scope);
  if (limitKey instanceof Fault) return limitKey;
  return { input, ...(limitKey === undefined ? {} : { limitKey }) };
}

function completeEmpty(draft: Draft, mapId: string): Fault | undefined {
  const failure = draft.tasks.complete(mapId, [], OWN_REPORT);
  return failure && new Fault("limit", failure.message);
}

/** Begins as many items as may be (L1). */
function begin(draft: Draft, mapId: string): Fault | undefined {
  const active = draft.instance.tasks[mapId];
  const { place, index, total, left } = active.map!;
  const definition = mapAt(draft.definition, active.map!);
  const begun = countBegun(draft, mapId);
  const room = Math.min(
    left.length,
    (definition.concurrency ?? MAP_TASKS_MAX) - begun,
    MAP_TASKS_MAX - draft.tasks.count,
  );
  let count = 0;
  let fault: Fault | undefined;
  for (; count < room; count++) {
    const { input, limitKey } = left[count];
    const item = { mapId, index: total - left.length + count };
    const task = { name: definition.name, output: active.output, item };
    const scheduled = definition.task === undefined
      ? startItem(draft, definition.start!, { task, input })
      : draft.tasks.schedule({ code: definition.task, task, limitKey }, input);
    if (!(scheduled instanceof Fault)) continue;
    fault = scheduled;
    break;
  }
  if (count > 0) {
    const rest = left.slice(count);
    const freed = left.slice(0, count).reduce((sum, { input }) => sum + jsonBytes(input, MAP_BYTES_MAX), 0);
    const bytes = active.map!.bytes - freed;
    draft.tasks.set(mapId, { ...active, map: { ...active.map!, place, index, left: rest, bytes } });
  }
  // What one step cannot write the next can, which the end of an item or of another task brings about (L1).
  return begun + count > 0 || isOtherBegun(draft) ? undefined : fault;
}

function isOtherBegun({ instance: { tasks } }: Draft): boolean {
  for (const taskId in tasks) if (tasks[taskId].map === undefined) return true;
  return false;
}

function countBegun({ instance: { tasks } }: Draft, mapId: string): number {
  let count = 0;
  for (const taskId in tasks) if (tasks[taskId].item?.mapId === mapId) count++;
  return count;
}

function heldBytes({ instance: { tasks } }: Draft): number {
  let bytes = 0;
  for (const taskId in tasks) bytes += tasks[taskId].map?.bytes ?? 0;
  return bytes;
}

/** The map's definition, which must exist. */
function mapAt(definition: Definition, { place, index }: ActiveMap): MapDefinition {
  const state = stateOf(definition, place.state);
  const { list } = place;
  const actions: readonly ActionDefinition[] | undefined = typeof list === "string"
    ? state[list]
    : transitionAt(definition, place.state, list).actions;
  const action = actions?.[index];
  assert(action !== undefined && "map" in action, "a map that goes on stands in its definition");
  return action.map;
}

/** Steps that are one state: what is done in it. */

import type { ActionDefinition } from "../definition.ts";
import type { Compilation } from "./compilation.ts";
import type { Step } from "./step.ts";

/** What a step does on entering its state. What an author wrote keeps its place (C2). */
export function actionsOf({ id, type }: Step, { reading }: Compilation): ActionDefinition[] {
  if (type === undefined) return [];
  if ("script" in type) {
    const { output, ...run } = type.script;
    const keyed = output === undefined ? { merge: true } : output === id ? {} : { output };
    const task = { name: id, ...run, ...keyed };
    reading.renote(type.script, task);
    return [{ task }];
  }
  if ("set" in type) return type.set;
  if ("log" in type) return [{ log: type.log }];
  if ("send" in type) return [{ send: type.send }];
  if ("fail" in type) return [{ fail: type.fail }];
  if ("workflow" in type) {
    const { output, ...start } = type.workflow;
    const named = { name: id, ...start, ...(output !== undefined && output !== id && { output }) };
    reading.renote(type.workflow, named);
    return [{ start: named }];
  }
  if ("each" in type && type.each.parallel?.task !== undefined) {
    const { task, concurrency, output } = type.each.parallel;
    const keyed = output === undefined || output === id ? {} : { output };
    const { items } = type.each;
    const map = { name: id, items, ...(concurrency !== undefined && { concurrency }), task, ...keyed };
    reading.renote(type.each, map);
    return [{ map }];
  }
  return [];
}

/** Whether a step is done as soon as it has begun. */
export function isInstant({ type }: Step): boolean {
  if (type === undefined || "set" in type || "log" in type || "send" in type) return true;
  return "workflow" in type && type.workflow.wait === false;
}

/** Whether a step fails as soon as it has begun. */
export function isFailure({ type }: Step): boolean {
  return type !== undefined && "fail" in type;
}

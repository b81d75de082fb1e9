/** Steps that are one state: what is done in it. */

import type { ActionDefinition } from "../definition.ts";
import type { Step } from "./step.ts";

/** What a step does on entering its state. */
export function actionsOf({ id, type }: Step): ActionDefinition[] {
  if (type === undefined) return [];
  if ("script" in type) {
    const { output, ...run } = type.script;
    const keyed = output === undefined ? { merge: true } : output === id ? {} : { output };
    return [{ task: { name: id, ...run, ...keyed } }];
  }
  if ("set" in type) return type.set;
  if ("log" in type) return [{ log: type.log }];
  if ("send" in type) return [{ send: type.send }];
  if ("fail" in type) return [{ fail: type.fail }];
  if ("workflow" in type) {
    const { output, ...start } = type.workflow;
    return [{ start: { name: id, ...start, ...(output !== undefined && output !== id && { output }) } }];
  }
  if ("each" in type && type.each.parallel?.task !== undefined) {
    const { task, concurrency, output } = type.each.parallel;
    const keyed = output === undefined || output === id ? {} : { output };
    return [{
      map: { name: id, items: type.each.items, ...(concurrency !== undefined && { concurrency }), task, ...keyed },
    }];
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

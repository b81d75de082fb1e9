/**
 * A steps workflow as it was read: shorthand expanded, nothing checked that needs the whole.
 *
 * What an author writes, and what it means: docs/steps.md.
 */

import type { JsonObject } from "../../json.ts";
import type {
  ActionDefinition,
  Definition,
  FailDefinition,
  LogDefinition,
  MapDefinition,
  SendDefinition,
  StartDefinition,
  TaskDefinition,
} from "../definition.ts";

/** What a definition has beside its states is the same here. */
export interface StepsDocument
  extends Pick<Definition, "inputSchema" | "timeoutMs" | "output" | "priority" | "limit" | "compensateOn"> {
  /** The definition's name. */
  id: string;
  /** For people. */
  name?: string;
  description?: string;
  steps: Step[];
}

export interface Step {
  id: string;
  /** For people. */
  name?: string;
  /** CEL; the step is passed over unless it holds. */
  if?: string;
  /** Absent: the step does nothing by itself. */
  type?: StepType;
  /** Where to go when the step is done, the first whose condition holds; else to the step that follows. */
  next?: Next[];
  catch?: Catch[];
  /** Rungs of a ladder, by time. */
  timeout?: Rung[];
  /** Undo actions. */
  undo?: ActionDefinition[];
}

/** What a step does; one key each, so that the kind can be told by it. */
export type StepType =
  | { script: Script }
  | { set: ActionDefinition[] }
  | { log: LogDefinition }
  | { send: SendDefinition }
  | { fail: FailDefinition }
  | { workflow: Workflow }
  | { act: Act }
  | { each: Each }
  | { branches: Branch[] }
  | { parallel: Branch[] }
  | { choose: Branch[] };

export type Script = Omit<TaskDefinition, "name" | "merge">;

export type Workflow = Omit<StartDefinition, "name" | "state"> & { workflow: string };

export interface Next {
  to: string;
  if?: string;
  /** How often the step that it leads back to may run in all. */
  max?: number;
}

export interface Catch {
  /** Absent: every code. */
  codes?: string[];
  steps: Step[];
  /** Where to go after the steps; else to what follows the step that failed. */
  next?: string;
}

/** Something that happens when a step has taken some time. */
export interface Rung {
  afterMs: number;
  /** Done beside the step, which goes on; with `next`, done after it was given up. */
  steps: Step[];
  next?: string;
  /** The step fails with this code. */
  error?: string;
}

/** What a person may do at a step that waits. */
export const ACT_ACTIONS = ["complete", "submit", "back", "skip", "abort", "error"] as const;

export type ActAction = typeof ACT_ACTIONS[number];

/** A step that waits for a client's action. */
export interface Act {
  /** Absent: all of them. */
  actions?: ActAction[];
  /** Where `back` leads; else to the step before. */
  back?: string;
  /** The variables that the data may set; else all that it has. */
  outputs?: string[];
  /** For people and their forms: shown with the definition, never read. */
  form?: JsonObject;
}

export interface Branch {
  id: string;
  name?: string;
  if?: string;
  /** Taken when no other is. */
  else?: true;
  /** Branches that must have been taken, and are done before. */
  needs?: string[];
  steps: Step[];
}

/** Steps for each item of a list, or one script. */
export interface Each {
  items: string;
  /** The variable that holds the item. */
  as: string;
  /** Present: at once; with a task, that alone is done. */
  parallel?: Pick<MapDefinition, "task" | "concurrency" | "output">;
  steps: Step[];
}

/** States that a compiled workflow has by itself, and that a step may lead to; no step may be called so. */
export const END = "end";
export const ABORTED = "aborted";

export const RUNS_MAX_DEFAULT = 100;

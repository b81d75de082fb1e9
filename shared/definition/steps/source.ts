/** Steps workflows as TypeScript authors write them: plain objects, with types. */

import type { JsonObject } from "../../json.ts";
import type { CompensatedEnd, Language } from "../definition.ts";
import type {
  ActionSource,
  DurationSource,
  FailSource,
  LimitSource,
  MappingSource,
  OneOrMany,
  RunSource,
  SendSource,
  SetSource,
  StartSource,
} from "../source.ts";
import type { ActAction } from "./step.ts";

/** A steps workflow; docs/steps.md says what everything means. */
export interface StepsSource {
  /** What it is registered as. */
  id: string;
  /** For people. */
  name?: string;
  description?: string;
  /** JSON Schema (2020-12) that start inputs must satisfy. */
  inputSchema?: JsonObject;
  timeout?: DurationSource;
  output?: MappingSource;
  compensateOn?: readonly CompensatedEnd[] | false;
  priority?: number;
  limit?: LimitSource;
  steps: readonly StepSource[];
}

export interface StepSource {
  /** Unique in the workflow; the name of its state. */
  id: string;
  name?: string;
  /** CEL; the step is passed over unless it holds. */
  if?: string;
  type?: StepTypeSource;
  /** Where to go then; the step that follows if not given. */
  next?: OneOrMany<string | { to: string; if?: string; max?: number }>;
  catch?: OneOrMany<CatchSource>;
  timeout?: OneOrMany<RungSource>;
  undo?: OneOrMany<ActionSource>;
}

export type StepTypeSource =
  | { script: ScriptSource }
  | { set: SetSource }
  | { log: string | { expression: string } }
  | { send: SendSource }
  | { fail: string | FailSource }
  | { workflow: string | WorkflowStepSource }
  | { act: ActSource }
  | { each: EachSource }
  | { branches: readonly BranchSource[] }
  | { parallel: readonly BranchSource[] }
  | { choose: readonly BranchSource[] };

/** Another workflow, as a child instance. */
export type WorkflowStepSource = Omit<StartSource, "state"> & { workflow: string };

/** The source text, or more. An output that is an object is merged into the variables unless `output` names one. */
export type ScriptSource = string | RunSource & { input?: MappingSource; output?: string; language?: Language };

export interface CatchSource {
  /** Default: every code. */
  codes?: OneOrMany<string>;
  steps?: readonly StepSource[];
  next?: string;
}

export interface RungSource {
  after: DurationSource;
  steps?: readonly StepSource[];
  next?: string;
  error?: string;
}

export interface ActSource {
  /** Default: everything. */
  actions?: readonly ActAction[];
  back?: string;
  outputs?: readonly string[];
  form?: JsonObject;
}

export interface BranchSource {
  id: string;
  name?: string;
  if?: string;
  else?: boolean;
  needs?: OneOrMany<string>;
  steps: readonly StepSource[];
}

export type EachSource =
  | { items: string; as?: string; sequential?: true; steps: readonly StepSource[] }
  | { items: string; as?: string; parallel: true; steps: readonly StepSource[]; concurrency?: number; output?: string }
  | { items: string; parallel: true; script: RunSource; concurrency?: number; output?: string };

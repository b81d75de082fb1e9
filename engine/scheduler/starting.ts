/** Starting an instance within a transaction, whoever asks for it. */

import { checkInput } from "../../shared/definition/input_schema.ts";
import { DegovError, formatProblems } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { LoadedDefinition } from "../definitions.ts";
import { Fault } from "../machine/fault.ts";
import type { Instance } from "../machine/instance.ts";
import { fork, instanceLimitKey, type Origin, type Start, start } from "../machine/machine.ts";
import { toError } from "../rejection.ts";
import { enroll } from "./admission.ts";
import { apply } from "./application.ts";
import type { Run } from "./scheduler.ts";

/** Who is started, and as what. */
export interface Beginning {
  readonly id: string;
  readonly input: JsonObject;
  /** What it belongs to. */
  readonly ties?: Pick<Start, "parent" | "depth" | "part" | "schedule">;
  /** Where it begins, if not where its definition says. */
  readonly origin?: Origin;
}

/**
 * Starts an instance; there must be none of its id.
 *
 * @throws DegovError INVALID_ARGUMENT
 */
export async function begin(run: Run, loaded: LoadedDefinition, beginning: Beginning): Promise<Instance> {
  const { definition, version } = loaded.record;
  const { id, input, ties = {}, origin } = beginning;
  const what = `start workflow "${definition.name}"`;
  if (definition.inputSchema !== undefined) requireInput(what, definition.inputSchema, input);
  let options: Start = { id, version, input, ...ties };
  // A part does not wait for others, as its parent waits for it.
  if (definition.limit !== undefined && !ties.part) {
    const limitKey = instanceLimitKey(definition, input);
    if (limitKey instanceof Fault) throw new DegovError("INVALID_ARGUMENT", `Cannot ${what}: ${limitKey.message}`);
    const mustWait = await enroll(run, definition, { instanceId: id, limitKey });
    options = { ...options, limitKey, ...(mustWait ? { waiting: true } : {}) };
  }
  const result = origin === undefined
    ? start(definition, options, run.nowMs)
    : fork(definition, options, origin, run.nowMs);
  if (result.kind === "rejected") throw toError(what, result.rejection);
  const instance = run.effects.trace?.started(result.instance) ?? result.instance;
  await apply(run, undefined, { ...result, instance }, loaded);
  return instance;
}

function requireInput(what: string, schema: JsonObject, input: JsonObject): void {
  const checked = checkInput(schema, input);
  if (checked.ok) return;
  const placed = checked.problems.map((problem) => ({ ...problem, path: `input.${problem.path}`.replace(/\.$/, "") }));
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot ${what}: the input is not what its schema asks for\n${formatProblems(placed)}`,
    { problems: checked.problems },
  );
}

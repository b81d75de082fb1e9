/**
 * The machine: one pure function, (definition, instance, input, now) -> (instance, commands, entries) or a typed rejection.
 */

import type { Definition } from "../../shared/definition/definition.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { MachineInput, MachineResult } from "./input.ts";
import type { Instance } from "./instance.ts";

/** Who is started. */
export interface Start {
  readonly id: string;
  readonly version: number;
  readonly input: JsonObject;
}

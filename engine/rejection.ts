/** The machine's rejections as errors for clients. */

import { DegovError } from "../shared/errors.ts";
import { KEPT_EVENTS_MAX } from "../shared/limits.ts";
import type { Rejection } from "./machine/input.ts";
import type { Instance } from "./machine/instance.ts";

/** `what` completes "Cannot ...". */
export function toError(what: string, rejection: Rejection, instance?: Instance): DegovError {
  const state = instance === undefined ? "the state" : `state "${instance.state}"`;
  switch (rejection.reason) {
    case "wrongStatus":
      return new DegovError(
        "FAILED_PRECONDITION",
        `Cannot ${what}: it is ${instance?.status ?? "not running"}, and ${
          what.startsWith("retry") ? "only a failed instance can be retried" : "only a running instance takes this"
        }`,
      );
    case "notTaken": {
      const takes = rejection.takes.length === 0
        ? "takes no event now"
        : `takes ${rejection.takes.map((name) => `"${name}"`).join(", ")}`;
      const why = rejection.guarded ? `no guard of ${state} lets it pass; it ${takes}` : `${state} ${takes}`;
      return new DegovError("FAILED_PRECONDITION", `Cannot ${what}: ${why}`);
    }
    case "expressionFailed":
      return new DegovError("FAILED_PRECONDITION", `Cannot ${what}: ${rejection.message}`);
    case "keptFull":
      return new DegovError(
        "RESOURCE_EXHAUSTED",
        `Cannot ${what}: it keeps as many events as one instance may (${KEPT_EVENTS_MAX}); send it once a state takes it`,
      );
    case "contextTooLarge":
      return new DegovError("INVALID_ARGUMENT", `Cannot ${what}: ${rejection.message}`);
    case "historyFull":
      return new DegovError(
        "FAILED_PRECONDITION",
        `Cannot ${what}: its history has no room left; start a new instance`,
      );
    case "paused":
      return new DegovError("FAILED_PRECONDITION", `Cannot ${what}: it is paused; resume it first`);
    case "notPaused":
      return new DegovError("FAILED_PRECONDITION", `Cannot ${what}: it is not paused`);
    case "compensating":
      return new DegovError(
        "FAILED_PRECONDITION",
        `Cannot ${what}: its undo actions run; cancel it without compensation to end it at once`,
      );
    case "notMovable":
      return new DegovError("FAILED_PRECONDITION", `Cannot ${what}: ${rejection.message}`);
    case "unknownTask":
    case "unknownTimer":
      return new DegovError(
        "FAILED_PRECONDITION",
        `Cannot ${what}: ${rejection.reason === "unknownTask" ? "the task" : "the timer"} is not pending`,
      );
  }
}

/**
 * Reaching other instances: children and events.
 *
 * What is sent goes out with the step's transaction and arrives later; nothing here waits for it. A child that is waited
 * for is one of the state's tasks: its end comes back as the end of that.
 */

import type { SendDefinition, StartDefinition } from "../../shared/definition/definition.ts";
import { canonicalJson, isJsonObject, type JsonValue } from "../../shared/json.ts";
import { CHILD_DEPTH_MAX, EVENT_BYTES_MAX, ID_CHARS_MAX, INPUT_BYTES_MAX } from "../../shared/limits.ts";
import { type ActionPlace, evaluateIn, evaluateMapping, formatActionPlace, placed } from "./actions.ts";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";

/** What a message takes beside its payload: its key, names and ids. */
const MESSAGE_BYTES = 1_024;

/** Starts a child. */
export function runStart(draft: Draft, start: StartDefinition, at: ActionPlace): Fault | undefined {
  const depth = (draft.instance.depth ?? 0) + 1;
  if (depth > CHILD_DEPTH_MAX) {
    return placed(new Fault("limit", `instances start one another at most ${CHILD_DEPTH_MAX} deep`), at, "start");
  }
  const input = start.input === undefined ? {} : evaluateMapping(draft, start.input, at, "start.input");
  if (input instanceof Fault) return input;
  if (!isJsonObject(input)) {
    return new Fault("expression", `Cannot use ${formatActionPlace(at, "start.input")}: it must be an object.`);
  }
  const child = start.id === undefined
    ? toId(`${draft.instance.id}.${draft.nextMessage}`, at, "start")
    : evaluateId(draft, start.id, at, "start.id");
  if (child instanceof Fault) return child;
  const fault = reserve(draft, input, INPUT_BYTES_MAX);
  if (fault !== undefined) return placed(fault, at, "start");
  const { name, workflow, version } = start;
  const message = {
    about: "start",
    name,
    child,
    workflow,
    ...(version === undefined ? {} : { version }),
    input,
    depth,
  } as const;
  if (start.wait === false) {
    draft.record({ kind: "childStarted", name, child });
    draft.send(message);
    return undefined;
  }
  const taskId = draft.tasks.begin({ name, output: start.output ?? name, child: { id: child, workflow } });
  if (taskId instanceof Fault) return placed(taskId, at, "start");
  draft.send({ ...message, taskId });
}

/** Sends an event to an instance. */
export function runSend(draft: Draft, send: SendDefinition, at: ActionPlace): Fault | undefined {
  const to = evaluateId(draft, send.to, at, "send.to");
  if (to instanceof Fault) return to;
  const data = send.data === undefined ? null : evaluateMapping(draft, send.data, at, "send.data");
  if (data instanceof Fault) return data;
  const fault = reserve(draft, data, EVENT_BYTES_MAX);
  if (fault !== undefined) return placed(fault, at, "send");
  draft.record({ kind: "eventSent", to, name: send.event });
  draft.send({ about: "event", to, name: send.event, data, keep: send.keep ?? true });
}

function evaluateId(draft: Draft, text: string, at: ActionPlace, member: string): string | Fault {
  const id = evaluateIn(draft, text, at, member);
  return id instanceof Fault ? id : toId(id, at, member);
}

/** Printable ASCII without spaces at the ends, as every id. */
const ID_PATTERN = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

function toId(value: JsonValue, at: ActionPlace, member: string): string | Fault {
  if (typeof value === "string" && value.length <= ID_CHARS_MAX && ID_PATTERN.test(value)) return value;
  const place = formatActionPlace(at, member);
  const why = `it must be an instance's id: at most ${ID_CHARS_MAX} printable ASCII characters`;
  return new Fault("expression", `Cannot use ${place}: ${why}, and it is ${canonicalJson(value).slice(0, 200)}.`);
}

function reserve(draft: Draft, payload: JsonValue, bytesMax: number): Fault | undefined {
  const bytes = jsonBytes(payload, bytesMax);
  // The draft may hand the value on, but not write to it any more.
  if (payload === draft.instance.context) draft.context.share();
  return describeSize("its payload", bytes, bytesMax) ?? draft.reserve(MESSAGE_BYTES + bytes);
}

/**
 * Reaching other instances: children and events.
 *
 * What is sent goes out with the step's transaction and arrives later; nothing here waits for it. A child that is waited
 * for is one of the state's tasks: its end comes back as the end of that.
 */

import type { ChildDefinition, SendDefinition, StartDefinition } from "../../shared/definition/definition.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { CHILD_DEPTH_MAX, EVENT_BYTES_MAX, ID_CHARS_MAX, INPUT_BYTES_MAX } from "../../shared/limits.ts";
import { type ActionPlace, evaluateIn, evaluateMapping, formatActionPlace, placed } from "./actions.ts";
import type { Draft } from "./draft.ts";
import { Fault } from "./fault.ts";
import type { Message } from "./input.ts";
import type { ActiveTask } from "./instance.ts";
import { describeSize, jsonBytes } from "./json_bytes.ts";

/** What a message takes beside its payload: its key, names and ids. */
const MESSAGE_BYTES = 1_024;

/** Starts a child. */
export function runStart(draft: Draft, start: StartDefinition, at: ActionPlace): Fault | undefined {
  const input = start.input === undefined ? {} : evaluateMapping(draft, start.input, at, "start.input");
  if (input instanceof Fault) return input;
  const id = start.id === undefined ? undefined : evaluateId(draft, start.id, at, "start.id");
  if (id instanceof Fault) return id;
  const message = toMessage(draft, start, { name: start.name, id, input });
  if (message instanceof Fault) return placed(message, at, "start");
  const { name, child, workflow } = message;
  if (start.wait === false) {
    draft.record({ kind: "childStarted", name, child });
    draft.send(message);
    return undefined;
  }
  const taskId = draft.tasks.begin({ name, output: start.output ?? name, child: { id: child, workflow } });
  if (taskId instanceof Fault) return placed(taskId, at, "start");
  draft.send({ ...message, taskId });
}

/** Starts a child for an item of a map; the id of what waits for it. */
export function startItem(
  draft: Draft,
  start: ChildDefinition,
  { task, input }: { task: ActiveTask; input: JsonValue },
): string | Fault {
  const message = toMessage(draft, start, { name: task.name, input });
  if (message instanceof Fault) return message;
  const taskId = draft.tasks.begin({ ...task, child: { id: message.child, workflow: message.workflow } });
  if (taskId instanceof Fault) return taskId;
  draft.send({ ...message, taskId });
  return taskId;
}

type StartMessage = Extract<Message, { about: "start" }>;

function toMessage(
  draft: Draft,
  { workflow, version, state }: ChildDefinition,
  { name, id, input }: { name: string; id?: string; input: JsonValue },
): StartMessage | Fault {
  const { instance } = draft;
  const depth = (instance.depth ?? 0) + 1;
  if (depth > CHILD_DEPTH_MAX) return new Fault("limit", `instances start one another at most ${CHILD_DEPTH_MAX} deep`);
  if (!isJsonObject(input)) return new Fault("expression", "the child's input must be an object");
  const child = id ?? `${instance.id}.${draft.nextMessage}`;
  if (!isId(child)) return new Fault("expression", `cannot use ${JSON.stringify(child)} for the child: ${ID_RULE}`);
  const begin = { about: "start", name, child, depth } as const;
  const fault = reserve(draft, input, INPUT_BYTES_MAX);
  if (fault !== undefined) return fault;
  if (state === undefined) {
    return { ...begin, workflow: workflow!, ...(version === undefined ? {} : { version }), input };
  }
  const oversize = draft.reserve(instance.contextBytes + jsonBytes(instance.input, Number.MAX_SAFE_INTEGER));
  if (oversize !== undefined) return oversize;
  const context = { ...instance.context, ...input };
  const part = { state, context, sequence: instance.revision + 1 };
  // The input of an instance is an object: only its interface does not say so.
  const own = instance.input as JsonObject;
  return { ...begin, workflow: instance.workflow, version: instance.version, input: own, part };
}

/** Sends an event to an instance. */
export function runSend(draft: Draft, send: SendDefinition, at: ActionPlace): Fault | undefined {
  const to = send.child === undefined ? evaluateId(draft, send.to!, at, "send.to") : findChild(draft, send.child);
  if (to instanceof Fault) return send.child === undefined ? to : placed(to, at, "send");
  const data = send.data === undefined ? null : evaluateMapping(draft, send.data, at, "send.data");
  if (data instanceof Fault) return data;
  const fault = reserve(draft, data, EVENT_BYTES_MAX);
  if (fault !== undefined) return placed(fault, at, "send");
  draft.record({ kind: "eventSent", to, name: send.event });
  draft.send({ about: "event", to, name: send.event, data, keep: send.keep ?? true });
}

/** The id of the one unfinished child of that name. */
function findChild({ instance: { tasks } }: Draft, name: string): string | Fault {
  const children = Object.values(tasks).flatMap((task) => task.name === name && task.child ? [task.child.id] : []);
  if (children.length === 1) return children[0];
  const why = children.length === 0 ? `no child "${name}" is waited for` : `there are ${children.length} of it`;
  return new Fault("expression", `there must be one child "${name}", and ${why}`);
}

function evaluateId(draft: Draft, text: string, at: ActionPlace, member: string): string | Fault {
  const id = evaluateIn(draft, text, at, member);
  return id instanceof Fault ? id : toId(id, at, member);
}

/** Printable ASCII without spaces at the ends, as every id. */
const ID_PATTERN = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const ID_RULE = `it must be an instance's id: at most ${ID_CHARS_MAX} printable ASCII characters`;

function isId(value: JsonValue): value is string {
  return typeof value === "string" && value.length <= ID_CHARS_MAX && ID_PATTERN.test(value);
}

function toId(value: JsonValue, at: ActionPlace, member: string): string | Fault {
  if (isId(value)) return value;
  const given = canonicalJson(value).slice(0, 200);
  return new Fault("expression", `Cannot use ${formatActionPlace(at, member)}: ${ID_RULE}, and it is ${given}.`);
}

function reserve(draft: Draft, payload: JsonValue, bytesMax: number): Fault | undefined {
  const bytes = jsonBytes(payload, bytesMax);
  // The draft may hand the value on, but not write to it any more.
  if (payload === draft.instance.context) draft.context.share();
  return describeSize("its payload", bytes, bytesMax) ?? draft.reserve(MESSAGE_BYTES + bytes);
}

/**
 * The context of an instance, in the making.
 *
 * - D2 Every change of the context has its entry, so that the context follows from the history.
 * - D4 `contextBytes` is the length of the context's JSON text.
 */

import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { CONTEXT_BYTES_MAX } from "../../shared/limits.ts";
import { checkMember } from "./context_room.ts";
import type { Fault } from "./fault.ts";
import { memberBytes } from "./json_bytes.ts";
import type { Making } from "./making.ts";
import { hasMembers, omitMember, setMember } from "./members.ts";

export class ContextDraft {
  readonly #making: Making;
  /** Whether the object was made in this step and handed to nobody yet, so that it may be written to (D1). */
  #isOwned = false;
  /** What undoes the writes to an owned context since the checkpoint: to copy it each time would cost its size. */
  #undo: (() => void)[] | undefined;

  constructor(making: Making) {
    this.#making = making;
  }

  /** The context may be part of something else from now on, and must not be written to any more (D1). */
  share(): void {
    this.#isOwned = false;
  }

  /** Writes a key for a `set` action. */
  set(key: string, value: JsonValue): Fault | undefined {
    const bytes = memberBytes(key, value, CONTEXT_BYTES_MAX);
    const fault = checkMember(this.#making.instance, key, bytes) ?? this.#making.reserve(bytes);
    if (fault !== undefined) return fault;
    this.write(key, value, bytes);
    this.#making.record({ kind: "contextSet", key, value });
  }

  /**
   * Puts a failure into the context, where the transitions for `error` find it. It is written even beyond the context's
   * bound, which it cannot exceed by more than its own, so that a full context never keeps a failure from being handled.
   */
  setError(value: JsonObject): void {
    this.write("error", value, memberBytes("error", value, Number.MAX_SAFE_INTEGER));
    this.#making.record({ kind: "contextSet", key: "error", value });
  }

  /** Removes a key, if it is there. */
  clear(key: string): void {
    const { instance } = this.#making;
    const { context } = instance;
    if (!Object.hasOwn(context, key)) return;
    const bytes = memberBytes(key, context[key], Number.MAX_SAFE_INTEGER);
    const rest = omitMember(context, key);
    instance.context = rest;
    this.#isOwned = true;
    instance.contextBytes -= bytes + (hasMembers(rest) ? 1 : 0); // D4: with its comma
    this.#making.record({ kind: "contextCleared", key });
  }

  /** Writes a key whose size is known and for which there is room; the entry is the caller's (D2). */
  write(key: string, value: JsonValue, bytes: number): void {
    const { instance } = this.#making;
    let delta = bytes;
    if (Object.hasOwn(instance.context, key)) {
      delta -= memberBytes(key, instance.context[key], Number.MAX_SAFE_INTEGER);
    } else if (hasMembers(instance.context)) delta += 1; // D4: a comma
    instance.contextBytes += delta;
    if (!this.#isOwned) {
      instance.context = { ...instance.context };
      this.#isOwned = true;
    }
    if (instance.part !== undefined && !instance.part.includes(key)) instance.part = [...instance.part, key];
    const context = instance.context as JsonObject;
    this.#undo?.push(toUndo(context, key));
    setMember(context, key, value);
  }

  /** From now on writes can be undone; whether the context is owned, for {@link restore}. */
  checkpoint(): boolean {
    this.#undo = [];
    return this.#isOwned;
  }

  /** Undoes the writes since the checkpoint. */
  restore(isOwned: boolean): void {
    for (const undo of this.#undo?.reverse() ?? []) undo();
    this.#undo = undefined;
    this.#isOwned = isOwned;
  }
}

function toUndo(context: JsonObject, key: string): () => void {
  if (!Object.hasOwn(context, key)) return () => delete context[key];
  const value = context[key];
  return () => setMember(context, key, value);
}

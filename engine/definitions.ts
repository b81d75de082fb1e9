/**
 * Registered definitions and their code.
 *
 * Owns the cache of loaded definitions: a version never changes, so what was read once is true for ever.
 */

import { LRUCache } from "lru-cache";
import { compileCode } from "../shared/code/compile.ts";
import { canonicalDefinition, definitionHash } from "../shared/definition/canonical.ts";
import type { CodeDefinition, Definition } from "../shared/definition/definition.ts";
import { tasksOf } from "../shared/definition/tasks.ts";
import { assert, DegovError } from "../shared/errors.ts";
import { TASK_TIMEOUT_MS_DEFAULT, WRITTEN_SOURCE_BYTES_MAX } from "../shared/limits.ts";
import {
  codeKey,
  codeMarkKey,
  decodeJson,
  decodeLatestVersionKey,
  encodeJson,
  latestVersionKey,
  latestVersionsRange,
  workflowHashKey,
  workflowKey,
  writtenSourceKey,
} from "./keyspace.ts";
import { readLarge, writeLarge } from "./large_value.ts";
import type { WorkflowRecord, WrittenSource } from "./records.ts";
import type { TaskFacts } from "./scheduler/task_record.ts";
import type { Bytes, Store, Txn } from "./store/store.ts";

/** A definition ready for use. */
export interface LoadedDefinition {
  readonly record: WorkflowRecord;
  /** What the scheduler needs to know of a task of this very definition. */
  facts(code: CodeDefinition): TaskFacts;
}

const LOADED_MAX = 1_000;

export class DefinitionCatalog {
  readonly #store: Store;
  readonly #nowMs: () => number;
  readonly #loaded = new LRUCache<string, LoadedDefinition>({ max: LOADED_MAX });

  constructor(store: Store, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /**
   * Stores a valid definition, unless the same content is there already; and what its author wrote, where that is known:
   * the last text that gave this content.
   *
   * @throws DegovError INVALID_ARGUMENT when code does not compile.
   */
  async register(
    definition: Definition,
    written?: WrittenSource,
  ): Promise<{ version: number; hash: string; created: boolean }> {
    const { name } = definition;
    const hash = definitionHash(definition);
    const compiled = [...tasksOf(definition)].map(({ task, path }) => {
      const result = compileCode(task.code, task.language ?? "javascript");
      if (!result.ok) {
        throw new DegovError("INVALID_ARGUMENT", `Cannot compile the code of task "${task.name}"`, {
          problems: result.problems.map((problem) => ({ ...problem, path: `${path}.code` })),
        });
      }
      return result;
    });
    return await this.#store.transact(async (txn) => {
      const known = await txn.get(workflowHashKey(name, hash));
      if (known !== undefined) {
        const version = decodeJson<number>(known);
        if (written !== undefined) await keepWritten(txn, { name, version, written });
        return { version, hash, created: false };
      }
      const latest = await txn.get(latestVersionKey(name));
      const version = (latest === undefined ? 0 : decodeJson<number>(latest)) + 1;
      const record: WorkflowRecord = {
        definition: JSON.parse(canonicalDefinition(definition)),
        version,
        hash,
        createdAtMs: this.#nowMs(),
        codeHashes: compiled.map((code) => code.hash),
      };
      writeLarge(txn, workflowKey(name, version), encodeJson(record));
      txn.set(workflowHashKey(name, hash), encodeJson(version));
      txn.set(latestVersionKey(name), encodeJson(version));
      if (written !== undefined) await keepWritten(txn, { name, version, written });
      for (const { hash: codeHash, code } of compiled) {
        txn.clear(codeMarkKey(codeHash)); // whoever was about to collect it sees that it is needed
        // The same hash means the same bytes: writing them again changes nothing.
        if (await txn.get(codeKey(codeHash)) === undefined) writeLarge(txn, codeKey(codeHash), encodeJson(code));
      }
      return { version, hash, created: true };
    });
  }

  /** A version's definition; version 0 means the newest. Undefined when there is none. */
  async load(txn: Txn, name: string, version: number): Promise<LoadedDefinition | undefined> {
    let wanted = version;
    if (wanted === 0) {
      const latest = await txn.snapshotGet(latestVersionKey(name));
      if (latest === undefined) return undefined;
      wanted = decodeJson<number>(latest);
    }
    const cacheKey = `${wanted} ${name}`;
    const cached = this.#loaded.get(cacheKey);
    if (cached !== undefined) return cached;
    const bytes = await readLarge(txn, workflowKey(name, wanted), { snapshot: true });
    if (bytes === undefined) return undefined;
    const loaded = toLoaded(decodeJson<WorkflowRecord>(bytes));
    this.#loaded.set(cacheKey, loaded);
    return loaded;
  }

  /** The definition that an instance is pinned to. */
  async pinned(txn: Txn, instance: { workflow: string; version: number }): Promise<LoadedDefinition> {
    const loaded = await this.load(txn, instance.workflow, instance.version);
    assert(loaded !== undefined, `version ${instance.version} of workflow "${instance.workflow}" is gone`);
    return loaded;
  }

  /** @throws DegovError NOT_FOUND */
  async get(name: string, version: number): Promise<WorkflowRecord> {
    const loaded = await this.#store.transact((txn) => this.load(txn, name, version));
    if (loaded === undefined) throw unknownWorkflow(name, version);
    return loaded.record;
  }

  /** What the author of a version wrote; undefined where it was no text, or too long to keep. */
  async written(name: string, version: number): Promise<WrittenSource | undefined> {
    const key = writtenSourceKey(name, version);
    const bytes = await this.#store.transact((txn) => readLarge(txn, key, { snapshot: true }));
    return bytes === undefined ? undefined : decodeJson<WrittenSource>(bytes);
  }

  /** Newest versions, by name, beginning after a name. */
  async list(after: string | undefined, limit: number): Promise<WorkflowRecord[]> {
    return await this.#store.transact(async (txn) => {
      const { begin, end } = latestVersionsRange(after);
      const pairs = await txn.range(begin, end, { limit, snapshot: true });
      const records: WorkflowRecord[] = [];
      for (const { key } of pairs) {
        const loaded = await this.load(txn, decodeLatestVersionKey(key), 0);
        if (loaded !== undefined) records.push(loaded.record);
      }
      return records;
    });
  }

  /** Compiled code as JSON text, UTF-8. @throws DegovError NOT_FOUND */
  async code(hash: string): Promise<Bytes> {
    const bytes = await this.#store.transact((txn) => readLarge(txn, codeKey(hash), { snapshot: true }));
    if (bytes === undefined) {
      throw new DegovError("NOT_FOUND", `Cannot get code "${hash}": no registered definition has code of this hash`);
    }
    return bytes;
  }
}

async function keepWritten(
  txn: Txn,
  { name, version, written }: { name: string; version: number; written: WrittenSource },
): Promise<void> {
  const bytes = encodeJson(written);
  if (bytes.length > WRITTEN_SOURCE_BYTES_MAX) return;
  const key = writtenSourceKey(name, version);
  writeLarge(txn, key, bytes, await txn.get(key));
}

/** NOT_FOUND for a workflow or one of its versions. */
export function unknownWorkflow(name: string, version: number): DegovError {
  const what = version === 0 ? `workflow "${name}"` : `version ${version} of workflow "${name}"`;
  return new DegovError("NOT_FOUND", `Cannot find ${what}: it is not registered; register its definition first`);
}

function toLoaded(record: WorkflowRecord): LoadedDefinition {
  const { definition, codeHashes } = record;
  const facts = new Map<CodeDefinition, TaskFacts>();
  [...tasksOf(definition)].forEach(({ task, code }, index) => {
    const priority = task.priority ?? definition.priority ?? 0;
    facts.set(code, {
      name: task.name,
      workflow: definition.name,
      codeHash: codeHashes[index],
      capability: task.language === "wasm" ? "wasm" : "javascript",
      timeoutMs: task.timeoutMs ?? TASK_TIMEOUT_MS_DEFAULT,
      ...(task.retry === undefined ? {} : { retry: task.retry }),
      ...(priority === 0 ? {} : { priority }),
      ...(task.delayMs === undefined ? {} : { delayMs: task.delayMs }),
      ...(task.limit === undefined ? {} : { limit: { max: task.limit.max, key: "" } }),
    });
  });
  return {
    record,
    facts: (code) => {
      const found = facts.get(code);
      assert(found !== undefined, `the code of a task is not of definition "${definition.name}"`);
      return found;
    },
  };
}

/** Requests of every call, as tests of who may do what send them. */

import { ok } from "node:assert/strict";
import { RPC_ACCESS } from "../../engine/access/access_table.ts";
import { type GuardedEngine, openGuardedEngine } from "./guarded_engine.ts";

/** A well-formed request of every method; ids of what is not there are as good as any. */
export const REQUESTS: { readonly [method: string]: Record<string, unknown> } = {
  RegisterWorkflow: { definition: { name: "walk", initial: "a", states: { a: {} } } },
  GetWorkflow: { name: "walk" },
  ListWorkflows: { pageSize: 2 },
  StartInstance: { workflow: "walk", instanceId: "w1", input: { a: [1, "x", null] } },
  GetInstance: { instanceId: "w1" },
  ListInstances: { workflow: "walk", pageSize: 5 },
  SendEvent: { instanceId: "w1", name: "go", data: { b: true }, eventId: "e1" },
  CancelInstance: { instanceId: "w1", reason: "walk" },
  RetryInstance: { instanceId: "w1" },
  PauseInstance: { instanceId: "w1", reason: "walk" },
  ResumeInstance: { instanceId: "w1" },
  ForkInstance: { instanceId: "w1", sequence: "1", newInstanceId: "w2" },
  MigrateInstance: { instanceId: "w1", version: 1 },
  BulkOperate: { workflow: "walk", status: "INSTANCE_STATUS_RUNNING", pause: { reason: "walk" }, dryRun: true },
  CreateSchedule: { scheduleId: "s1", spec: { cron: "0 3 * * *", timeZone: "UTC", workflow: "walk", paused: true } },
  GetSchedule: { scheduleId: "s1" },
  ListSchedules: { pageSize: 3 },
  UpdateSchedule: { scheduleId: "s1", spec: { cron: "0 4 * * *", workflow: "walk", paused: true } },
  DeleteSchedule: { scheduleId: "s1" },
  TriggerSchedule: { scheduleId: "s1" },
  GetHistory: { instanceId: "w1", afterSequence: "0", pageSize: 10 },
  ExplainInstance: { instanceId: "w1" },
  ListWorkers: {},
  RegisterWorker: { workerId: "walker", slots: 1, capabilities: ["javascript"], version: "1" },
  PollTasks: { workerId: "walker", session: "none", slots: 1, waitMs: 1 },
  CompleteTasks: { workerId: "walker", session: "none", completions: [] },
  Heartbeat: { workerId: "walker", session: "none", leases: [] },
  ReleaseTasks: { workerId: "walker", session: "none", leases: [] },
  DeregisterWorker: { workerId: "walker", session: "none" },
  GetCode: { hash: "00" },
};

export const RPCS = Object.entries(RPC_ACCESS).flatMap(([service, methods]) =>
  Object.entries(methods).map(([method, access]) => ({ path: `/${service}/${method}`, method, access }))
);
/** Streams, which last; the walk opens them only where they are refused at once. */
const STREAMS = new Set(["WatchInstance", "WatchEvents"]);
export const UNARY = RPCS.filter(({ method }) => !STREAMS.has(method));

export async function withEngine(
  body: (engine: GuardedEngine) => Promise<void>,
  options?: Parameters<typeof openGuardedEngine>[0],
): Promise<void> {
  const engine = await openGuardedEngine(options);
  try {
    await body(engine);
  } finally {
    await engine.close();
  }
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

export async function call(
  { url }: { url: string },
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const { token, body = {}, headers = {} } = options;
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(token), ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body as BodyInit : JSON.stringify(body),
    redirect: "manual",
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** What a refusal or answer may never hold. */
export function assertNoLeak(text: string, secrets: readonly string[] = []): void {
  ok(!/at .*\.ts:\d+|file:\/\/|\/work\/|node_modules|Assertion failed/.test(text), `leaks internals: ${text}`);
  for (const secret of secrets) ok(!text.includes(secret), "leaks a token");
}

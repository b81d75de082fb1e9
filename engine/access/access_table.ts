/**
 * What every call and page asks for. A path that is not declared here does not exist for anybody.
 *
 * - A1 Every method of every service and every route of the application is declared; an engine that serves one that is
 *      not refuses to start, and a test says so before.
 */

import type { DescService } from "@bufbuild/protobuf";
import { WorkerService } from "../../proto/gen/degov/v1/worker_service_pb.ts";
import { WorkflowService } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { assert } from "../../shared/errors.ts";
import type { Access } from "./role.ts";

/** By service and method. */
export const RPC_ACCESS: { readonly [service: string]: { readonly [method: string]: Access } } = {
  "degov.v1.WorkflowService": {
    RegisterWorkflow: "client",
    GetWorkflow: "viewer",
    ListWorkflows: "viewer",
    StartInstance: "client",
    GetInstance: "viewer",
    ListInstances: "viewer",
    SendEvent: "client",
    CancelInstance: "client",
    RetryInstance: "client",
    PauseInstance: "client",
    ResumeInstance: "client",
    ForkInstance: "client",
    MigrateInstance: "client",
    BulkOperate: "client",
    CreateSchedule: "client",
    GetSchedule: "viewer",
    ListSchedules: "viewer",
    UpdateSchedule: "client",
    DeleteSchedule: "client",
    TriggerSchedule: "client",
    GetHistory: "viewer",
    WatchInstance: "viewer",
    WatchEvents: "viewer",
    ExplainInstance: "viewer",
    ListWorkers: "viewer",
  },
  "degov.v1.WorkerService": {
    RegisterWorker: "worker",
    PollTasks: "worker",
    CompleteTasks: "worker",
    Heartbeat: "worker",
    ReleaseTasks: "worker",
    DeregisterWorker: "worker",
    GetCode: "worker",
  },
};

export const SERVICES: readonly DescService[] = [WorkflowService, WorkerService];

/** By HTTP method and path, as routers write them: `:name` is one part, a final `*` any rest. */
export const PAGE_ACCESS: { readonly [route: string]: Access } = {
  "GET /healthz": "public",
  "GET /readyz": "public",
  "GET /metrics": "viewer",
  "GET /debug/counters": "viewer",
  "GET /": "viewer",
  "GET /find": "viewer",
  "GET /live": "viewer",
  // The same for everybody, and in every release.
  "GET /assets/:hash/:name": "public",
  "GET /favicon.ico": "public",
  "GET /workers": "viewer",
  "GET /instances": "viewer",
  "POST /instances/bulk": "client",
  "POST /instances/bulk/apply/:action": "client",
  "GET /instances/:id": "viewer",
  "GET /instances/:id/context": "viewer",
  "GET /instances/:id/records/:sequence": "viewer",
  "POST /instances/:id/event": "client",
  "POST /instances/:id/cancel": "client",
  "POST /instances/:id/retry": "client",
  "POST /instances/:id/pause": "client",
  "POST /instances/:id/resume": "client",
  "POST /instances/:id/fork": "client",
  "POST /instances/:id/migrate": "client",
  "GET /definitions": "viewer",
  "GET /definitions/:name": "viewer",
  "POST /definitions/:name/start": "client",
  "GET /schedules": "viewer",
  "POST /schedules": "client",
  "GET /schedules/:id": "viewer",
  "POST /schedules/:id/update": "client",
  "POST /schedules/:id/pause": "client",
  "POST /schedules/:id/resume": "client",
  "POST /schedules/:id/trigger": "client",
  "POST /schedules/:id/delete": "client",
  "GET /login": "public",
  "POST /login": "public",
  "POST /logout": "public",
  ...pages(["/", "/find", "/workers", "/live"]),
  ...pages(["/instances", "/instances/*", "/definitions", "/definitions/*", "/schedules", "/schedules/*"]),
  "GET /assets/*": "public",
  "POST /assets/*": "admin",
};

/** Pages of the dashboard: to look takes a viewer, and what a form does takes a client. */
function pages(paths: readonly string[]): Record<string, Access> {
  return Object.fromEntries(paths.flatMap((path) => [[`GET ${path}`, "viewer"], [`POST ${path}`, "client"]]));
}

/** Access by exact path of calls, which are POST (and GET for calls without side effects). */
const RPCS: ReadonlyMap<string, Access> = new Map(
  Object.entries(RPC_ACCESS).flatMap(([service, methods]) =>
    Object.entries(methods).map(([method, access]) => [`/${service}/${method}`, access] as [string, Access])
  ),
);

const PAGES = Object.entries(PAGE_ACCESS).map(([route, access]) => {
  const [method, path] = route.split(" ");
  return { method, pattern: toPattern(path), access };
});

export interface Declared {
  readonly access: Access;
  readonly isRpc: boolean;
}

/** What a request asks for; undefined for what is not declared. */
export function accessOf(method: string, path: string): Declared | undefined {
  const access = RPCS.get(path);
  if (access !== undefined) return { access, isRpc: true };
  const asked = method === "HEAD" ? "GET" : method;
  const page = PAGES.find((page) => page.method === asked && page.pattern.test(path));
  return page === undefined ? undefined : { access: page.access, isRpc: false };
}

/** Every served route is declared (A1). `routes` are those of the application's router. */
export function assertDeclared(routes: readonly { method: string; path: string }[]): void {
  const missing = [
    ...SERVICES.flatMap((service) =>
      service.methods.filter((method) => RPC_ACCESS[service.typeName]?.[method.name] === undefined)
        .map((method) => `${service.typeName}/${method.name}`)
    ),
    ...routes.filter(({ path }) => !RPCS.has(path) && path !== "/*" && path !== "*")
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => PAGE_ACCESS[route.replace(/^HEAD/, "GET")] === undefined),
  ];
  assert(missing.length === 0, `no role is declared in access_table.ts for ${missing.join(", ")}`);
}

function toPattern(path: string): RegExp {
  const parts = path.split("/").map((part) => {
    if (part === "*") return ".*";
    return part.startsWith(":") ? "[^/]+" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/")}$`);
}

/** Records every change that a caller makes, and what came of it. */

import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { AuditLog } from "../access/audit_log.ts";
import type { Identity } from "../access/role.ts";

/** Calls that change something, tasks' own traffic apart, and the fields that name what they change. */
const AUDITED: { readonly [method: string]: readonly string[] } = {
  RegisterWorkflow: [],
  StartInstance: ["workflow", "instanceId"],
  SendEvent: ["instanceId", "name"],
  CancelInstance: ["instanceId"],
  RetryInstance: ["instanceId"],
  PauseInstance: ["instanceId"],
  ResumeInstance: ["instanceId"],
  ForkInstance: ["instanceId", "newInstanceId"],
  MigrateInstance: ["instanceId"],
  BulkOperate: ["workflow", "operation", "dryRun"],
  CreateSchedule: ["scheduleId"],
  UpdateSchedule: ["scheduleId"],
  DeleteSchedule: ["scheduleId"],
  TriggerSchedule: ["scheduleId"],
  RegisterWorker: ["workerId"],
  DeregisterWorker: ["workerId"],
};

/** Names and ids are bounded; a refused one may be longer. */
const CHARS_MAX = 128;

export function auditInterceptor(
  audit: AuditLog,
  callers: { callerOf(headers: Headers): Identity | undefined },
): Interceptor {
  return (next) => (request) => {
    const fields = AUDITED[request.method.name];
    if (fields === undefined || request.stream) return next(request);
    const record = (outcome: string) => {
      const message = request.message as unknown as Record<string, unknown>;
      const target = Object.fromEntries(fields.map((field) => [field, toText(message[field]).slice(0, CHARS_MAX)]));
      audit.record({ caller: callers.callerOf(request.header), what: request.method.name, target, outcome });
    };
    return next(request).then((response) => {
      record("ok");
      return response;
    }, (thrown) => {
      record(Code[ConnectError.from(thrown).code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase());
      throw thrown;
    });
  };
}

/** Of a choice, which one. */
function toText(value: unknown): string {
  return String((value as { case?: string } | undefined)?.case ?? value);
}

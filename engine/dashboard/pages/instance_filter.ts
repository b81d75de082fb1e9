/** Which instances a list is of, as addresses and forms say it. */

import { DegovError } from "../../../shared/errors.ts";
import type { InstanceFilter } from "../../instance_search.ts";
import { type ListCursor, STATUSES } from "../../instances.ts";
import type { InstanceStatus } from "../../machine/instance.ts";
import { readId } from "../forms.ts";

/** What the address asks for, as it was written, so that forms and links can repeat it. */
export interface ListQuery {
  workflow?: string;
  status?: InstanceStatus;
  text?: string;
  /** `YYYY-MM-DDTHH:MM`, in UTC. */
  from?: string;
  to?: string;
  cursor?: ListCursor;
}

/** Without the place in the list. */
export type FilterQuery = Omit<ListQuery, "cursor">;

/** @throws DegovError INVALID_ARGUMENT */
export function readListQuery(search: URLSearchParams): ListQuery {
  const status = search.get("status") ?? "";
  if (status !== "" && !STATUSES.includes(status as InstanceStatus)) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot list by status "${status}": it is one of ${STATUSES.join(", ")}`);
  }
  const at = /^(\d{1,15}) (.{0,200})$/.exec(search.get("before") ?? "");
  const text = search.get("text")?.trim().slice(0, 200);
  const workflow = readId(search.get("workflow"), "workflow");
  return {
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === "" ? {} : { status: status as InstanceStatus }),
    ...(text ? { text } : {}),
    ...time("from"),
    ...time("to"),
    ...(at === null ? {} : { cursor: { createdAtMs: Number(at[1]), instanceId: at[2] } }),
  };

  function time(name: "from" | "to") {
    const text = search.get(name) ?? "";
    if (text === "") return {};
    if (!Number.isNaN(Date.parse(`${text}Z`))) return { [name]: text };
    throw new DegovError("INVALID_ARGUMENT", `Cannot list by time "${text}": it must be as 2026-01-31T12:00, in UTC`);
  }
}

export function toFilter({ workflow, status, text, from, to }: ListQuery): InstanceFilter {
  return {
    workflow,
    status,
    text,
    ...(from === undefined ? {} : { fromMs: Date.parse(`${from}Z`) }),
    ...(to === undefined ? {} : { beforeMs: Date.parse(`${to}Z`) }),
  };
}

/** A place in the list, as addresses name it. */
export function cursorText({ createdAtMs, instanceId }: ListCursor): string {
  return `${createdAtMs} ${instanceId}`;
}

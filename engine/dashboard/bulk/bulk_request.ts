/**
 * What a bulk form asks for: an action, and on which instances.
 *
 * What goes on from page to page is carried by the form itself, so that no engine keeps it: each post operates for at
 * most a second, answers with how far it came, and the next post goes on from there, at whichever engine.
 */

import { BULK_OPERATIONS, type BulkKind, type BulkOperation } from "../../../shared/bulk_operation.ts";
import { DegovError } from "../../../shared/errors.ts";
import { newOperationId } from "../../../shared/ids.ts";
import { ID_CHARS_MAX } from "../../../shared/limits.ts";
import type { InstanceFilter } from "../../instance_search.ts";
import type { ListCursor } from "../../instances.ts";
import { readNumber } from "../forms.ts";
import { type FilterQuery, readListQuery, toFilter } from "../pages/instance_filter.ts";

/** Most instances that are ticked one by one. */
const CHOSEN_MAX = 200;
const REASON_CHARS_MAX = 1_000;
/** Refusals that are told; the others are counted. */
export const REFUSALS_MAX = 20;

export interface BulkRequest {
  action: BulkKind;
  operation: BulkOperation;
  /** The same in every post, so that one that is repeated does nothing twice. */
  operationId: string;
  /** The filter of the list that it came from, to lead back to. */
  list: FilterQuery;
  scope: { kind: "chosen"; ids: readonly string[] } | { kind: "all"; query: FilterQuery; progress: Progress };
}

/** How far a bulk operation on all that match has come. */
export interface Progress {
  /** Nothing that began from then on is touched. */
  untilMs: number;
  /** As counted before it began; `isBound` when there are more. */
  total: number;
  isBound: boolean;
  matched: number;
  done: number;
  refused: number;
  /** The first of them, in words. */
  refusals: readonly string[];
  cursor?: ListCursor;
}

/** @throws DegovError INVALID_ARGUMENT */
export function readBulk(form: URLSearchParams, nowMs: number): BulkRequest {
  const action = form.get("action") ?? "";
  if (!isBulkKind(action)) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot do "${action.slice(0, 50)}" to instances: there is no such action`,
    );
  }
  const { cursor: _, ...list } = readListQuery(form);
  return {
    action,
    operation: toOperation(action, form),
    operationId: form.get("operation")?.slice(0, ID_CHARS_MAX) || newOperationId(),
    list,
    scope: form.get("scope") === "all" ? readAll(action, form, nowMs) : readChosen(action, form),
  };
}

function isBulkKind(action: string): action is BulkKind {
  return Object.hasOwn(BULK_OPERATIONS, action);
}

function toOperation(action: BulkKind, form: URLSearchParams): BulkOperation {
  const reason = (form.get("reason") ?? "").slice(0, REASON_CHARS_MAX);
  if (action === "pause") return { kind: "pause", reason };
  if (action !== "cancel") return { kind: action };
  const compensate = form.get("compensate");
  return { kind: "cancel", reason, ...(compensate ? { compensate: compensate === "yes" } : {}) };
}

function readChosen(action: BulkKind, form: URLSearchParams): BulkRequest["scope"] {
  const ids = [...new Set(form.getAll("id"))];
  if (ids.length === 0) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot ${action} instances: none was chosen; tick some in the list first`,
    );
  }
  if (ids.length > CHOSEN_MAX || ids.some((id) => id === "" || id.length > ID_CHARS_MAX)) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot ${action} these instances: at most ${CHOSEN_MAX} can be chosen one by one`,
    );
  }
  return { kind: "chosen", ids };
}

function readAll(action: BulkKind, form: URLSearchParams, nowMs: number): BulkRequest["scope"] {
  const { cursor, ...query } = readListQuery(form);
  const { takenBy } = BULK_OPERATIONS[action];
  const { status = takenBy } = query;
  // Of every instance that has begun there can be another; the others ask for a status.
  if (status !== takenBy && action !== "fork") {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot ${action} ${status} instances: only ${takenBy} ones can take it; choose those in the list`,
    );
  }
  const progress: Progress = {
    untilMs: readNumber(form.get("until")) ?? nowMs + 1,
    total: readNumber(form.get("total")) ?? 0,
    isBound: form.get("bound") === "yes",
    matched: readNumber(form.get("matched")) ?? 0,
    done: readNumber(form.get("done")) ?? 0,
    refused: readNumber(form.get("refused")) ?? 0,
    refusals: form.getAll("refusal").slice(0, REFUSALS_MAX),
    ...(cursor === undefined ? {} : { cursor }),
  };
  return { kind: "all", query: { ...query, status }, progress };
}

/** The filter, bounded so that what was started since is left alone. */
export function boundedFilter(query: FilterQuery, { untilMs }: Progress): InstanceFilter {
  const filter = toFilter(query);
  return { ...filter, beforeMs: Math.min(filter.beforeMs ?? Infinity, untilMs) };
}

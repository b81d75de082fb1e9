/** The routes of bulk actions: asking, doing, and going on. */

import type { Hono } from "hono";
import { BULK_OPERATIONS } from "../../../shared/bulk_operation.ts";
import { operateOnEach, operateOnPage } from "../../bulk.ts";
import type { Engine } from "../../engine.ts";
import { readForm } from "../forms.ts";
import { instancesPage } from "../pages/instances.tsx";
import type { Notice } from "../parts/page.tsx";
import { requireSameOrigin } from "../protection.ts";
import { boundedFilter, type BulkRequest, type Progress, readBulk, REFUSALS_MAX } from "./bulk_request.ts";
import { instancesInWords } from "./bulk_words.ts";
import { confirmPage } from "./confirm.tsx";
import { progressPage } from "./progress.tsx";

/** One post operates for so long, and on so many at a time. */
const POST_MS_DEFAULT = 1_000;
const PAGE_ROWS = 100;

export function addBulkRoutes(hono: Hono, engine: Engine, { postMs = POST_MS_DEFAULT } = {}): void {
  hono.post("/instances/bulk", async (context) => {
    requireSameOrigin(context.req.raw);
    const request = readBulk(await readForm(context.req.raw), engine.nowMs());
    return context.html(await confirmPage(engine, request));
  });
  // The action is in the address, so that audit records say what was done.
  hono.post("/instances/bulk/apply/:action", async (context) => {
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    form.set("action", context.req.param("action"));
    const request = readBulk(form, engine.nowMs());
    const { action, operation, operationId, scope } = request;
    if (scope.kind === "chosen") {
      const { done, refusals } = await operateOnEach(engine.instances, operation, { ids: scope.ids, operationId });
      const reasons = refusals.map(({ message }) => message);
      return context.html(
        await instancesPage(engine, request.list, toNotice(action, { done, refused: reasons.length, reasons })),
      );
    }
    const progress = await goOn(engine, { ...request, scope }, postMs);
    if (progress.cursor !== undefined) return context.html(progressPage(request, scope.query, progress));
    const { done, refused, refusals } = progress;
    return context.html(
      await instancesPage(engine, scope.query, toNotice(action, { done, refused, reasons: refusals })),
    );
  });
}

/** Operates for a while on what matches; without a cursor when all is done. */
async function goOn(
  engine: Engine,
  { operation, operationId, scope }: BulkRequest & { scope: { kind: "all" } },
  postMs: number,
): Promise<Progress> {
  const { query, progress } = scope;
  const filter = boundedFilter(query, progress);
  const untilMs = performance.now() + postMs;
  let { matched, done, refused, cursor } = progress;
  const refusals = [...progress.refusals];
  do {
    const page = await operateOnPage(engine, operation, { filter, limit: PAGE_ROWS, cursor, operationId });
    matched += page.matched;
    done += page.done;
    refused += page.refusals.length;
    refusals.push(...page.refusals.map(({ message }) => message));
    cursor = page.next;
  } while (cursor !== undefined && performance.now() < untilMs);
  const { cursor: _, ...rest } = progress;
  return {
    ...rest,
    matched,
    done,
    refused,
    refusals: refusals.slice(0, REFUSALS_MAX),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function toNotice(
  action: BulkRequest["action"],
  { done, refused, reasons }: { done: number; refused: number; reasons: readonly string[] },
): Notice {
  const said = `${instancesInWords(done)} ${done === 1 ? "was" : "were"} ${BULK_OPERATIONS[action].done}.`;
  if (refused === 0) return { kind: "done", text: said };
  const first = reasons.length < refused ? `, the first ${reasons.length} of them` : "";
  return {
    kind: "failed",
    text: `${said} ${refused} could not be${first}:`,
    problems: reasons.map((message) => ({ path: "", message })),
  };
}

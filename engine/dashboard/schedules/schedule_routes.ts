/** The routes of schedules: pages, and what their forms do. */

import type { Context, Hono } from "hono";
import type { DegovError } from "../../../shared/errors.ts";
import type { Engine } from "../../engine.ts";
import { requireScheduleId } from "../../rpc/schedule_fields.ts";
import { readForm } from "../forms.ts";
import { httpStatus, shownError } from "../pages/failure_page.tsx";
import { instanceUrl, scheduleUrl } from "../parts/links.ts";
import type { Notice } from "../parts/page.tsx";
import { requireSameOrigin } from "../protection.ts";
import { readSpec } from "./schedule_form.tsx";
import { schedulePage } from "./schedule.tsx";
import { schedulesPage } from "./schedules.tsx";

/** What is said after an action; addresses name one. */
const NOTICES: Readonly<Record<string, string>> = {
  made: "The schedule was made.",
  changed: "The schedule was changed.",
  paused: "The schedule is paused.",
  resumed: "The schedule goes on with its next time.",
  deleted: "The schedule was deleted. What it has started goes on.",
};

export function addScheduleRoutes(
  hono: Hono,
  engine: Engine,
  onInternal: (what: string) => (error: unknown) => void,
): void {
  const { schedules } = engine;

  hono.get("/schedules", async (context) => {
    const { after, workflow } = context.req.query();
    const draft = workflow === undefined ? {} : { draft: { workflow } };
    return context.html(await schedulesPage(engine, { ...(after ? { after } : {}), ...draft, ...noticeOf(context) }));
  });
  hono.post("/schedules", async (context) => {
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    const { id = "", ...draft } = Object.fromEntries(form);
    try {
      await schedules.create(requireScheduleId(id.trim()), readSpec(form, false));
      return context.redirect(scheduleUrl(id.trim(), "?done=made"), 303);
    } catch (thrown) {
      const error = shownError(thrown, onInternal(`make schedule "${id}"`));
      const view = { draft: { id, ...draft }, notice: toNotice(error) };
      return context.html(await schedulesPage(engine, view), httpStatus(error));
    }
  });

  hono.get("/schedules/:id", async (context) => {
    return context.html(await schedulePage(engine, context.req.param("id"), noticeOf(context)));
  });
  hono.post("/schedules/:id/update", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    return await acted(context, id, Object.fromEntries(form), async () => {
      const { spec } = await schedules.get(id);
      await schedules.update(id, readSpec(form, spec.paused));
      return scheduleUrl(id, "?done=changed");
    });
  });
  for (const action of ["pause", "resume"] as const) {
    hono.post(`/schedules/:id/${action}`, async (context) => {
      const id = context.req.param("id");
      requireSameOrigin(context.req.raw);
      return await acted(context, id, undefined, async () => {
        const { spec } = await schedules.get(id);
        await schedules.update(id, { ...spec, paused: action === "pause" });
        return scheduleUrl(id, `?done=${action}d`);
      });
    });
  }
  hono.post("/schedules/:id/trigger", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    return await acted(context, id, undefined, async () => {
      return instanceUrl(await schedules.trigger(id), "?done=started");
    });
  });
  hono.post("/schedules/:id/delete", async (context) => {
    requireSameOrigin(context.req.raw);
    await schedules.delete(context.req.param("id"));
    return context.redirect("/schedules?done=deleted", 303);
  });

  /** Acts, and leads on; or shows the schedule with the reason why not. */
  async function acted(
    context: Context,
    id: string,
    draft: Record<string, string> | undefined,
    act: () => Promise<string>,
  ) {
    try {
      return context.redirect(await act(), 303);
    } catch (thrown) {
      const error = shownError(thrown, onInternal(`act on schedule "${id}"`));
      const view = { notice: toNotice(error), ...(draft === undefined ? {} : { draft }) };
      return context.html(await schedulePage(engine, id, view), httpStatus(error));
    }
  }
}

function noticeOf(context: Context): { notice?: Notice } {
  const done = context.req.query("done") ?? "";
  return Object.hasOwn(NOTICES, done) ? { notice: { kind: "done", text: NOTICES[done] } } : {};
}

function toNotice({ message, problems }: DegovError): Notice {
  return { kind: "failed", text: message.split("\n")[0], problems };
}

/** The dashboard's routes: pages, actions, the live stream, assets. */

import { type Context, Hono } from "hono";
import type { Engine } from "../engine.ts";
import { DegovError } from "../../shared/errors.ts";
import { EVENT_BYTES_MAX } from "../../shared/limits.ts";
import { asset } from "./assets.ts";
import { addBulkRoutes } from "./bulk/bulk_routes.tsx";
import type { DashboardOptions } from "./dashboard.ts";
import { readForm, readId, readJson, readNumber } from "./forms.ts";
import { actOf, readActData } from "./instance/act.tsx";
import type { EventDraft } from "./instance/actions.tsx";
import { ContextValue, readContextAt } from "./instance/context.tsx";
import { instancePage, type InstanceView } from "./instance/instance.tsx";
import { LiveStreams } from "./live.ts";
import { definitionPage } from "./pages/definition.tsx";
import { definitionsPage } from "./pages/definitions.tsx";
import { failurePage, httpStatus, shownError } from "./pages/failure_page.tsx";
import { readListQuery } from "./pages/instance_filter.ts";
import { instancesPage } from "./pages/instances.tsx";
import { overviewPage } from "./pages/overview.tsx";
import { readInput } from "./pages/schema_form.tsx";
import { workersPage } from "./pages/workers.tsx";
import { instanceUrl, query } from "./parts/links.ts";
import type { Notice } from "./parts/page.tsx";
import { protect, requireSameOrigin } from "./protection.ts";
import type { Pulse } from "./pulse.ts";
import { addScheduleRoutes } from "./schedules/schedule_routes.ts";
import { Stories } from "./stories.ts";

/** What is said after an action; addresses name one, so that no address can put words into a page. */
const NOTICES: Readonly<Record<string, string>> = {
  started: "The instance was started.",
  existed: "An instance of this id had been started with the same input; here it is.",
  sent: "The event was taken.",
  kept: "The event is kept until a state takes it.",
  retried: "The instance runs again.",
  cancelled: "The instance was cancelled.",
  paused: "The instance is paused.",
  resumed: "The instance goes on.",
  migrated: "The instance goes on with this version of its definition.",
  forked: "This instance was made of the other, as it was then.",
};

/** The name that engine/access gives a session; only whether there is one matters here. */
const SESSION_COOKIE = /(?:^|;\s*)(?:__Host-)?degov=/;

const REASON_CHARS_MAX = 1_000;

export function site(engine: Engine, pulse: Pulse, options: DashboardOptions): Hono {
  const stories = new Stories(engine);
  const streams = new LiveStreams(engine);
  const onInternal = (what: string) => (error: unknown) => options.onInternalError(what, error);
  const hono = new Hono();
  hono.use(protect);
  hono.onError((thrown, context) => {
    const error = shownError(thrown, onInternal(`show ${context.req.path}`));
    return context.html(failurePage(error), httpStatus(error));
  });
  hono.notFound((context) => {
    const error = new DegovError("NOT_FOUND", `There is no page at ${context.req.path}`);
    return context.html(failurePage(error), 404);
  });

  hono.get("/assets/:hash/:name", (context) => {
    const { hash, name } = context.req.param();
    return asset(hash, name, context.req.raw) ?? context.notFound();
  });
  hono.get("/favicon.ico", (context) => asset("", "icon.svg", context.req.raw)!);
  hono.get("/live", (context) => {
    const instanceId = context.req.query("instance");
    if (instanceId === undefined) return streams.ofAll(context.req.raw);
    // A browser that connects again names the last record it was told of.
    const after = readNumber(context.req.header("last-event-id")) ?? readNumber(context.req.query("after")) ?? 0;
    return streams.ofInstance(instanceId, after, context.req.raw);
  });

  hono.get("/", async (context) => {
    const hasSession = SESSION_COOKIE.test(context.req.header("cookie") ?? "");
    return context.html(await overviewPage(engine, pulse, { hasSession }));
  });
  hono.get("/workers", async (context) => context.html(await workersPage(engine, pulse)));
  hono.get("/find", async (context) => {
    const id = readId(context.req.query("id"), "the id");
    if (id === undefined) return context.redirect("/instances", 303);
    const [first, second] = await engine.search.byIdPrefix(id, 2);
    const isOne = first !== undefined && (first.id === id || second === undefined);
    return context.redirect(isOne ? instanceUrl(first.id) : `/instances${query({ text: id })}`, 303);
  });

  hono.get("/instances", async (context) => {
    const asked = readListQuery(new URL(context.req.url).searchParams);
    return context.html(await instancesPage(engine, asked));
  });
  addBulkRoutes(hono, engine);

  hono.get("/instances/:id", async (context) => {
    const before = readNumber(context.req.query("before"));
    const contextAt = readNumber(context.req.query("at"));
    const forkAt = readNumber(context.req.query("fork"));
    const done = context.req.query("done") ?? "";
    return context.html(
      await instancePage(engine, stories, context.req.param("id"), {
        ...(before === undefined ? {} : { before }),
        ...(contextAt === undefined ? {} : { contextAt }),
        ...(forkAt === undefined ? {} : { forkAt }),
        ...(Object.hasOwn(NOTICES, done) ? { notice: { kind: "done", text: NOTICES[done] } } : {}),
      }),
    );
  });
  hono.get("/instances/:id/context", async (context) => {
    const instance = await engine.instances.get(context.req.param("id"));
    const at = readNumber(context.req.query("at")) ?? instance.revision;
    return context.html(<ContextValue {...await readContextAt(engine, instance, at)} />);
  });
  hono.get("/instances/:id/records/:sequence", async (context) => {
    const { id, sequence } = context.req.param();
    const wanted = readNumber(sequence) ?? 0;
    const { records } = await engine.instances.history(id, Math.max(0, wanted - 1), 1);
    const record = records.find((record) => record.sequence === wanted);
    if (record === undefined) throw new DegovError("NOT_FOUND", `Instance "${id}" has no record ${sequence}`);
    return context.json(record);
  });

  hono.post("/instances/:id/event", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    const draft: EventDraft = {
      name: form.get("name") ?? "",
      data: form.get("data") ?? "",
      keep: form.get("keep") === "yes",
    };
    return await acted(context, id, { draft }, async () => {
      let data = readJson(draft.data, "the event's data", null, EVENT_BYTES_MAX);
      if (form.get("fields") === "yes") {
        const { workflow, version, state } = await engine.instances.get(id);
        data = readActData(form, actOf((await engine.definitions.get(workflow, version)).definition, state));
        draft.fields = data;
      }
      const { kept } = await engine.instances.send({ instanceId: id, name: draft.name, data, keep: draft.keep });
      return kept ? "kept" : "sent";
    });
  });
  hono.post("/instances/:id/cancel", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const reason = ((await readForm(context.req.raw)).get("reason") ?? "").slice(0, REASON_CHARS_MAX);
    return await acted(context, id, {}, async () => {
      await engine.instances.cancel(id, reason);
      return "cancelled";
    });
  });
  hono.post("/instances/:id/retry", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    return await acted(context, id, {}, async () => {
      await engine.instances.retry(id);
      return "retried";
    });
  });

  hono.post("/instances/:id/pause", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const reason = ((await readForm(context.req.raw)).get("reason") ?? "").slice(0, REASON_CHARS_MAX);
    return await acted(context, id, {}, async () => {
      await engine.instances.pause(id, reason);
      return "paused";
    });
  });
  hono.post("/instances/:id/resume", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    return await acted(context, id, {}, async () => {
      await engine.instances.resume(id);
      return "resumed";
    });
  });
  hono.post("/instances/:id/migrate", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const version = readNumber((await readForm(context.req.raw)).get("version")) ?? 0;
    return await acted(context, id, {}, async () => {
      await engine.instances.migrate(id, version);
      return "migrated";
    });
  });
  hono.post("/instances/:id/fork", async (context) => {
    const id = context.req.param("id");
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    let forked = id;
    const answer = await acted(context, id, {}, async () => {
      const newInstanceId = readId(form.get("id"), "the new instance's id");
      const [sequence, version] = [readNumber(form.get("sequence")), readNumber(form.get("version"))];
      forked = (await engine.instances.fork(id, { sequence, newInstanceId, version })).id;
      return "forked";
    });
    return forked === id ? answer : context.redirect(instanceUrl(forked, "?done=forked"), 303);
  });

  hono.get("/definitions", async (context) => {
    return context.html(await definitionsPage(engine, readId(context.req.query("after"), "the name")));
  });
  hono.get("/definitions/:name", async (context) => {
    const against = readNumber(context.req.query("against"));
    const copied = context.req.query("copy");
    return context.html(
      await definitionPage(engine, context.req.param("name"), {
        version: readNumber(context.req.query("version")) ?? 0,
        ...(against === undefined ? {} : { against }),
        ...(copied === undefined ? {} : { input: (await engine.instances.get(copied)).input }),
      }),
    );
  });
  hono.post("/definitions/:name/start", async (context) => {
    const workflow = context.req.param("name");
    requireSameOrigin(context.req.raw);
    const form = await readForm(context.req.raw);
    const version = readNumber(form.get("version")) ?? 0;
    const { definition } = await engine.definitions.get(workflow, version);
    let input;
    try {
      input = readInput(form, definition.inputSchema);
      const instanceId = readId(form.get("id"), "the instance id");
      const { instance, created } = await engine.instances.start({ workflow, version, instanceId, input });
      return context.redirect(instanceUrl(instance.id, `?done=${created ? "started" : "existed"}`), 303);
    } catch (thrown) {
      const error = shownError(thrown, onInternal(`start workflow "${workflow}"`));
      const notice: Notice = { kind: "failed", text: error.message.split("\n")[0], problems: error.problems };
      const view = { version, notice, ...(input === undefined ? {} : { input }) };
      return context.html(await definitionPage(engine, workflow, view), httpStatus(error));
    }
  });
  addScheduleRoutes(hono, engine, onInternal);
  return hono;

  /** Acts, and leads back to the instance; or shows it with the reason why not. */
  async function acted(context: Context, id: string, view: InstanceView, act: () => Promise<string>) {
    try {
      return context.redirect(instanceUrl(id, `?done=${await act()}`), 303);
    } catch (thrown) {
      const error = shownError(thrown, onInternal(`act on instance "${id}"`));
      if (error.code === "NOT_FOUND") throw error;
      const notice: Notice = { kind: "failed", text: error.message, problems: error.problems };
      return context.html(await instancePage(engine, stories, id, { ...view, notice }), httpStatus(error));
    }
  }
}

/** Every call and page, every role and none. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { PAGE_ACCESS } from "../../engine/access/access_table.ts";
import { type Access, isAllowed, ROLES } from "../../engine/access/role.ts";
import { assertNoLeak, bearer, call, REQUESTS, RPCS, UNARY, withEngine } from "./calls.ts";

Deno.test("the walk has a valid request of every call", () => {
  deepEqual(UNARY.map(({ method }) => method).filter((method) => REQUESTS[method] === undefined), []);
});

Deno.test("every call, with every role and none: passed exactly where its declared role says so", async () => {
  await withEngine(async (engine) => {
    for (const { path, method, access } of RPCS) {
      for (const role of [...ROLES, undefined]) {
        const token = role === undefined ? undefined : engine.tokens[role];
        const answer = await call(engine, path, { token, body: REQUESTS[method] ?? {} });
        if (role === undefined) equal(answer.status, 401, `${path} without a token`);
        else {equal(
            answer.status === 403,
            !isAllowed(role, access),
            `${path} as ${role}: ${answer.status} ${answer.text}`,
          );}
        ok(answer.status < 500, `${path} as ${role}: ${answer.status} ${answer.text}`);
        assertNoLeak(answer.text, Object.values(engine.tokens));
      }
    }
  });
});

Deno.test("every page, with every role and none", async () => {
  await withEngine(async (engine) => {
    for (const [route, access] of Object.entries(PAGE_ACCESS) as [string, Access][]) {
      const [method, pattern] = route.split(" ");
      const path = pattern.replaceAll(/:[a-zA-Z]+/g, "x").replace("*", "x");
      for (const role of [...ROLES, undefined]) {
        const token = role === undefined ? undefined : engine.tokens[role];
        const response = await fetch(engine.url + path, {
          method,
          headers: { ...bearer(token), origin: engine.url },
          redirect: "manual",
        });
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
        const text = isStream ? "" : await response.text();
        if (isStream) await response.body?.cancel();
        const passes = role === undefined ? access === "public" : isAllowed(role, access);
        const refused = response.status === 403 || (access !== "public" && response.status === 401) ||
          response.headers.get("location")?.startsWith("/login?") === true;
        equal(!refused, passes, `${route} as ${role}: ${response.status}`);
        ok(response.status < 500 || path === "/readyz", `${route} as ${role}: ${response.status}`);
        assertNoLeak(text, Object.values(engine.tokens));
      }
    }
  });
});

Deno.test("what is not declared is not there, whoever asks", async () => {
  await withEngine(async (engine) => {
    for (
      const path of ["/nothing", "/degov.v1.WorkflowService/Nothing", "/degov.v1.Other/GetInstance", "//", "/.env"]
    ) {
      const answer = await call(engine, path, { token: engine.tokens.admin });
      equal(answer.status, 404, path);
    }
  });
});

/** Children of maps, and parts of an instance, from end to end. */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "./test_kit.ts";

Deno.test("a list of lists is mapped by parts, each of which maps one", async () => {
  await using kit = await TestKit.open({ isolates: 2 });
  await kit.client.register({
    name: "paged",
    initial: "all",
    output: "context.pages.map(page, page.results)",
    states: {
      all: {
        enter: {
          map: "pages",
          items: "input.pages",
          concurrency: 2,
          start: { state: "page", input: { page: "item" } },
        },
        on: { complete: "done", error: "refused" },
      },
      page: { enter: { map: "results", items: "context.page", task: { code: "input * 2" } }, on: { complete: "done" } },
      done: { final: true },
      refused: { final: "failed" },
    },
  });
  const { id } = await kit.client.start("paged", { input: { pages: [[1, 2], [], [3]] } });
  const { status, output } = await kit.settle(id);
  deepEqual([status, output], ["completed", [[2, 4], [], [6]]]);
});

Deno.test("a map starts children of another workflow, and fails with the code of one that fails", async () => {
  await using kit = await TestKit.open({ isolates: 2 });
  await kit.client.register({
    name: "half",
    initial: "a",
    output: "context.half",
    states: {
      a: {
        enter: { set: { half: { expression: "context.n / 2" } } },
        on: { complete: [{ target: "odd", guard: "context.n == 3" }, "b"] },
      },
      odd: {
        final: "failed",
        enter: { fail: { code: "ODD", message: { expression: "'no half of ' + string(context.n)" } } },
      },
      b: { final: true },
    },
  });
  await kit.client.register({
    name: "halves",
    initial: "all",
    states: {
      all: {
        enter: { map: "halves", items: "input.list", start: { workflow: "half", input: { n: "item" } } },
        on: { complete: "done", error: { codes: ["ODD"], target: "odd" } },
      },
      done: {},
      odd: {},
    },
  });
  const run = async (list: number[]) => await kit.settle((await kit.client.start("halves", { input: { list } })).id);
  deepEqual((await run([2, 4])).context?.halves, [1, 2]);
  const odd = await run([2, 3, 4]);
  equal(odd.state, "odd");
  equal((odd.context!.error as { code: string }).code, "ODD");
});

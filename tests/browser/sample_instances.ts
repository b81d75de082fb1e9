/** Instances in every condition that a page has to show. */

import { CLAIMS, IMPORT, LOOP, ORDER, ORDER_CHANGED, REPORT, STEPS } from "./sample_workflows.ts";
import type { Site } from "./site_fixture.ts";

/** Something of everything, so that pages have what to show. */
export async function populate(site: Site): Promise<void> {
  const { client } = site;
  for (const definition of [ORDER, IMPORT, STEPS, LOOP, CLAIMS, REPORT, ORDER_CHANGED]) {
    await client.register(definition);
  }
  const customers = ["Ada Lovelace", "Alan Turing", "Grace Hopper", "Edsger Dijkstra", "Barbara Liskov"];
  for (let index = 0; index < 24; index++) {
    const instanceId = `order-${1_000 + index}`;
    const amount = index === 7 ? 5_400 : 40 + index * 97;
    await client.start("order", {
      instanceId,
      version: 1,
      input: { customer: customers[index % 5], amount, items: [] },
    });
  }
  const rows = [{ id: "r-1", price: 12 }, { id: "r-2", price: -3 }];
  for (let index = 5; index < 8; index++) {
    const good = index === 5 ? rows.slice(0, 1) : rows;
    await client.start("import", { instanceId: `import-${index}`, input: { rows: good } });
    await client.result(`import-${index}`, { waitMs: 60_000 });
  }
  for (let index = 0; index < 9; index++) {
    await until(async () => (await client.get(`order-${1_000 + index}`)).state.match(/review|shipping/) !== null);
    if (index % 2 === 0) await client.send(`order-${1_000 + index}`, "delivered").catch(() => {});
  }
  await client.send("order-1007", "comment", { data: { text: "Asked for a second offer", by: "grace" } });
  await client.send("order-1007", "approve", { data: { by: "grace" } });
  await client.send("order-1007", "lost", { keep: true });
  await client.cancel("order-1012", "The customer changed their mind");
  await client.start("claims", {
    instanceId: "claims-1",
    input: { claims: [{ id: "a", sum: 7 }, { id: "b", sum: 700 }] },
  });
  await until(async () => (await client.get("claims-1")).state === "paying");
  await client.start("relay", { instanceId: "relay-1" });
  await client.send("relay-1", "next");
  await schedule(site);
}

/** One that runs, one that is paused, one that cannot start what it should. */
async function schedule({ client }: Site): Promise<void> {
  const weekly = { cron: "30 7 * * MON", timeZone: "Europe/Berlin", workflow: "report", input: { week: 47 } };
  await client.createSchedule("weekly-report", { ...weekly, overlap: "buffer_one", catchUpWindowMs: 43_200_000 });
  for (let index = 0; index < 3; index++) await client.result(await client.triggerSchedule("weekly-report"));
  await client.createSchedule("nightly-import", { cron: "0 3 * * *", workflow: "import", paused: true });
  await client.createSchedule("hourly-order", { cron: "@hourly", workflow: "order", overlap: "cancel_previous" });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

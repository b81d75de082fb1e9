/** Workflows to look at: of every shape that a page has to show. */

import type { JsonObject } from "../../shared/json.ts";

/** Tasks that fail and are tried again, guards, a delay, events, two ends. */
export const ORDER: JsonObject = {
  name: "order",
  description: "Takes an order from pricing to delivery.",
  initial: "pricing",
  inputSchema: {
    type: "object",
    required: ["customer", "amount"],
    properties: {
      customer: { type: "string", title: "Customer", minLength: 1, description: "Who pays" },
      amount: { type: "number", minimum: 1, description: "In euro" },
      currency: { enum: ["EUR", "USD"], default: "EUR" },
      express: { type: "boolean", default: false },
      items: { type: "array" },
    },
  },
  states: {
    pricing: {
      description: "Works out what the order costs.",
      enter: [{
        task: "total",
        code: `const rate = input.currency === "USD" ? 1.08 : 1;
console.log("pricing for", input.customer);
if (input.amount > 5000) console.warn("a large order:", input.amount);
return { gross: Math.round(input.amount * 1.19 * rate * 100) / 100, currency: input.currency ?? "EUR" };`,
      }],
      on: { complete: [{ target: "review", guard: "context.total.gross > 1000.0" }, { target: "reserving" }] },
    },
    review: {
      description: "A person looks at large orders.",
      on: {
        approve: { target: "reserving", actions: [{ set: { approvedBy: { expression: "event.data.by" } } }] },
        reject: { target: "rejected" },
        comment: { actions: [{ set: { comment: { expression: "event.data" } } }] },
      },
      after: { "2d": "rejected" },
    },
    reserving: {
      enter: [
        { task: "stock", code: "return { reserved: true, warehouse: 'north' };" },
        {
          task: "carrier",
          code: `const slots = ["08:00", "12:00", "16:00"];
return { carrier: "ACME", slot: slots[input.amount % 3 | 0] };`,
        },
      ],
      on: { complete: "shipping", error: "refunding" },
    },
    shipping: { on: { delivered: "done", lost: "refunding" }, after: { "14d": "refunding" } },
    refunding: {
      enter: [{ task: "refund", code: "return { refunded: input.total.gross };" }],
      on: { complete: "failed" },
    },
    done: { final: true },
    rejected: { final: "failed" },
    failed: { final: "failed" },
  },
};

/** The same, changed: a second version. */
export const ORDER_CHANGED: JsonObject = {
  ...ORDER,
  description: "Takes an order from pricing to delivery, and thanks for it.",
  states: {
    ...ORDER.states as JsonObject,
    shipping: { on: { delivered: "thanking", lost: "refunding" }, after: { "10d": "refunding" } },
    thanking: { enter: [{ task: "letter", code: "return `Thank you, ${input.customer}`;" }], on: { complete: "done" } },
  },
};

/** Fails in its code, after a retry. */
export const IMPORT: JsonObject = {
  name: "import",
  description: "Reads rows that a customer has sent.",
  initial: "reading",
  states: {
    reading: {
      enter: [{
        task: "rows",
        language: "typescript",
        retry: { maxAttempts: 2, initialDelay: "50ms", jitter: 0 },
        code: `interface Row { id: string; price: number }

function check(rows: Row[]): Row[] {
  console.log("checking", rows.length, "rows");
  for (const row of rows) {
    if (row.price < 0) {
      throw new Error(\`Row \${row.id} has a negative price: \${row.price}\`);
    }
  }
  return rows;
}

return check(input.rows).length;`,
      }],
      on: { complete: "done" },
    },
    done: { final: true },
  },
};

/** Goes on by events, one state after another: to be seen moving. */
export const STEPS: JsonObject = {
  name: "relay",
  initial: "first",
  states: {
    first: { on: { next: "second" } },
    second: { on: { next: "third" } },
    third: { on: { next: "fourth" } },
    fourth: { on: { next: "last" } },
    last: { final: true },
  },
};

/** Two states for ever: a long history. */
export const LOOP: JsonObject = {
  name: "loop",
  initial: "ping",
  states: {
    ping: {
      on: { next: { target: "pong", actions: [{ set: { count: { expression: "event.data" } } }] }, stop: "end" },
    },
    pong: { on: { next: { target: "ping", actions: [{ set: { count: { expression: "event.data" } } }] } } },
    end: { final: true },
  },
};

/** Children, a map, an undo action, and transitions of every state. */
export const CLAIMS: JsonObject = {
  name: "claims",
  description: "Settles a list of claims.",
  initial: "checking",
  on: { withdraw: "withdrawn" },
  states: {
    checking: {
      enter: [
        { map: "checked", items: "context.claims", task: { code: "return { id: input.id, ok: input.sum < 100 };" } },
        { start: "notice", workflow: "relay", wait: false },
      ],
      on: { complete: "paying" },
      compensate: [{ task: "reopen", code: "return true;" }],
    },
    paying: { on: { paid: "done" } },
    done: { final: true },
    withdrawn: { final: "failed" },
  },
};

/** Steps, of which the states are made, as their author wrote them. */
export const REPORT = {
  fileName: "report.yaml",
  text: `# Every Monday, before the meeting.
id: report
name: Weekly report
description: Gathers figures and sends them out.

inputSchema:
  type: object
  properties:
    week: { type: integer, minimum: 1, title: Week }

steps:
  - id: gather
    name: Gather the figures
    type:
      script: |
        // Both regions, side by side.
        const regions = ["north", "south"];
        const sums = regions.map((region, index) => 100 + index * 20 + (input.week ?? 1));
        return { total: sums[0] + sums[1] };

  - id: large
    name: Is it a good week?
    if: context.total > 225
    type: { log: A good week }

  - id: send
    name: Send it
    type: { script: "return { sent: true };" }
`,
};

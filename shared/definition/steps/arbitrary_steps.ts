/** Random steps workflows for property tests, as authors would write them. Every one is accepted by parseDefinition(). */

import fc from "npm:fast-check@4.10.2";
import type { JsonObject } from "../../json.ts";

/** A step without its id, which depends on where it stands. */
type Seed = {
  type?: JsonObject;
  if?: string;
  max?: number;
  catches: JsonObject[];
  timeout: JsonObject[];
  lists: Seed[][];
};

const condition = fc.constantFrom("context.a > 1", "has(context.b)", "input.c == 'x'");
const code = fc.constantFrom("({ a: 1 })", "return input;", "1 // ä");

const leaf: fc.Arbitrary<JsonObject | undefined> = fc.oneof(
  fc.record({ script: fc.oneof(code, fc.record({ code, retry: fc.integer({ min: 1, max: 9 }) })) }),
  fc.record({ script: fc.record({ code, output: fc.constantFrom("x", "y"), timeout: fc.constantFrom("5s", 700) }) }),
  fc.constant<JsonObject>({ set: { a: 1, b: { expression: "context.c + 1" } } }),
  fc.constant<JsonObject>({ log: "hello" }),
  fc.constant<JsonObject>({ send: { to: "context.id", event: "go" } }),
  fc.record({
    workflow: fc.oneof(fc.constant("child"), fc.record({ workflow: fc.constant("child"), wait: fc.boolean() })),
  }),
  fc.constant<JsonObject>({ fail: { code: "OWN", message: { expression: "context.why" } } }),
  fc.constant<JsonObject>({ act: {} }),
  fc.constant<JsonObject>({ act: { actions: ["complete", "error"], outputs: ["a", "b-c"] } }),
  fc.constant<JsonObject>({
    each: { items: "context.list", parallel: true, script: { code: "input", input: "item" } },
  }),
  fc.constant(undefined),
) as fc.Arbitrary<JsonObject | undefined>;

const composite = fc.constantFrom("branches", "choose", "each", "parallel", "each-parallel");

const { seeds } = fc.letrec<{ seed: Seed; seeds: Seed[] }>((tie) => ({
  seeds: fc.array(tie("seed"), { minLength: 1, maxLength: 3 }),
  seed: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.record({
      type: leaf,
      if: fc.option(condition, { nil: undefined }),
      max: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
      catches: fc.constantFrom<JsonObject[][]>([], [{ codes: ["E2", "E1"] }], [{ on: "E1" }, {}]),
      timeout: fc.constantFrom<JsonObject[][]>([], [{ after: "1h", error: "LATE" }], [
        { after: 90_000, steps: [{ log: 1 }] },
        { after: "1d", next: "end" },
      ]),
      lists: fc.constant([]),
    }),
    fc.record({
      type: composite.map((kind) => ({ [kind]: true })),
      if: fc.option(condition, { nil: undefined }),
      max: fc.constant(undefined),
      catches: fc.constant([]),
      timeout: fc.constant([]),
      lists: fc.array(tie("seeds"), { minLength: 1, maxLength: 3 }),
    }),
  ) as unknown as fc.Arbitrary<Seed>,
}));

/** Ids are numbered as the steps are written. */
class Numbering {
  #last = 0;

  next(prefix: string): string {
    return `${prefix}${++this.#last}`;
  }
}

function toSteps(seeds: readonly Seed[], numbers: Numbering): JsonObject[] {
  return seeds.map((seed) => toStep(seed, numbers));
}

function toStep(seed: Seed, numbers: Numbering): JsonObject {
  const id = numbers.next("s");
  const step: JsonObject = { id };
  const kind = Object.keys(seed.type ?? {})[0];
  if (seed.if !== undefined) step.if = seed.if;
  // Nothing would lead to what follows.
  else if (kind === "fail") step.if = "context.a > 1";
  if (seed.type !== undefined) step.type = seed.lists.length > 0 ? toComposite(kind, seed, numbers) : seed.type;
  if (seed.max !== undefined && kind !== "fail") step.next = { to: id, if: "context.again == true", max: seed.max };
  const canWait = ["script", "act"].includes(kind);
  if (canWait && seed.catches.length > 0) step.catch = seed.catches;
  if (canWait && seed.timeout.length > 0) {
    step.timeout = seed.timeout.map((rung) =>
      rung.steps === undefined ? rung : { ...rung, steps: [{ id: numbers.next("r"), type: { log: "late" } }] }
    );
  }
  return step;
}

function toComposite(kind: string, { lists }: Seed, numbers: Numbering): JsonObject {
  if (kind === "each" || kind === "each-parallel") {
    const parallel: JsonObject = kind === "each" ? {} : { parallel: true, concurrency: 3 };
    return { each: { items: "context.list", as: "it", ...parallel, steps: toSteps(lists[0], numbers) } };
  }
  const ids = lists.map(() => numbers.next("b"));
  return {
    [kind]: lists.map((list, index) => ({
      id: ids[index],
      // The last one is for the rest; in `branches` the second needs the first.
      ...(lists.length > 1 && index === lists.length - 1 ? { else: true } : { if: `context.way > ${index}` }),
      ...(kind !== "choose" && index === 1 && lists.length === 3 && { needs: ids[0] }),
      steps: toSteps(list, numbers),
    })),
  };
}

export const arbitrarySteps: fc.Arbitrary<JsonObject> = fc.record({
  seeds: seeds as fc.Arbitrary<Seed[]>,
  name: fc.option(fc.string({ minLength: 1, maxLength: 9 }), { nil: undefined }),
  timeout: fc.option(fc.constantFrom("1d", 5_000), { nil: undefined }),
}).map(({ seeds, ...shared }) =>
  JSON.parse(JSON.stringify({ id: "w", ...shared, steps: toSteps(seeds, new Numbering()) })) as JsonObject
);

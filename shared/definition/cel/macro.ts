/** Loops: all, exists, exists_one, filter and map, over a list's items or a map's keys. */

import type { ASTNode } from "@marcbachmann/cel-js";
import { compileNode } from "./compile.ts";
import { MeterExhausted } from "./meter.ts";
import { runBool } from "./operation.ts";
import { type CelMap, type CelValue, describeKind, EvaluationError, kindOf, type StaticKind } from "./value.ts";
import { type Compiled, ExpressionRefused, type Frame, type Names, sourceOf } from "./node.ts";

interface Loop {
  kind: StaticKind;
  /** Evaluates the loop; `enter` makes an item the value of the loop's name before its bodies are run. */
  run(items: readonly CelValue[], enter: (item: CelValue) => void, bodies: Compiled[], frame: Frame): CelValue;
}

/** Whether any item's predicate gives `wanted`; errors count only when none does. */
function findDeciding(wanted: boolean, what: string): Loop["run"] {
  return (items, enter, [predicate], frame) => {
    let failure: unknown;
    for (const item of items) {
      enter(item);
      try {
        if (runBool(predicate, frame, what) === wanted) return wanted;
      } catch (error) {
        if (error instanceof MeterExhausted) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !wanted;
  };
}

export const MACROS: ReadonlyMap<string, Loop> = new Map<string, Loop>(Object.entries(
  {
    all: { kind: "bool", run: findDeciding(false, "all()") },
    exists: { kind: "bool", run: findDeciding(true, "exists()") },
    exists_one: {
      kind: "bool",
      run: (items, enter, [predicate], frame) => {
        let found = 0;
        for (const item of items) {
          enter(item);
          if (runBool(predicate, frame, "exists_one()")) found++;
        }
        return found === 1;
      },
    },
    filter: {
      kind: "list",
      run: (items, enter, [predicate], frame) =>
        items.filter((item) => (enter(item), runBool(predicate, frame, "filter()"))),
    },
    map: {
      kind: "list",
      run: (items, enter, bodies, frame) => {
        const results: CelValue[] = [];
        const transform = bodies[bodies.length - 1];
        for (const item of items) {
          enter(item);
          if (bodies.length === 1 || runBool(bodies[0], frame, "map()")) results.push(transform.run(frame));
        }
        return results;
      },
    },
  } satisfies Record<string, Loop>,
));

export function compileMacro(node: ASTNode & { op: "rcall" }, names: Names): Compiled {
  const [name, receiver, args] = node.args;
  const loop = MACROS.get(name)!;
  const list = compileNode(receiver, names);
  const [variable, ...bodyNodes] = args;
  if (variable?.op !== "id" || bodyNodes.length < 1 || bodyNodes.length > (name === "map" ? 2 : 1)) {
    throw new ExpressionRefused(`${name}() takes a name and what to do with it, such as ${EXAMPLES[name]}`, node);
  }
  if (list.kind !== "dyn" && list.kind !== "list" && list.kind !== "map") {
    throw new ExpressionRefused(`${name}() loops over a list or a map, not ${describeKind(list.kind)}`, list.node);
  }
  const slot = names.depth;
  const inner = names.with(variable.args);
  const bodies = bodyNodes.map((body) => compileNode(body, inner));
  // The text bounds the nodes, so one turn's cost is known before it is taken.
  const turnSteps = bodyNodes.reduce((steps, body) => steps + body.end - body.start, 1);
  return {
    node,
    kind: loop.kind,
    run: (frame) => {
      const enter = (item: CelValue): void => {
        frame.meter.spend(turnSteps);
        frame.slots[slot] = item;
      };
      return loop.run(itemsOf(list.run(frame), name, receiver), enter, bodies, frame);
    },
  };
}

const EXAMPLES: Record<string, string> = {
  all: "context.items.all(item, item.price > 0)",
  exists: "context.items.exists(item, item.price > 100)",
  exists_one: "context.items.exists_one(item, item.main)",
  filter: "context.items.filter(item, item.price > 0)",
  map: "context.items.map(item, item.price)",
};

function itemsOf(value: CelValue, name: string, node: ASTNode): readonly CelValue[] {
  if (Array.isArray(value)) return value;
  if (kindOf(value) === "map") return Object.keys(value as CelMap);
  throw new EvaluationError(
    `${name}() loops over a list or a map, but ${sourceOf(node)} is ${describeKind(kindOf(value))}`,
  );
}

/** What the parts of the compiler share: nodes that can be evaluated, and the names in reach. */

import type { ASTNode } from "@marcbachmann/cel-js";
import { nearestName } from "../nearest_name.ts";
import type { Meter } from "./meter.ts";
import type { CelValue, StaticKind } from "./value.ts";

/** What closures read: the variables by slot, and the bound on the work. */
export interface Frame {
  readonly slots: CelValue[];
  readonly meter: Meter;
}

/** A node that can be evaluated. */
export interface Compiled {
  readonly node: ASTNode;
  readonly kind: StaticKind;
  /** @throws EvaluationError, MeterExhausted */
  readonly run: (frame: Frame) => CelValue;
}

/** The expression cannot mean anything; `offset` is the place in its text. */
export class ExpressionRefused extends Error {
  override readonly name = "ExpressionRefused";
  readonly offset: number;

  constructor(message: string, node: { start: number }) {
    super(message);
    this.offset = node.start;
  }
}

/** Names in reach and their slots. */
export class Names {
  readonly #slots: ReadonlyMap<string, number>;
  /** Slots in use here; the deepest use over the whole expression is the size of its frame. */
  readonly depth: number;

  constructor(names: Iterable<string>) {
    this.#slots = new Map([...names].map((name, slot) => [name, slot]));
    this.depth = this.#slots.size;
  }

  slotOf(name: string): number | undefined {
    return this.#slots.get(name);
  }

  /** These names and one more, which takes the place of one that is called the same. */
  with(name: string): Names {
    const names = [...this.#slots.keys()].map((other) => (other === name ? `${other} (hidden)` : other));
    return new Names([...names, name]);
  }

  nearest(name: string): string {
    return nearestName(name, this.#slots.keys());
  }

  toString(): string {
    return [...this.#slots.keys()].map((name) => `"${name}"`).join(", ");
  }
}

/** The part of the expression's text that a node stands for. */
export function sourceOf(node: ASTNode): string {
  const text = node.input.slice(node.start, node.end);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

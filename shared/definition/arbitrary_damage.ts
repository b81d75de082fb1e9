/** Random damage to documents, for property tests. */

import fc from "npm:fast-check@4.10.2";

export type Container = Record<string, unknown> | unknown[];

/** Every object and list within a value, itself included; what was put in twice is there once. */
function containersOf(value: unknown, seen = new Set<unknown>()): Container[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  return [value as Container, ...Object.values(value).flatMap((part) => containersOf(part, seen))];
}

/** What is put in is a copy, as further damage may be done to it. */
function copyOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && !(value instanceof Date) ? structuredClone(value) : value;
}

const rubbish = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    undefined,
    NaN,
    Infinity,
    -1,
    1e300,
    "",
    "complete",
    "error",
    "__proto__",
    "constructor",
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    "5s",
    "context.",
    "1 +",
    "${x}",
    "\u0000",
    { $ref: "#" },
    { expression: "1 +" },
    () => 1,
    1n,
    Symbol("x"),
    new Date(0),
  ),
);

export interface Damage {
  kind: "replace" | "remove" | "rename" | "add" | "repeat";
  container: number;
  member: number;
  value: unknown;
  key: string;
}

export const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom("replace", "remove", "rename", "add", "repeat"),
  container: fc.nat(),
  member: fc.nat(),
  value: rubbish,
  key: fc.oneof(
    fc.string(),
    fc.constantFrom("target", "guard", "on", "task", "set", "final", "after", "__proto__", "toString"),
  ),
});

/** Damages a value in place. */
export function damageBy(root: Container, { kind, container, member, value, key }: Damage): void {
  value = copyOf(value);
  const containers = containersOf(root);
  const at = containers[container % containers.length];
  const keys = Object.keys(at);
  const chosen = keys[member % Math.max(1, keys.length)] ?? key;
  if (Array.isArray(at)) {
    const index = member % (at.length + 1);
    if (kind === "remove") at.splice(index, 1);
    else if (kind === "repeat" && at.length > 0) at.push(at[index % at.length]);
    else at[index] = value;
    return;
  }
  if (kind === "remove") delete at[chosen];
  else if (kind === "rename") {
    const moved = at[chosen];
    delete at[chosen];
    setOwn(at, key, moved);
  } else setOwn(at, kind === "replace" ? chosen : key, value);
}

/** Sets a key of the object's own, `__proto__` included. */
function setOwn(at: object, key: string, value: unknown): void {
  Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Members of plain objects whose keys come from outside. */

/** Sets an object's own key; an assignment would take `__proto__` for the prototype. */
export function setMember<T>(members: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true });
  } else members[key] = value;
}

/** A copy without one key. */
export function omitMember<T>(members: { readonly [key: string]: T }, key: string): Record<string, T> {
  const { [key]: _omitted, ...rest } = members;
  return rest;
}

export function hasMembers(members: object): boolean {
  for (const _ in members) return true;
  return false;
}

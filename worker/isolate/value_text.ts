/**
 * Values as text for people: console lines and thrown values that are no errors.
 *
 * The value is hostile: it may be a proxy, throw in its getters, be endless. Depth, members and characters are bounded;
 * time is bounded by the deadline of the execution that this runs in.
 */

const DEPTH_MAX = 4;
const MEMBERS_MAX = 100;
const CHARS_MAX = 64 * 1024;

/** A value as one would write it in code, shortened; a string as it is. Throws only when the stack is full. */
export function formatValue(value: unknown): string {
  if (typeof value === "string") return value.length > CHARS_MAX ? `${value.slice(0, CHARS_MAX)}…` : value;
  return new ValueText().text(value);
}

class ValueText {
  #charsLeft = CHARS_MAX;
  readonly #ancestors: object[] = [];

  text(value: unknown): string {
    const text = this.#text(value);
    this.#charsLeft -= text.length;
    return text;
  }

  #text(value: unknown): string {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value.slice(0, Math.max(0, this.#charsLeft)));
      case "bigint":
        return `${value.toString(16).length > 64 ? "a large bigint" : value}n`;
      case "symbol":
        return String(value).slice(0, 256);
      case "function":
        return "[function]";
      case "object":
        break;
      default:
        return String(value);
    }
    if (value === null) return "null";
    if (this.#ancestors.includes(value)) return "[cycle]";
    if (this.#ancestors.length >= DEPTH_MAX || this.#charsLeft <= 0) return "…";
    this.#ancestors.push(value);
    try {
      return this.#objectText(value);
    } catch {
      return "[unreadable]";
    } finally {
      this.#ancestors.pop();
    }
  }

  #objectText(value: object): string {
    if (value instanceof Error) return `${String(value.name)}: ${String(value.message)}`.slice(0, 4096);
    if (value instanceof Date) return String(value.toJSON());
    if (value instanceof RegExp) return String(value).slice(0, 4096);
    if (Array.isArray(value)) return this.#listText("[", value, "]");
    if (value instanceof Map) {
      return this.#listText("Map {", take(value.entries(), ([key, item]) => [key, item]), "}");
    }
    if (value instanceof Set) return this.#listText("Set {", take(value.values(), (item) => item), "}");
    return this.#membersText(value);
  }

  #listText(open: string, items: readonly unknown[], close: string): string {
    const parts: string[] = [];
    const shown = Math.min(items.length, MEMBERS_MAX);
    for (let i = 0; i < shown && this.#charsLeft > 0; i++) parts.push(this.text(items[i]));
    if (items.length > parts.length) parts.push("…");
    return `${open}${parts.join(", ")}${close}`;
  }

  #membersText(value: object): string {
    const parts: string[] = [];
    const keys = Object.keys(value);
    for (const key of keys) {
      if (parts.length >= MEMBERS_MAX || this.#charsLeft <= 0) break;
      const name = /^[A-Za-z_$][\w$]{0,80}$/.test(key) ? key : JSON.stringify(key.slice(0, 256));
      parts.push(`${name}: ${this.text((value as Record<string, unknown>)[key])}`);
    }
    if (keys.length > parts.length) parts.push("…");
    return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
  }
}

function take<T>(items: Iterator<T>, convert: (item: T) => unknown): unknown[] {
  const taken: unknown[] = [];
  for (let next = items.next(); !next.done && taken.length <= MEMBERS_MAX; next = items.next()) {
    taken.push(convert(next.value));
  }
  return taken;
}

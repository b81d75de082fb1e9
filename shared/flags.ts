/** Command-line flags with defaults from the environment, checked and explained. Pure: both are handed in. */

import { parseArgs } from "node:util";
import { DegovError } from "./errors.ts";

/** One flag, by its long name. */
export interface Flag {
  /** What a value looks like in the help, as `MS`; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

export type Flags = { readonly [name: string]: Flag };
/** Text by flag name; a switch that was given is "true". */
export type FlagValues<F extends Flags> = { [name in keyof F]: string | undefined };

/**
 * Reads the flags; the environment variable DEGOV_NAME_OF_FLAG stands in for one that is not given.
 *
 * @throws DegovError INVALID_ARGUMENT for what is not known, listing what is.
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
  environment: (name: string) => string | undefined,
): FlagValues<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map((
      [name, flag],
    ) => [name, { type: flag.value === undefined ? "boolean" : "string" } as const]),
  );
  let given: Record<string, unknown>;
  try {
    given = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const known = Object.keys(flags).map((name) => `--${name}`).join(", ");
    throw new DegovError("INVALID_ARGUMENT", `${(error as Error).message}. Known flags: ${known}`);
  }
  const values: Record<string, string | undefined> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const value = given[name] ?? environment(`DEGOV_${name.toUpperCase().replaceAll("-", "_")}`) ?? flag.default;
    values[name] = value === undefined ? undefined : String(value);
  }
  return values as FlagValues<F>;
}

/** A whole number in a range. @throws DegovError INVALID_ARGUMENT */
export function parseCount(text: string | undefined, flag: string, range: { min: number; max: number }): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= range.min && value <= range.max) return value;
  throw new DegovError(
    "INVALID_ARGUMENT",
    `--${flag} is "${text ?? ""}", and must be a whole number from ${range.min} to ${range.max}`,
  );
}

/** The help text of a program. */
export function formatHelp(usage: string, flags: Flags): string {
  const rows = Object.entries(flags).map(([name, { value, help, default: fallback }]) => ({
    left: `  --${name}${value === undefined ? "" : ` ${value}`}`,
    right: fallback === undefined ? help : `${help} (default ${fallback})`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  const lines = rows.map(({ left, right }) => `${left.padEnd(width)}${right}`);
  return `Usage: ${usage}\n\nFlags (or DEGOV_<FLAG> in the environment):\n${lines.join("\n")}\n`;
}

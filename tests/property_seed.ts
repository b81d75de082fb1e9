/**
 * Loaded before the tests: properties are tried on the same cases in every run of `deno task test`, so that what turns
 * red is what was changed. `DEGOV_SEED=N` tries others, and a file that is run by `deno test` alone tries new ones.
 */

import fc from "npm:fast-check@4.10.2";

const given = Deno.env.get("DEGOV_SEED");
fc.configureGlobal({ seed: given === undefined ? 20260101 : Number(given) });

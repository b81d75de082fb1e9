/**
 * Every bound of the system, in one place. Crossing one gives a typed error, never a crash.
 *
 * The store's four are FoundationDB's own, so that what works embedded works there.
 */

import { assert } from "./errors.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Store: FoundationDB's limits, enforced alike by every store (decimal, as FoundationDB counts them). */
export const KEY_BYTES_MAX = 10_000;
export const VALUE_BYTES_MAX = 100_000;
export const TXN_BYTES_MAX = 10_000_000;
export const TXN_AGE_MS_MAX = 5_000;
/** Pairs or keys one range read returns at most; larger ranges are read in pages. */
export const RANGE_ROWS_MAX = 10_000;

/** Payloads. An instance's context is held in one chunked value and rewritten at every step, hence its lower bound. */
export const INPUT_BYTES_MAX = 1 * MIB;
export const OUTPUT_BYTES_MAX = 1 * MIB;
export const CONTEXT_BYTES_MAX = 2 * MIB;
export const EVENT_BYTES_MAX = 256 * KIB;
/** Nesting of any JSON that comes from outside. */
export const JSON_DEPTH_MAX = 64;

/** One RPC request or response. Above every payload bound, with room for batches. */
export const RPC_BYTES_MAX = 8 * MIB;

/** Definitions. */
export const DEFINITION_BYTES_MAX = 4 * MIB;
/** Values in a definition, and in YAML words, marks and line ends, whose parser takes up to 15 µs for each. */
export const DEFINITION_VALUES_MAX = 100_000;
export const YAML_TOKENS_MAX = 100_000;
/** A longer text is registered, and not kept beside the definition that it gave. */
export const WRITTEN_SOURCE_BYTES_MAX = 1 * MIB;
export const CODE_BYTES_MAX = 1 * MIB;
export const WASM_BYTES_MAX = 2 * MIB;
export const EXPRESSION_CHARS_MAX = 4_096;
export const EXPRESSION_DEPTH_MAX = 64;
/** Work of one evaluation; a step is about 40 ns, so this is some milliseconds. */
export const EXPRESSION_STEPS_MAX = 100_000;
/** Regular expressions: their text, and what RE2 makes of it. */
export const PATTERN_CHARS_MAX = 500;
export const PATTERN_INSTRUCTIONS_MAX = 2_000;
export const PATTERNS_PER_EXPRESSION_MAX = 8;
/** What one definition may hold, so that reading it takes a second at most: each costs up to 0.1, 0.5 and 10 ms. */
export const DEFINITION_EXPRESSIONS_MAX = 5_000;
export const DEFINITION_TASKS_MAX = 2_000;
export const DEFINITION_PATTERNS_MAX = 100;
/** Schemas within one input schema. */
export const SUBSCHEMAS_MAX = 5_000;
/** Work of checking one start input against its schema. */
export const SCHEMA_STEPS_MAX = 2_000_000;
export const STATES_MAX = 1_000;
export const ACTIONS_PER_LIST_MAX = 100;
export const TRANSITIONS_PER_EVENT_MAX = 100;
export const PROBLEMS_MAX = 100;

/** Names (workflow, state, event, task, output key) and ids (instance, event, worker). */
export const NAME_CHARS_MAX = 128;
export const ID_CHARS_MAX = 128;

/** Events kept for a state that will take them, per instance. */
export const KEPT_EVENTS_MAX = 100;
export const KEPT_BYTES_MAX = 1 * MIB;
/** Unfinished tasks of one instance. */
export const TASKS_PER_INSTANCE_MAX = 1_000;
/**
 * Items of one list that is mapped. The instance, which holds them and their outputs, is written with the end of each, so
 * that the cost grows with the square: measured in memory, 1,000 items of 30 bytes write 0.1 GB, 2,000 write 0.35 GB.
 */
export const MAP_ITEMS_MAX = 1_000;
/** What the maps of one instance hold together: inputs of tasks to begin, and outputs. */
export const MAP_BYTES_MAX = 1 * MIB;
/** A map begins no task when its instance has so many, so that there is room for others. */
export const MAP_TASKS_MAX = TASKS_PER_INSTANCE_MAX / 2;
/** Completed visits of states with undo actions, of one instance. */
export const UNDO_VISITS_MAX = 1_000;
/** Failures that wait while an instance is paused; beyond them it fails. */
export const HELD_MAX = 100;
/** Child instances below one another. */
export const CHILD_DEPTH_MAX = 16;
/** Priorities lie between this one's negative and it. */
export const PRIORITY_MAX = 100;
/** A failure's code, where a definition names it. */
export const FAILURE_CODE_CHARS_MAX = 128;
/** Failure codes of one transition for `error`. */
export const CODES_PER_TRANSITION_MAX = 100;
/** Task inputs and history that one step of an instance may write, beside the instance itself. */
export const STEP_BYTES_MAX = 4 * MIB;
/** Automatic transitions one event may cause before the definition is taken to be a loop. */
export const MICROSTEPS_MAX = 1_000;
/** History records of one instance; beyond it the instance fails, so that no loop fills the store. */
export const HISTORY_RECORDS_MAX = 50_000;

/** Tasks. */
export const TASK_TIMEOUT_MS_DEFAULT = 30_000;
export const TASK_TIMEOUT_MS_MAX = 24 * 3_600_000;
export const RETRY_ATTEMPTS_MAX = 1_000;
export const TASK_MEMORY_BYTES_DEFAULT = 128 * MIB;
/** Crashes of the isolate that runs a task before it is given up as a poison task. */
export const CRASHES_PER_TASK_MAX = 3;
/** Workers lost while they held a task before it is given up: more, as most of them die for other reasons. */
export const LOSSES_PER_TASK_MAX = 20;

/** Console of one attempt. */
export const CONSOLE_LINES_MAX = 1_000;
export const CONSOLE_BYTES_MAX = 64 * KIB;
/** Error text of one attempt. */
export const ERROR_MESSAGE_CHARS_MAX = 4_096;
export const ERROR_STACK_CHARS_MAX = 8_192;

/** Delays and timers. */
export const DELAY_MS_MAX = 366 * 24 * 3_600_000;

/** Batches and polls. */
export const POLL_TASKS_MAX = 1_000;
export const POLL_WAIT_MS_MAX = 60_000;
export const COMPLETIONS_PER_CALL_MAX = 1_000;
export const LIST_PAGE_ROWS_DEFAULT = 50;
export const LIST_PAGE_ROWS_MAX = 1_000;
/** Schedules of one store. */
export const SCHEDULES_MAX = 10_000;
/** Workers connected to one engine, and watchers of instances. */
export const WORKERS_MAX = 10_000;
export const WATCHERS_MAX = 10_000;
/** Slots one worker may declare. */
export const SLOTS_MAX = 1_000;

assert(INPUT_BYTES_MAX <= CONTEXT_BYTES_MAX, "an input must fit into a context");
assert(
  INPUT_BYTES_MAX + CONTEXT_BYTES_MAX + KEPT_BYTES_MAX + EVENT_BYTES_MAX + STEP_BYTES_MAX < TXN_BYTES_MAX,
  "instance, task inputs and history of one step must fit into one transaction",
);
assert(DEFINITION_BYTES_MAX < RPC_BYTES_MAX, "a definition must fit into one request");

/** The form of a schedule, and what such a form was sent with. */

import { formatDuration, parseDuration } from "../../../shared/definition/duration.ts";
import { DegovError } from "../../../shared/errors.ts";
import { isJsonObject } from "../../../shared/json.ts";
import { INPUT_BYTES_MAX } from "../../../shared/limits.ts";
import { requireSpec } from "../../rpc/schedule_fields.ts";
import type { Overlap, ScheduleSpec } from "../../schedules/schedule_record.ts";
import { readJson, readNumber } from "../forms.ts";

/** What a schedule does at a time while the instance before still runs, in words. */
export const OVERLAP_WORDS: { readonly [overlap in Overlap]: string } = {
  skip: "skips that time",
  buffer_one: "starts one once it has ended",
  allow: "starts another beside it",
  cancel_previous: "cancels it and starts anew",
};

/** What the fields hold: as they were sent, or as they are stored. */
export type ScheduleDraft = Readonly<Record<string, string>>;

export function toDraft(spec: ScheduleSpec): ScheduleDraft {
  return {
    cron: spec.cron,
    timeZone: spec.timeZone,
    workflow: spec.workflow,
    version: spec.version === 0 ? "" : String(spec.version),
    input: Object.keys(spec.input).length === 0 ? "" : JSON.stringify(spec.input, null, 2),
    overlap: spec.overlap,
    catchUp: formatDuration(spec.catchUpWindowMs),
  };
}

/** What a form says. `paused` is not of the form: buttons of their own change it. @throws DegovError INVALID_ARGUMENT */
export function readSpec(form: URLSearchParams, paused: boolean): ScheduleSpec {
  const field = (name: string) => (form.get(name) ?? "").trim();
  const input = readJson(field("input"), "the input", {}, INPUT_BYTES_MAX);
  if (!isJsonObject(input)) throw new DegovError("INVALID_ARGUMENT", 'The input must be a JSON object, as {"key": 1}');
  const catchUp = field("catchUp");
  const catchUpWindowMs = catchUp === "" ? 0 : parseDuration(catchUp);
  if (catchUpWindowMs === undefined) {
    throw new DegovError("INVALID_ARGUMENT", `"${catchUp}" is no duration to make up for: write it as 1m or 12h`);
  }
  return requireSpec({
    cron: field("cron"),
    timeZone: field("timeZone"),
    workflow: field("workflow"),
    version: readNumber(field("version")) ?? 0,
    input,
    overlap: field("overlap"),
    paused,
    catchUpWindowMs,
  });
}

/** The fields. */
export function ScheduleFields({ draft, workflows }: { draft: ScheduleDraft; workflows: readonly string[] }) {
  const { cron = "", timeZone = "", workflow = "", version = "", input = "", overlap = "skip", catchUp = "" } = draft;
  return (
    <>
      <div class="field">
        <label for="schedule-workflow">Workflow</label>
        <select id="schedule-workflow" name="workflow" required>
          {[...new Set([...workflows, ...(workflow === "" ? [] : [workflow])])].map((name) => (
            <option value={name} selected={name === workflow}>{name}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="schedule-cron">
          When, as cron <span class="muted">(minute hour day month weekday)</span>
        </label>
        <input
          id="schedule-cron"
          name="cron"
          class="mono"
          value={cron}
          placeholder="30 8 * * MON-FRI"
          maxlength={256}
          required
          autocomplete="off"
        />
      </div>
      <div class="field">
        <label for="schedule-zone">Time zone</label>
        <input
          id="schedule-zone"
          name="timeZone"
          value={timeZone}
          placeholder="UTC"
          maxlength={100}
          autocomplete="off"
        />
      </div>
      <div class="field">
        <label for="schedule-overlap">While the instance before still runs, it</label>
        <select id="schedule-overlap" name="overlap">
          {Object.entries(OVERLAP_WORDS).map(([policy, words]) => (
            <option value={policy} selected={policy === overlap}>{words}</option>
          ))}
        </select>
      </div>
      <div class="field">
        <label for="schedule-input">Start input, as JSON</label>
        <textarea id="schedule-input" name="input" rows={3} spellcheck={false} placeholder="{}" data-json>
          {input}
        </textarea>
        <p id="schedule-input-note" class="invalid" role="status"></p>
      </div>
      <div class="field pair">
        <div>
          <label for="schedule-version">
            Version <span class="muted">(newest if empty)</span>
          </label>
          <input id="schedule-version" name="version" type="number" min={1} value={version} />
        </div>
        <div>
          <label for="schedule-catch-up">
            Catch up <span class="muted">(1m if empty)</span>
          </label>
          <input id="schedule-catch-up" name="catchUp" value={catchUp} placeholder="1m" autocomplete="off" />
        </div>
      </div>
      <p class="note">A time that passed while no engine ran is made up for if it is no older than that.</p>
    </>
  );
}

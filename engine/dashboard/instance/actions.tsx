/** What can be done with an instance as it is. */

import { takes } from "../../machine/waits.ts";
import type { Definition } from "../../../shared/definition/definition.ts";
import { transitionsFor } from "../../machine/lookup.ts";
import type { Instance } from "../../machine/instance.ts";
import type { JsonValue } from "../../../shared/json.ts";
import type { WorkflowRecord } from "../../records.ts";
import { definitionUrl, instanceUrl } from "../parts/links.ts";
import { ActForm, actOf } from "./act.tsx";

const VERSIONS_OFFERED = 50;

/** What a form held when it was refused. */
export interface EventDraft {
  name: string;
  data: string;
  keep: boolean;
  /** What the fields of an act step held. */
  fields?: JsonValue;
}

export interface ActionsProps {
  instance: Instance;
  definition: Definition;
  /** Of its workflow. */
  newest: WorkflowRecord;
  draft?: EventDraft;
  /** The record after which a fork begins, where one was chosen in the history. */
  forkAt?: number;
}

export function Actions({ instance, definition, newest, draft, forkAt }: ActionsProps) {
  const isOpen = instance.endedAtMs === undefined;
  const act = actOf(definition, instance.state);
  return (
    <>
      {isOpen && !instance.paused && act !== undefined && (
        <ActForm
          act={act}
          offered={takes(definition, instance)}
          instanceId={instance.id}
          values={draft?.fields}
        />
      )}
      {isOpen && (act === undefined
        ? <EventForm instance={instance} definition={definition} draft={draft} />
        : (
          <details class="action more" data-name="event" open={draft !== undefined && draft.fields === undefined}>
            <summary>Send another event</summary>
            <EventForm instance={instance} definition={definition} draft={draft} />
          </details>
        ))}
      {instance.status === "failed" && (
        <form class="action" method="post" action={instanceUrl(instance.id, "/retry")}>
          <p>
            Retrying enters <strong>{instance.state}</strong> anew; the context stays as it is.
          </p>
          <div class="buttons">
            <button class="primary" type="submit">Retry</button>
          </div>
        </form>
      )}
      {isOpen && !instance.paused && (
        <details class="action more" data-name="pause">
          <summary>Pause this instance</summary>
          <form method="post" action={instanceUrl(instance.id, "/pause")}>
            <div class="field">
              <label for="pause-reason">Reason, for the history</label>
              <input id="pause-reason" name="reason" maxlength={1000} autocomplete="off" />
            </div>
            <p class="note">What runs is finished; nothing further begins until it is resumed.</p>
            <div class="buttons">
              <button type="submit">Pause instance</button>
            </div>
          </form>
        </details>
      )}
      {instance.paused && (
        <form class="action" method="post" action={instanceUrl(instance.id, "/resume")}>
          <p>It is paused: what comes in is kept, and nothing begins.</p>
          <div class="buttons">
            <button class="primary" type="submit">Resume</button>
          </div>
        </form>
      )}
      {isOpen && newest.version > instance.version && <Migration instance={instance} newest={newest} />}
      <details class="action more" id="fork" data-name="fork" open={forkAt !== undefined}>
        <summary>Fork: start another from a point of its history</summary>
        <form method="post" action={instanceUrl(instance.id, "/fork")}>
          <div class="field">
            <label for="fork-sequence">After record</label>
            <input
              id="fork-sequence"
              name="sequence"
              type="number"
              min={1}
              max={instance.revision}
              value={Math.min(forkAt ?? instance.revision, instance.revision)}
              required
            />
          </div>
          {newest.version > 1 && (
            <div class="field">
              <label for="fork-version">Version</label>
              <Versions id="fork-version" from={1} newest={newest.version} chosen={instance.version} />
            </div>
          )}
          <div class="field">
            <label for="fork-id">
              Id of the new instance <span class="muted">(chosen for you if empty)</span>
            </label>
            <input id="fork-id" name="id" maxlength={128} autocomplete="off" />
          </div>
          <p class="note">It enters the state that this one was in then, with the context of then. This one goes on.</p>
          <div class="buttons">
            <button type="submit">Fork</button>
          </div>
        </form>
      </details>
      {isOpen && (
        <details class="action more" data-name="cancel">
          <summary>Cancel this instance</summary>
          <form method="post" action={instanceUrl(instance.id, "/cancel")}>
            <div class="field">
              <label for="reason">Reason, for the history</label>
              <input id="reason" name="reason" maxlength={1000} autocomplete="off" />
            </div>
            <p class="note">Its tasks are stopped and its timers cleared. This cannot be undone.</p>
            <div class="buttons">
              <button class="danger" type="submit">Cancel instance</button>
            </div>
          </form>
        </details>
      )}
      {!isOpen && instance.status !== "failed" && (
        <p class="muted">
          It has ended.{" "}
          <a
            href={`/definitions/${encodeURIComponent(instance.workflow)}?copy=${encodeURIComponent(instance.id)}#start`}
          >
            Start another with this input
          </a>
        </p>
      )}
    </>
  );
}

function EventForm(props: { instance: Instance; definition: Definition; draft?: EventDraft }) {
  const { instance, definition, draft } = props;
  const names = takes(definition, instance);
  const others = clientEvents(definition).filter((name) => !names.includes(name));
  if (names.length + others.length === 0) return <p class="muted action">This workflow takes no events.</p>;
  const state = definition.states[instance.state];
  return (
    <form
      class="action"
      method="post"
      action={instanceUrl(instance.id, "/event")}
      {...(draft === undefined ? {} : { "data-begun": "" })}
    >
      <label for="event-name">Send an event</label>
      <select id="event-name" name="name">
        {names.length > 0 && (
          <optgroup label={`Taken by ${instance.state}`}>
            {names.map((name) => {
              const transitions = [...transitionsFor(state, name), ...transitionsFor(definition, name)];
              const targets = [...new Set(transitions.map(({ target }) => target ?? "stays"))].join(" or ");
              const guarded = transitions.every(({ guard }) => guard !== undefined) ? ", guarded" : "";
              return <option value={name} selected={draft?.name === name}>{`${name} → ${targets}${guarded}`}</option>;
            })}
          </optgroup>
        )}
        {others.length > 0 && (
          <optgroup label="Not taken now: kept until a state takes it">
            {others.map((name) => <option value={name} selected={draft?.name === name}>{name}</option>)}
          </optgroup>
        )}
      </select>
      <div class="field">
        <label for="event-data">Data, as JSON</label>
        <textarea id="event-data" name="data" rows={3} spellcheck={false} placeholder="null" data-json>
          {draft?.data ?? ""}
        </textarea>
        <p id="event-data-note" class="invalid" role="status"></p>
      </div>
      <label class="check field">
        <input type="checkbox" name="keep" value="yes" checked={draft?.keep ?? names.length === 0} />
        Keep it if the state does not take it now
      </label>
      <div class="buttons">
        <button class="primary" type="submit">Send event</button>
      </div>
    </form>
  );
}

/** Moving on to a newer version, and what the newest says of the state that it is in. */
function Migration({ instance, newest }: { instance: Instance; newest: WorkflowRecord }) {
  const { id, workflow, version, state } = instance;
  const hasState = Object.hasOwn(newest.definition.states, state);
  return (
    <details class="action more" data-name="migrate">
      <summary>Migrate to a newer version</summary>
      <form method="post" action={instanceUrl(id, "/migrate")}>
        <div class="field">
          <label for="migrate-version">Version</label>
          <Versions id="migrate-version" from={version + 1} newest={newest.version} chosen={newest.version} />
        </div>
        <p class="note">
          It keeps its context, and its state if that version has it; what runs is finished as it was begun.{" "}
          <a href={`${definitionUrl(workflow, newest.version)}&against=${version}#versions-heading`}>What differs</a>
        </p>
        {!hasState && (
          <p class="note">
            Version {newest.version} has no state <strong>{state}</strong>: not now.
          </p>
        )}
        <div class="buttons">
          <button type="submit">Migrate</button>
        </div>
      </form>
    </details>
  );
}

function Versions({ id, from, newest, chosen }: { id: string; from: number; newest: number; chosen: number }) {
  const first = Math.max(from, newest - VERSIONS_OFFERED + 1);
  const offered = Array.from({ length: newest - first + 1 }, (_, index) => newest - index);
  return (
    <select id={id} name="version">
      {(offered.includes(chosen) ? offered : [...offered, chosen]).map((version) => (
        <option value={version} selected={version === chosen}>version {version}</option>
      ))}
    </select>
  );
}

function clientEvents(definition: Definition): string[] {
  const names = new Set<string>();
  for (const { on = {} } of [definition, ...Object.values(definition.states)]) {
    for (const name of Object.keys(on)) if (name !== "complete" && name !== "error") names.add(name);
  }
  return [...names].sort();
}

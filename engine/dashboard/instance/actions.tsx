/** What can be done with an instance as it is. */

import { takes } from "../../machine/waits.ts";
import type { Definition } from "../../../shared/definition/definition.ts";
import { transitionsFor } from "../../machine/lookup.ts";
import type { Instance } from "../../machine/instance.ts";
import { instanceUrl } from "../parts/links.ts";

/** What a form held when it was refused. */
export interface EventDraft {
  name: string;
  data: string;
  keep: boolean;
}

export function Actions(props: { instance: Instance; definition: Definition; draft?: EventDraft }) {
  const { instance, definition, draft } = props;
  const isOpen = instance.endedAtMs === undefined;
  return (
    <>
      {isOpen && <EventForm instance={instance} definition={definition} draft={draft} />}
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
      <details class="action more" data-name="fork">
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
              value={instance.revision}
              required
            />
          </div>
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

function clientEvents(definition: Definition): string[] {
  const names = new Set<string>();
  for (const { on = {} } of [definition, ...Object.values(definition.states)]) {
    for (const name of Object.keys(on)) if (name !== "complete" && name !== "error") names.add(name);
  }
  return [...names].sort();
}

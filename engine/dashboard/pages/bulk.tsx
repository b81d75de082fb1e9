/** The same action on many instances, once it was confirmed. */

import type { Engine } from "../../engine.ts";
import { DegovError } from "../../../shared/errors.ts";
import { ID_CHARS_MAX } from "../../../shared/limits.ts";
import { instanceUrl } from "../parts/links.ts";
import { page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";

interface BulkAction {
  /** As in "Cancel the chosen". */
  verb: string;
  /** As in "12 instances were cancelled". */
  done: string;
  warning: string;
  isDanger: boolean;
  act(engine: Engine, instanceId: string): Promise<unknown>;
}

export const BULK_ACTIONS: Readonly<Record<string, BulkAction>> = {
  retry: {
    verb: "Retry",
    done: "retried",
    warning: "Each failed instance enters the state anew in which it failed. Others are left as they are.",
    isDanger: false,
    act: (engine, instanceId) => engine.instances.retry(instanceId),
  },
  pause: {
    verb: "Pause",
    done: "paused",
    warning: "What runs is finished; nothing further begins until they are resumed.",
    isDanger: false,
    act: (engine, instanceId) => engine.instances.pause(instanceId, "Paused from the dashboard, with others"),
  },
  resume: {
    verb: "Resume",
    done: "resumed",
    warning: "Those that are paused go on. Others are left as they are.",
    isDanger: false,
    act: (engine, instanceId) => engine.instances.resume(instanceId),
  },
  cancel: {
    verb: "Cancel",
    done: "cancelled",
    warning: "Their tasks are stopped and their timers cleared. This cannot be undone.",
    isDanger: true,
    act: (engine, instanceId) => engine.instances.cancel(instanceId, "Cancelled from the dashboard, with others"),
  },
};

/** Most instances of one bulk action: those of one page of the list. */
const BULK_MAX = 200;
/** How many are acted on at once. */
const AT_ONCE = 16;

/** @throws DegovError INVALID_ARGUMENT */
export function readBulk(form: URLSearchParams): { action: string; ids: string[] } {
  const action = form.get("action") ?? "";
  if (!Object.hasOwn(BULK_ACTIONS, action)) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot do "${action.slice(0, 50)}" to instances: there is no such action`,
    );
  }
  const ids = [...new Set(form.getAll("id"))];
  if (ids.length === 0) {
    throw new DegovError(
      "INVALID_ARGUMENT",
      `Cannot ${action} instances: none was chosen; tick some in the list first`,
    );
  }
  if (ids.length > BULK_MAX || ids.some((id) => id === "" || id.length > ID_CHARS_MAX)) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot ${action} these instances: at most ${BULK_MAX} are taken at once`);
  }
  return { action, ids };
}

/** Asks whether it is meant. */
export async function confirmPage(engine: Engine, { action, ids }: { action: string; ids: readonly string[] }) {
  const { verb, warning, isDanger } = BULK_ACTIONS[action];
  const found = await Promise.all(ids.map(async (id) => {
    try {
      return await engine.instances.get(id);
    } catch (error) {
      if (error instanceof DegovError && error.code === "NOT_FOUND") return undefined;
      throw error;
    }
  }));
  const instances = found.filter((instance) => instance !== undefined);
  const count = instances.length === 1 ? "1 instance" : `${instances.length} instances`;
  return page({
    title: `${verb} ${count}`,
    section: "instances",
    children: (
      <form class="card" method="post" action="/instances/bulk/apply">
        <h1>{verb} {count}?</h1>
        <p class="field">{warning}</p>
        <input type="hidden" name="action" value={action} />
        {instances.map(({ id }) => <input type="hidden" name="id" value={id} />)}
        <div class="buttons">
          <button type="submit" class={isDanger ? "danger" : "primary"}>{verb} {count}</button>
          <a class="button" href="/instances">Keep them as they are</a>
        </div>
        <div class="scroll field" tabindex={0} role="group" aria-label="Chosen instances">
          <table class="rows">
            <thead>
              <tr>
                <th scope="col">Status</th>
                <th scope="col">Instance</th>
                <th scope="col">Workflow</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {instances.map(({ id, status, workflow, state, paused }) => (
                <tr>
                  <td>
                    <Status status={paused ? "paused" : status} />
                  </td>
                  <td class="long">
                    <a class="mono" href={instanceUrl(id)}>{id}</a>
                  </td>
                  <td>{workflow}</td>
                  <td class="long">{state}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </form>
    ),
  });
}

/** Acts on each; those that refuse are counted, and the first reasons told. */
export async function applyBulk(engine: Engine, { action, ids }: { action: string; ids: readonly string[] }) {
  const { act, done } = BULK_ACTIONS[action];
  const reasons: string[] = [];
  let count = 0;
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const outcomes = await Promise.allSettled(ids.slice(at, at + AT_ONCE).map((id) => act(engine, id)));
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") count++;
      else reasons.push(DegovError.from(outcome.reason).message);
    }
  }
  return { count, done, reasons };
}

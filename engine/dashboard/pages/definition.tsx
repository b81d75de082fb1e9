/** One definition: diagram, source, versions and their differences, a form to start it, recent instances. */

import type { Engine } from "../../engine.ts";
import type { WorkflowRecord } from "../../records.ts";
import { tasksOf } from "../../../shared/definition/tasks.ts";
import type { JsonValue } from "../../../shared/json.ts";
import { DEFINITION_TASKS_MAX } from "../../../shared/limits.ts";
import { formatMachine, formatWritten, isWrittenInSteps } from "../../../shared/written_definition.ts";
import { diagram } from "../diagram/diagram.tsx";
import { definitionUrl, instanceUrl, query } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, type Notice, page } from "../parts/page.tsx";
import { Source } from "../parts/source.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration } from "../parts/time.ts";
import { difference } from "./difference.tsx";
import { SchemaFields } from "./schema_form.tsx";

const INSTANCES_SHOWN = 10;
const VERSIONS_SHOWN = 50;
const SOURCE_CHARS_MAX = 100_000;
const TASKS_SHOWN = 50;

export interface DefinitionView {
  /** 0 means the newest. */
  version: number;
  /** Another version to compare with. */
  against?: number;
  /** What the start form holds at first. */
  input?: JsonValue;
  notice?: Notice;
}

/** @throws DegovError NOT_FOUND */
export async function definitionPage(engine: Engine, name: string, view: DefinitionView) {
  const nowMs = engine.nowMs();
  const [record, newest, recent] = await Promise.all([
    engine.definitions.get(name, view.version),
    engine.definitions.get(name, 0),
    engine.search.page({ workflow: name }, INSTANCES_SHOWN),
  ]);
  const { definition, version, hash, createdAtMs } = record;
  const other = view.against === undefined || view.against === version
    ? undefined
    : await engine.definitions.get(name, view.against);
  const isSteps = isWrittenInSteps(definition);
  const written = await engine.definitions.written(name, version);
  const drawing = (
    <section class="card" aria-labelledby="diagram-heading">
      <h2 id="diagram-heading">{isSteps ? "States made of them" : "State diagram"}</h2>
      {await diagram(definition, hash)}
    </section>
  );
  const versions = (
    <section class="card" aria-labelledby="versions-heading">
      <h2 id="versions-heading">Versions</h2>
      <Versions name={name} version={version} newest={newest.version} against={view.against} />
      {other !== undefined && (
        await difference(
          (other.version < version ? other : record).definition,
          (other.version < version ? record : other).definition,
          {
            older: `version ${Math.min(other.version, version)}`,
            newer: `version ${Math.max(other.version, version)}`,
          },
        )
      )}
    </section>
  );
  const starting = (
    <section class="card" id="start" aria-labelledby="start-heading">
      <div class="head">
        <h2 id="start-heading">Start an instance</h2>
        <a href={`/schedules${query({ workflow: name })}#new`}>At set times</a>
      </div>
      <StartForm record={record} input={view.input} />
    </section>
  );
  const lately = (
    <section class="card" aria-labelledby="recent-heading">
      <div class="head">
        <h2 id="recent-heading">Recent instances</h2>
        <a href={`/instances${query({ workflow: name })}`}>All of them</a>
      </div>
      <div id="recent" data-region>
        {recent.instances.length === 0 ? <Empty title="None was started yet" /> : (
          <ul class="waits">
            {recent.instances.map(({ id, status, state, createdAtMs, paused }) => (
              <li>
                <Status status={paused ? "paused" : status} /> <a class="mono" href={instanceUrl(id)} data-row>{id}</a>
                <div class="muted">
                  {state}, started <Moment ms={createdAtMs} nowMs={nowMs} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
  return page({
    title: name,
    section: "definitions",
    live: "/live",
    here: `/definitions/${encodeURIComponent(name)}${query({ version, against: view.against })}`,
    notice: view.notice,
    children: (
      <>
        <div>
          <p class="crumbs">
            <a href="/definitions">Definitions</a>
          </p>
          <h1>{name}</h1>
          {definition.description !== undefined && <p class="muted">{definition.description}</p>}
          <dl class="facts">
            <div>
              <dt>Version</dt>
              <dd>{version} {version === newest.version ? "(newest)" : `of ${newest.version}`}</dd>
            </div>
            <div>
              <dt>Registered</dt>
              <dd>
                <Moment ms={createdAtMs} nowMs={nowMs} exact />
              </dd>
            </div>
            <div>
              <dt>States</dt>
              <dd>{Object.keys(definition.states).length}</dd>
            </div>
            {definition.timeoutMs !== undefined && (
              <div>
                <dt>Given up after</dt>
                <dd>{formatDuration(definition.timeoutMs)}</dd>
              </div>
            )}
            <div>
              <dt>Hash</dt>
              <dd>
                <code title={hash}>{hash.slice(0, 12)}</code>
              </dd>
            </div>
          </dl>
        </div>
        {isSteps
          ? (
            <>
              <div class="columns two">
                <section class="card" aria-labelledby="steps-heading">
                  <div class="head">
                    <h2 id="steps-heading">Steps, as written</h2>
                    {written === undefined && <span class="muted">as YAML</span>}
                  </div>
                  <Source code={written?.text ?? formatWritten(definition)} label="Steps, as written" whole />
                </section>
                {drawing}
              </div>
              <div class="columns wide-left">
                <div class="stack">
                  {lately}
                  {versions}
                </div>
                {starting}
              </div>
            </>
          )
          : (
            <div class="columns wide-left">
              <div class="stack">
                {drawing}
                {versions}
              </div>
              <div class="stack">
                {starting}
                {lately}
              </div>
            </div>
          )}
        {!isSteps && <Tasks record={record} />}
        <section class="card" aria-labelledby="source-heading">
          <h2 id="source-heading">Text</h2>
          {!isSteps && written !== undefined && (
            <details class="more" data-name="written">
              <summary>As written</summary>
              <Source code={written.text} label="Definition, as written" whole />
            </details>
          )}
          <Yaml record={record} />
        </section>
      </>
    ),
  });
}

function StartForm({ record, input }: { record: WorkflowRecord; input?: JsonValue }) {
  const { definition, version } = record;
  return (
    <form method="post" action={`/definitions/${encodeURIComponent(definition.name)}/start`}>
      <input type="hidden" name="version" value={version} />
      <SchemaFields schema={definition.inputSchema} values={input} />
      <div class="field">
        <label for="instance-id">
          Instance id <span class="muted">(chosen for you if empty)</span>
        </label>
        <input id="instance-id" name="id" maxlength={128} autocomplete="off" />
      </div>
      <div class="buttons">
        <button class="primary" type="submit">Start version {version}</button>
      </div>
    </form>
  );
}

function Versions(props: { name: string; version: number; newest: number; against?: number }) {
  const { name, version, newest, against } = props;
  const first = Math.max(1, newest - VERSIONS_SHOWN + 1);
  const versions = Array.from({ length: newest - first + 1 }, (_, index) => newest - index);
  return (
    <>
      <nav class="tabs" aria-label="Versions">
        {versions.map((one) => (
          <a href={definitionUrl(name, one)} {...(one === version ? { "aria-current": "page" } : {})}>v{one}</a>
        ))}
      </nav>
      {newest > 1 && (
        <form class="filters field" method="get" action={`${definitionUrl(name)}#versions-heading`}>
          <input type="hidden" name="version" value={version} />
          <div>
            <label for="against">Compare version {version} with</label>
            <select id="against" name="against" data-submit>
              <option value=""></option>
              {versions.filter((one) => one !== version).map((one) => (
                <option value={one} selected={one === against}>version {one}</option>
              ))}
            </select>
          </div>
          <button type="submit">Compare</button>
        </form>
      )}
    </>
  );
}

function Tasks({ record }: { record: WorkflowRecord }) {
  const tasks = [...tasksOf(record.definition)].slice(0, DEFINITION_TASKS_MAX);
  if (tasks.length === 0) return null;
  return (
    <section class="card" aria-labelledby="tasks-heading">
      <h2 id="tasks-heading">Tasks</h2>
      <ul class="waits">
        {tasks.slice(0, TASKS_SHOWN).map(({ path, task }) => (
          <li>
            <details data-name={path} open={tasks.length <= 3}>
              <summary>
                <strong>{task.name}</strong> <span class="muted">{task.language ?? "javascript"} · {path}</span>
              </summary>
              {task.language === "wasm"
                ? <p class="note">A WASM module of {formatCount(Math.floor(task.code.length * 3 / 4))} bytes</p>
                : <Source code={task.code} label={`Source of task ${task.name}`} />}
            </details>
          </li>
        ))}
        {tasks.length > TASKS_SHOWN && <li class="muted">and {tasks.length - TASKS_SHOWN} more, in the YAML below</li>}
      </ul>
    </section>
  );
}

function Yaml({ record }: { record: WorkflowRecord }) {
  const text = formatMachine(record.definition);
  const shown = text.slice(0, SOURCE_CHARS_MAX);
  return (
    <details class="more" data-name="yaml">
      <summary>The states that run, as YAML</summary>
      <div class="json" data-copy>
        <pre tabindex={0} role="group" aria-label="Definition as YAML"><code>{shown}</code></pre>
      </div>
      {shown.length < text.length && (
        <p class="note">{formatCount(shown.length)} of {formatCount(text.length)} characters shown</p>
      )}
    </details>
  );
}

/** One instance: where it is, how it came there, what it waits for, what can be done. */

import type { Engine } from "../../engine.ts";
import type { Instance } from "../../machine/instance.ts";
import { diagram } from "../diagram/diagram.tsx";
import { definitionUrl, instanceUrl, query, scheduleUrl } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { type Notice, page } from "../parts/page.tsx";
import { Payload } from "../parts/json.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount, formatDuration } from "../parts/time.ts";
import type { Stories } from "../stories.ts";
import { Actions, type EventDraft } from "./actions.tsx";
import { ContextSlider, readContextAt } from "./context.tsx";
import { FailureDetails } from "./failure.tsx";
import { Records } from "./history.tsx";
import { Timeline } from "./timeline.tsx";
import { Waits } from "./waits.tsx";

const RECORDS_SHOWN = 100;

export interface InstanceView {
  notice?: Notice;
  draft?: EventDraft;
  /** Records before this sequence; the newest by default. */
  before?: number;
  /** The context after this record; the newest by default. */
  contextAt?: number;
  /** The record after which a fork is to begin. */
  forkAt?: number;
}

/** @throws DegovError NOT_FOUND */
export async function instancePage(engine: Engine, stories: Stories, instanceId: string, view: InstanceView) {
  const nowMs = engine.nowMs();
  const instance = await engine.instances.get(instanceId);
  const { workflow, version, id } = instance;
  const before = Math.min(view.before ?? Infinity, instance.revision + 1);
  const first = Math.max(0, before - 1 - RECORDS_SHOWN);
  const [record, newest, story, explanation, history, past] = await Promise.all([
    engine.definitions.get(workflow, version),
    engine.definitions.get(workflow, 0),
    stories.of(instance),
    engine.explain(id),
    engine.instances.history(id, first, Math.min(RECORDS_SHOWN, before - 1 - first)),
    view.contextAt === undefined ? undefined : readContextAt(engine, instance, view.contextAt),
  ]);
  const { definition } = record;
  const { state, status } = instance;
  return page({
    title: `${workflow} ${id}`,
    section: "instances",
    live: `/live?instance=${encodeURIComponent(id)}&after=${instance.revision}`,
    here: instanceUrl(id, query({ before: view.before, at: view.contextAt, fork: view.forkAt })),
    notice: view.notice,
    children: (
      <>
        <Heading instance={instance} nowMs={nowMs} />
        <div id="failure" data-region>
          {instance.failure !== undefined && (
            <section class="card failure" aria-label="Failure">
              <h2>Why it failed</h2>
              <FailureDetails failure={instance.failure} definition={definition} state={state} />
            </section>
          )}
        </div>
        <div class="columns wide-left">
          <section class="card" aria-labelledby="diagram-heading">
            <h2 id="diagram-heading">State diagram</h2>
            <div id="diagram" data-region>
              {await diagram(definition, record.hash, { story, state, status: instance.paused ? "paused" : status })}
            </div>
          </section>
          <div class="stack">
            <section class="card" aria-labelledby="waits-heading">
              <h2 id="waits-heading">Waits for</h2>
              <div id="waits" data-region>
                <Waits explanation={explanation} nowMs={nowMs} />
              </div>
            </section>
            <section class="card" aria-labelledby="actions-heading">
              <h2 id="actions-heading">Actions</h2>
              <div id="actions" data-region>
                <Actions
                  instance={instance}
                  definition={definition}
                  newest={newest}
                  draft={view.draft}
                  forkAt={view.forkAt}
                />
              </div>
            </section>
          </div>
        </div>
        <section class="card" aria-labelledby="timeline-heading">
          <h2 id="timeline-heading">Timeline</h2>
          <div id="timeline" data-region>
            <Timeline story={story} instance={instance} nowMs={nowMs} />
          </div>
        </section>
        <div class="columns two">
          <section class="card" aria-labelledby="history-heading">
            <div class="head">
              <h2 id="history-heading">History</h2>
              <span class="muted">newest first</span>
            </div>
            <div id="history" data-region>
              <Records records={history.records} definition={definition} instanceId={id} />
              <HistoryPager instance={instance} first={first} before={before} />
            </div>
          </section>
          <section class="card" id="context" aria-labelledby="context-heading">
            <h2 id="context-heading">Context</h2>
            <div id="context-region" data-region>
              <ContextSlider instance={instance} past={past} />
            </div>
            <div class="field">
              <Payload value={instance.input} summary="Start input" label="Start input" name="input" />
            </div>
          </section>
        </div>
      </>
    ),
  });
}

function Heading({ instance, nowMs }: { instance: Instance; nowMs: number }) {
  const { id, workflow, version, status, state, createdAtMs, updatedAtMs, endedAtMs, revision } = instance;
  return (
    <div id="heading" data-region data-announce={`${instance.paused ? "paused" : status} in state ${state}`}>
      <p class="crumbs">
        <a href="/instances">Instances</a> / <a href={definitionUrl(workflow)}>{workflow}</a>
      </p>
      <div class="title">
        <h1>{workflow}</h1>
        <Status status={instance.paused ? "paused" : status} />
      </div>
      <p class="id" data-copy data-copy-label="the id">
        <code>{id}</code>
      </p>
      <dl class="facts">
        <Fact name="State">
          <span data-state>{state}</span>
        </Fact>
        <Fact name="Definition">
          <a href={definitionUrl(workflow, version)}>version {version}</a>
        </Fact>
        <Fact name="Started">
          <Moment ms={createdAtMs} nowMs={nowMs} exact />
        </Fact>
        <Fact name={endedAtMs === undefined ? "Last change" : "Ended"}>
          <Moment ms={endedAtMs ?? updatedAtMs} nowMs={nowMs} exact />
        </Fact>
        <Fact name={endedAtMs === undefined ? "Running for" : "Took"}>
          {formatDuration((endedAtMs ?? nowMs) - createdAtMs)}
        </Fact>
        <Fact name="Records">{formatCount(revision)}</Fact>
        {instance.parent !== undefined && (
          <Fact name="Started by">
            <a href={instanceUrl(instance.parent.id)}>{instance.parent.id}</a>
          </Fact>
        )}
        {instance.schedule !== undefined && (
          <Fact name="Started by schedule">
            <a href={scheduleUrl(instance.schedule)}>{instance.schedule}</a>
          </Fact>
        )}
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children?: unknown }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function HistoryPager({ instance, first, before }: { instance: Instance; first: number; before: number }) {
  const { id, revision } = instance;
  if (first === 0 && before > revision) return null;
  return (
    <nav class="pager" aria-label="History pages">
      {before <= revision && <a class="button" href={instanceUrl(id, "#history")}>Newest</a>}
      {before <= revision && (
        <a class="button" href={instanceUrl(id, `?before=${before + RECORDS_SHOWN}#history`)}>Newer</a>
      )}
      {first > 0 && <a class="button" href={instanceUrl(id, `?before=${first + 1}#history`)}>Older</a>}
      <span class="muted">
        Records {formatCount(first + 1)} to {formatCount(before - 1)} of {formatCount(revision)}
      </span>
    </nav>
  );
}

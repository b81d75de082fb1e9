/** The list of definitions, newest versions. */

import type { Engine } from "../../engine.ts";
import { definitionUrl, query } from "../parts/links.ts";
import { Moment } from "../parts/moment.tsx";
import { Empty, page } from "../parts/page.tsx";
import { Status } from "../parts/status.tsx";
import { formatCount } from "../parts/time.ts";

const PAGE_ROWS = 100;
const STATUSES_SHOWN = ["running", "completed", "failed"] as const;

export async function definitionsPage(engine: Engine, after: string | undefined) {
  const nowMs = engine.nowMs();
  const [records, { byWorkflow }] = await Promise.all([
    engine.definitions.list(after, PAGE_ROWS),
    engine.search.counts(),
  ]);
  return page({
    title: "Definitions",
    section: "definitions",
    live: "/live",
    children: (
      <>
        <h1>Definitions</h1>
        <section class="card" aria-label="Definitions">
          <div id="definitions" data-region>
            {records.length === 0
              ? (
                <Empty title="No definition is registered">
                  <p>Register one from TypeScript, YAML or JSON; the examples show each.</p>
                </Empty>
              )
              : (
                <div class="scroll" tabindex={0} role="group" aria-label="Definitions, scrollable">
                  <table class="rows">
                    <thead>
                      <tr>
                        <th scope="col">Workflow</th>
                        <th scope="col">Version</th>
                        <th scope="col">States</th>
                        <th scope="col">Registered</th>
                        {STATUSES_SHOWN.map((status) => (
                          <th scope="col" class="number">
                            <Status status={status} />
                          </th>
                        ))}
                      </tr>
                    </thead>
                    <tbody>
                      {records.map(({ definition, version, createdAtMs }) => (
                        <tr>
                          <td class="long">
                            <a href={definitionUrl(definition.name)} data-row>{definition.name}</a>
                            {definition.description !== undefined && (
                              <div class="muted">{definition.description.slice(0, 200)}</div>
                            )}
                          </td>
                          <td>v{version}</td>
                          <td>{Object.keys(definition.states).length}</td>
                          <td>
                            <Moment ms={createdAtMs} nowMs={nowMs} />
                          </td>
                          {STATUSES_SHOWN.map((status) => (
                            <td class="number">{formatCount(byWorkflow.get(definition.name)?.[status] ?? 0)}</td>
                          ))}
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
            {records.length === PAGE_ROWS && (
              <nav class="pager" aria-label="Pages">
                <a class="button" href={`/definitions${query({ after: records[PAGE_ROWS - 1].definition.name })}`}>
                  More
                </a>
              </nav>
            )}
          </div>
        </section>
      </>
    ),
  });
}

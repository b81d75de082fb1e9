/** How far a bulk action has come; the page goes on by itself, or by its button. */

import { cursorText, type FilterQuery } from "../pages/instance_filter.ts";
import { query as toQuery } from "../parts/links.ts";
import { page } from "../parts/page.tsx";
import { formatCount } from "../parts/time.ts";
import type { BulkRequest, Progress } from "./bulk_request.ts";
import { BULK_WORDS, instancesInWords } from "./bulk_words.ts";

export function progressPage(request: BulkRequest, query: FilterQuery, progress: Progress) {
  const { doing } = BULK_WORDS[request.action];
  const { matched, total, isBound, refused } = progress;
  return page({
    title: `${doing} ${instancesInWords(total, isBound)}`,
    section: "instances",
    children: (
      <form class="card" method="post" action={`/instances/bulk/apply/${request.action}`} data-continue>
        <h1>{doing} {instancesInWords(total, isBound)}</h1>
        <div class="field">
          <label for="bulk-progress" role="status">
            {formatCount(matched)} of {isBound && "more than "}
            {formatCount(total)}
            {refused > 0 && `, ${formatCount(refused)} could not be`}
          </label>
          <progress id="bulk-progress" class="bar" max={Math.max(total, matched)} value={matched} />
        </div>
        <CarriedFields request={request} query={query} progress={progress} />
        {request.operation.kind === "cancel" && request.operation.compensate !== undefined && (
          <input type="hidden" name="compensate" value={request.operation.compensate ? "yes" : "no"} />
        )}
        {"reason" in request.operation && <input type="hidden" name="reason" value={request.operation.reason} />}
        <p class="note">It goes on while this page is open. What was done stays done.</p>
        <div class="buttons">
          <button type="submit">Go on</button>
          <a class="button" href={`/instances${toQuery({ ...query })}`}>Stop here</a>
        </div>
      </form>
    ),
  });
}

/** Everything that the next post needs to know. */
export function CarriedFields(props: { request: BulkRequest; query: FilterQuery; progress: Progress }) {
  const { request, query, progress } = props;
  const fields: [string, string | number | undefined][] = [
    ["scope", "all"],
    ["operation", request.operationId],
    ...Object.entries(query) as [string, string][],
    ["until", progress.untilMs],
    ["total", progress.total],
    ["bound", progress.isBound ? "yes" : undefined],
    ["matched", progress.matched],
    ["done", progress.done],
    ["refused", progress.refused],
    ...progress.refusals.map((refusal): [string, string] => ["refusal", refusal]),
    ["before", progress.cursor && cursorText(progress.cursor)],
  ];
  return (
    <>
      {fields.map(([name, value]) => value === undefined ? null : <input type="hidden" name={name} value={value} />)}
    </>
  );
}

/** A definition drawn: states, transitions, and, for an instance, where it is and how it came there. */

import type { Definition } from "../../../shared/definition/definition.ts";
import { type Story, takenKey } from "../story.ts";
import { ANY_STATE, toGraph } from "./graph.ts";
import { LABEL_LINE, type Layout, layOut, NAME_LINE, type Point, TASK_LINE } from "./layout.ts";

/** How far an instance has come. */
export interface Progress {
  story: Pick<Story, "visited" | "taken" | "failed">;
  state: string;
  status: string;
}

/** A diagram of at most this height is shown whole, made smaller if need be; a higher one is scrolled. */
const FITS_HEIGHT = 1_100;

type Edge = Layout["edges"][number];
type Node = Layout["nodes"][number];

export async function diagram(definition: Definition, hash: string, progress?: Progress) {
  const graph = toGraph(definition, progress?.state);
  const layout = await layOut(graph, graph.omitted === 0 ? hash : `${hash} ${progress?.state ?? ""}`);
  return (
    <figure class="diagram">
      <div class="scroll" tabindex={0} role="group" aria-label="State diagram, scrollable">
        <Drawing layout={layout} name={definition.name} progress={progress} />
      </div>
      {graph.omitted > 0 && (
        <p class="note">
          Too large to draw whole: {graph.nodes.length}{" "}
          states around "{progress?.state ?? definition.initial}" are shown, {graph.omitted}{" "}
          are not. The table has them all.
        </p>
      )}
      <figcaption>
        <ul class="legend" aria-label="Legend">
          {progress !== undefined && (
            <>
              <li class="key-current">Current</li>
              <li class="key-visited">Visited</li>
              <li class="key-failed">Failed</li>
            </>
          )}
          <li class="key-final">Final</li>
        </ul>
      </figcaption>
      <AsTable definition={definition} progress={progress} />
    </figure>
  );
}

function Drawing({ layout, name, progress }: { layout: Layout; name: string; progress?: Progress }) {
  const { width, height, nodes, edges } = layout;
  return (
    <svg
      class={height <= FITS_HEIGHT ? "states fits" : "states"}
      role="img"
      aria-labelledby="diagram-title diagram-description"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      <title id="diagram-title">State diagram of {name}</title>
      <desc id="diagram-description">{describe(nodes, progress)}</desc>
      <defs>
        <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
          <path class="arrowhead" d="M0 1 L9 5 L0 9 z" />
        </marker>
        <marker id="arrow-taken" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">
          <path class="arrowhead taken" d="M0 1 L9 5 L0 9 z" />
        </marker>
      </defs>
      {edges.map((edge) => <EdgePath edge={edge} progress={progress} />)}
      {nodes.map((node) => <NodeBox node={node} progress={progress} />)}
      {edges.map((edge) => <EdgeLabels edge={edge} progress={progress} />)}
    </svg>
  );
}

function timesTaken({ from, to, labels }: Edge, progress: Progress | undefined): number {
  const events = new Set(labels.map(({ event }) => event));
  let times = 0;
  for (const event of events) times += timesOf({ from, to, event }, progress);
  return times;
}

/** How often a transition was taken; one of every state, from whichever. */
function timesOf(
  { from, to, event }: { from: string; to: string; event?: string },
  progress: Progress | undefined,
): number {
  if (event === undefined || progress === undefined) return 0;
  const { taken } = progress.story;
  if (from !== ANY_STATE) return taken.get(takenKey(from, event, to)) ?? 0;
  let times = 0;
  for (const [key, count] of taken) {
    const [left, name, entered] = JSON.parse(key) as string[];
    if (name === event && (to === ANY_STATE ? left === entered : entered === to)) times += count;
  }
  return times;
}

function EdgePath({ edge, progress }: { edge: Edge; progress?: Progress }) {
  const taken = timesTaken(edge, progress) > 0;
  return (
    <path
      class={taken ? "edge taken" : "edge"}
      d={edge.from === edge.to ? loop(edge) : smooth(edge.path)}
      marker-end={taken ? "url(#arrow-taken)" : "url(#arrow)"}
    />
  );
}

function EdgeLabels({ edge, progress }: { edge: Edge; progress?: Progress }) {
  const { box, placed } = edge;
  if (box === undefined || placed.length === 0) return null;
  const top = box.y - (placed.length * LABEL_LINE) / 2;
  return (
    <g class="label">
      <rect x={box.x - box.width / 2} y={box.y - box.height / 2} width={box.width} height={box.height} rx="4" />
      {placed.map(({ shown, text, guard, event }, index) => {
        const times = timesOf({ ...edge, event }, progress);
        return (
          <text
            class={times > 0 ? "taken" : undefined}
            x={box.x}
            y={top + index * LABEL_LINE + 11}
            text-anchor="middle"
          >
            <title>{guard === undefined ? text : `${text}, if ${guard}`}</title>
            {shown}
            {times > 1 ? ` ×${times}` : ""}
          </text>
        );
      })}
    </g>
  );
}

function NodeBox({ node, progress }: { node: Node; progress?: Progress }) {
  const { box, state, shown, shownTasks, isInitial, final, description } = node;
  const left = box.x - box.width / 2;
  const top = box.y - box.height / 2;
  const times = progress?.story.visited.get(state) ?? 0;
  return (
    <g class={`state ${classOf(state, progress)}${final === undefined ? "" : ` final-${final}`}`}>
      <title>{description === undefined ? state : `${state}: ${description}`}</title>
      {isInitial && <circle class="initial" cx={left - 11} cy={top + NAME_LINE / 2} r="5" />}
      {isInitial && <path class="initial-line" d={`M${left - 6} ${top + NAME_LINE / 2}H${left}`} />}
      <rect class="box" x={left} y={top} width={box.width} height={box.height} rx="9" />
      {final !== undefined && (
        <rect class="inner" x={left + 3} y={top + 3} width={box.width - 6} height={box.height - 6} rx="6.5" />
      )}
      <text class="name" x={box.x} y={top + 23} text-anchor="middle">{shown}</text>
      {times > 1 && <text class="times" x={left + box.width - 8} y={top + 13} text-anchor="end">×{times}</text>}
      {shownTasks.map((task, index) => (
        <text class="task" x={left + 14} y={top + NAME_LINE + 12 + index * TASK_LINE}>
          {task.startsWith("and ") ? task : `▸ ${task}`}
        </text>
      ))}
    </g>
  );
}

function classOf(state: string, progress: Progress | undefined): string {
  if (state === ANY_STATE) return "any";
  if (progress === undefined) return "plain";
  const isCurrent = state === progress.state;
  if (isCurrent && progress.status === "failed") return "current failed";
  if (isCurrent) return `current ${progress.status}`;
  if (progress.story.failed.has(state)) return "visited failed";
  return progress.story.visited.has(state) ? "visited" : "ahead";
}

function describe(nodes: readonly Node[], progress: Progress | undefined): string {
  const states = `${nodes.length} states: ${nodes.map(({ state }) => state).join(", ")}.`;
  if (progress === undefined) return `${states} A table of all transitions follows.`;
  const visited = [...progress.story.visited.keys()].join(", ");
  return `${states} Now in ${progress.state}, ${progress.status}. Visited: ${visited}. A table follows.`;
}

/** From a state's side out to the label and back. */
function loop({ path, box }: Edge): string {
  if (path.length === 0) return "";
  const [{ x, y }] = path;
  const out = box === undefined ? x + 40 : Math.max(x + 30, box.x);
  return `M${round(x)} ${round(y - 9)} C${round(out)} ${round(y - 26)} ${round(out)} ${round(y + 26)} ${round(x)} ${
    round(y + 9)
  }`;
}

/** A path with rounded corners through the points. */
function smooth(points: readonly Point[]): string {
  if (points.length === 0) return "";
  const [first, ...rest] = points.map(({ x, y }) => ({ x: round(x), y: round(y) }));
  let path = `M${first.x} ${first.y}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const corner = rest[index];
    const next = rest[index + 1];
    const end = index === rest.length - 2
      ? next
      : { x: round((corner.x + next.x) / 2), y: round((corner.y + next.y) / 2) };
    path += ` Q${corner.x} ${corner.y} ${end.x} ${end.y}`;
  }
  if (rest.length === 1) path += ` L${rest[0].x} ${rest[0].y}`;
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The same, for whoever cannot see the drawing, and in full. */
function AsTable({ definition, progress }: { definition: Definition; progress?: Progress }) {
  const { edges, nodes } = toGraph(definition);
  const rows = edges.flatMap(({ from, to, labels }) => labels.map((label) => ({ from, to, label })));
  const without = nodes.filter(({ state }) => !edges.some(({ from }) => from === state));
  return (
    <details class="as-table" data-name="diagram-table">
      <summary>Transitions as a table</summary>
      <div class="scroll" tabindex={0} role="group" aria-label="Transitions, scrollable">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">On</th>
              <th scope="col">If</th>
              <th scope="col">To</th>
              {progress !== undefined && <th scope="col">Taken</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ from, to, label }) => (
              <tr>
                <td>{from}</td>
                <td>{label.text}</td>
                <td>{label.guard === undefined ? "" : <code>{label.guard}</code>}</td>
                <td>{to === from ? "(stays)" : to}</td>
                {progress !== undefined && <td>{timesOf({ from, to, event: label.event }, progress)}</td>}
              </tr>
            ))}
            {without.map(({ state, final }) => (
              <tr>
                <td>{state}</td>
                <td colspan={progress === undefined ? 3 : 4}>
                  ends the instance{final === "failed" ? " as failed" : ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A definition as a graph for drawing. */

import type {
  Definition,
  FailDefinition,
  GuardDefinition,
  StateDefinition,
} from "../../../shared/definition/definition.ts";
import { partsOf, waysOut } from "../../../shared/definition/ways_out.ts";
import { formatDuration } from "../parts/time.ts";

export interface GraphNode {
  state: string;
  isInitial: boolean;
  final?: "completed" | "failed";
  tasks: string[];
  description?: string;
}

/** One transition of an edge. */
export interface GraphLabel {
  /** The event, or the delay as "after 5 s". */
  text: string;
  /** As the history names it; absent for a label that stands for several. */
  event?: string;
  guard?: string;
}

/** All transitions from one state to another. */
export interface GraphEdge {
  from: string;
  to: string;
  labels: GraphLabel[];
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** States left out because the whole is too large to draw. */
  omitted: number;
}

/** What the history calls the event of a delayed transition. */
const DELAYED_EVENT = "after";

/** Stands for every state, where the definition itself has transitions; no state has a name with spaces. */
export const ANY_STATE = "any state";

/** What is drawn at most: a larger diagram takes seconds to lay out, and nobody could read it. */
export const DRAWN_STATES_MAX = 120;
export const DRAWN_EDGES_MAX = 300;

/** The whole graph, or, where that is too large, the states nearest to `focus`. */
export function toGraph(definition: Definition, focus: string = definition.initial): Graph {
  const edges = edgesOf(definition);
  const names = Object.keys(definition.states);
  const isSmall = names.length <= DRAWN_STATES_MAX && edges.length <= DRAWN_EDGES_MAX;
  const chosen = isSmall ? new Set(names) : nearest(focus, edges);
  const nodes = names.filter((name) => chosen.has(name))
    .sort((one, other) => Number(other === definition.initial) - Number(one === definition.initial))
    .map((name) => toNode(definition, name));
  if (definition.on !== undefined) nodes.push({ state: ANY_STATE, isInitial: false, tasks: [] });
  chosen.add(ANY_STATE);
  return {
    // The initial state first: the layout puts early nodes early.
    nodes,
    edges: edges.filter(({ from, to }) => chosen.has(from) && chosen.has(to)).slice(0, DRAWN_EDGES_MAX),
    omitted: names.filter((name) => !chosen.has(name)).length,
  };
}

function toNode(definition: Definition, state: string): GraphNode {
  const { final, description, ...rest } = definition.states[state];
  return {
    state,
    isInitial: state === definition.initial,
    tasks: workOf(rest),
    ...(final === undefined ? {} : { final }),
    ...(description === undefined ? {} : { description }),
  };
}

/** What a state sets going when it is entered. */
function workOf({ enter = [] }: StateDefinition): string[] {
  return enter.flatMap((action) => {
    if ("task" in action) return [action.task.name];
    if ("map" in action) return [`${action.map.name} (each)`];
    if ("start" in action) return [`${action.start.name} (child)`];
    if ("fail" in action) return [`fails: ${failureCode(action.fail)}`];
    return [];
  });
}

/** A failure's code, or the expression that gives it. */
function failureCode({ code }: FailDefinition): string {
  return typeof code === "string" ? code : code.expression;
}

/** A CEL expression as it is; of code that a worker runs, the first line. */
function guardText(guard: GuardDefinition): string {
  return typeof guard === "string" ? guard : guard.code.trim().split("\n", 1)[0];
}

function edgesOf(definition: Definition): GraphEdge[] {
  const edges = new Map<string, GraphEdge>();
  const owners: [string, Pick<StateDefinition, "on" | "after">][] = Object.entries(definition.states);
  if (definition.on !== undefined) owners.push([ANY_STATE, { on: definition.on }]);
  for (const [from, state] of owners) {
    for (const { event, delayMs, transition } of waysOut(state)) {
      const to = transition.target ?? from;
      const key = JSON.stringify([from, to]);
      const edge = edges.get(key) ?? { from, to, labels: [] };
      edges.set(key, edge);
      edge.labels.push({
        text: event ?? `after ${formatDuration(delayMs!)}`,
        event: event ?? DELAYED_EVENT,
        ...(transition.guard === undefined ? {} : { guard: guardText(transition.guard) }),
      });
    }
  }
  for (const [from, state] of Object.entries(definition.states)) {
    for (const { state: to } of partsOf(state)) {
      const edge = { from, to: to!, labels: [{ text: "starts a part" }] };
      edges.set(JSON.stringify([from, to, "part"]), edge);
    }
  }
  return [...edges.values()];
}

const NEAREST_MAX = 40;

/** States reached from the focus by the fewest transitions, in either direction. */
function nearest(focus: string, edges: readonly GraphEdge[]): Set<string> {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...neighbours.get(from) ?? [], to]);
    neighbours.set(to, [...neighbours.get(to) ?? [], from]);
  }
  const chosen = new Set([focus]);
  for (const name of chosen) {
    for (const next of neighbours.get(name) ?? []) {
      if (chosen.size >= NEAREST_MAX) return chosen;
      chosen.add(next);
    }
  }
  return chosen;
}

/**
 * Places for a graph's states and transitions.
 *
 * dagre does the layout: it is MIT-licensed, maintained, takes milliseconds for what one can read, and runs where no
 * browser is. (elkjs routes edges more neatly, but is 1.6 MB under the EPL.) It is loaded when the first diagram is
 * drawn, so that an engine whose dashboard nobody opens never has it in memory.
 */

import { LRUCache } from "lru-cache";
import type { Graph, GraphEdge, GraphLabel, GraphNode } from "./graph.ts";

export interface Point {
  x: number;
  y: number;
}

/** A box by its centre. */
export interface Box extends Point {
  width: number;
  height: number;
}

export interface PlacedLabel extends GraphLabel {
  shown: string;
}

export interface Layout {
  width: number;
  height: number;
  nodes: (GraphNode & { box: Box; shown: string; shownTasks: string[] })[];
  edges: (GraphEdge & { path: Point[]; box?: Box; placed: PlacedLabel[] })[];
}

/** Sizes in px, for the fonts of style/diagram.css. */
const NAME_CHAR = 8;
const TASK_CHAR = 6.8;
const LABEL_CHAR = 6.6;
export const LABEL_LINE = 15;
export const TASK_LINE = 16;
export const NAME_LINE = 34;
const NAME_SHOWN_CHARS = 28;
const LABEL_SHOWN_CHARS = 34;
const TASKS_SHOWN = 4;
const LABELS_SHOWN = 4;
const MARGIN = 24;

const layouts = new LRUCache<string, Promise<Layout>>({ max: 200 });

/** Lays a graph out once per key: the definition's hash, and the focus of a graph that shows a part. */
export function layOut(graph: Graph, key: string): Promise<Layout> {
  const cached = layouts.get(key);
  if (cached !== undefined) return cached;
  const layout = compute(graph);
  layouts.set(key, layout);
  layout.catch(() => layouts.delete(key));
  return layout;
}

async function compute({ nodes, edges }: Graph): Promise<Layout> {
  const { default: dagre } = await import("@dagrejs/dagre");
  const drawing = new dagre.graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 44, edgesep: 18, marginx: MARGIN, marginy: MARGIN });
  drawing.setDefaultEdgeLabel(() => ({}));
  const sized = nodes.map(sizeNode);
  const labelled = edges.map(sizeEdge);
  for (const { state, box } of sized) drawing.setNode(state, { width: box.width, height: box.height });
  for (const { from, to, box } of labelled) {
    drawing.setEdge(from, to, { width: box.width, height: box.height, labelpos: "c", weight: from === to ? 0 : 1 });
  }
  dagre.layout(drawing);
  const { width = 0, height = 0 } = drawing.graph();
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    nodes: sized.map((node) => {
      const { x, y } = drawing.node(node.state) as Box;
      return { ...node, box: { ...node.box, x, y } };
    }),
    edges: labelled.map((edge) => {
      const { points = [], x, y } = drawing.edge(edge.from, edge.to) as { points?: Point[] } & Partial<Point>;
      const { box, ...rest } = edge;
      if (edge.from === edge.to && x !== undefined && y !== undefined) {
        // Drawn as a loop at the state's side, for which dagre has left room.
        const state = drawing.node(edge.from) as Box;
        return { ...rest, path: [{ x: state.x + state.width / 2, y: state.y }], box: { ...box, x, y } };
      }
      return x === undefined || y === undefined
        ? { ...rest, path: points }
        : { ...rest, path: points, box: { ...box, x, y } };
    }),
  };
}

function sizeNode(node: GraphNode) {
  const shown = cut(node.state, NAME_SHOWN_CHARS);
  const shownTasks = node.tasks.slice(0, TASKS_SHOWN).map((name) => cut(name, NAME_SHOWN_CHARS));
  if (node.tasks.length > TASKS_SHOWN) shownTasks.push(`and ${node.tasks.length - TASKS_SHOWN} more`);
  const chars = Math.max(shown.length * NAME_CHAR, ...shownTasks.map((name) => (name.length + 2) * TASK_CHAR));
  const width = Math.max(96, Math.ceil(chars) + 36);
  const height = NAME_LINE + (shownTasks.length === 0 ? 4 : shownTasks.length * TASK_LINE + 8);
  return { ...node, shown, shownTasks, box: { x: 0, y: 0, width, height } };
}

function sizeEdge(edge: GraphEdge) {
  const placed: PlacedLabel[] = edge.labels.slice(0, LABELS_SHOWN).map((label) => ({
    ...label,
    shown: cut(label.guard === undefined ? label.text : `${label.text} [${label.guard}]`, LABEL_SHOWN_CHARS),
  }));
  const more = edge.labels.length - placed.length;
  if (more > 0) placed.push({ text: "", shown: `and ${more} more` });
  const width = Math.ceil(Math.max(...placed.map(({ shown }) => shown.length * LABEL_CHAR))) + 10;
  return { ...edge, placed, box: { x: 0, y: 0, width, height: placed.length * LABEL_LINE + 4 } };
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}

/**
 * The client of a benchmark, as a process of its own: `client_process.ts URL [sdk]`.
 *
 * Without `sdk` it speaks HTTP by itself, as the clients of the peers' harness do; with it, it is a DegovClient. Reads
 * one order per line from its standard input, and answers each with lines of JSON: `begin`, `end` and `figures`.
 */

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { InstanceStatus } from "../../proto/gen/degov/v1/instance_pb.ts";
import {
  StartInstanceRequestSchema,
  StartInstanceResponseSchema,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovClient } from "../../shared/client/client.ts";
import type { JsonObject } from "../../shared/json.ts";
import { fromValueMessage, toValueMessage } from "../../shared/value_message.ts";
import { chainName, chainResult, requireResult } from "./chain_workflow.ts";
import { closedLoop, type LoopFigures } from "./closed_loop.ts";
import { Connection } from "./connection.ts";
import { textLines } from "./text_lines.ts";

export interface LoadOrder {
  steps: number;
  clients: number;
  warmUpMs: number;
  measuredMs: number;
  callsMax: number;
}

export type LoadEvent = { kind: "begin" } | { kind: "end" } | { kind: "figures"; figures: LoopFigures };

/** Starts a workflow and waits for its end. */
type Start = (client: number, workflow: string, input: JsonObject) => Promise<{ status: string; context?: JsonObject }>;

/** Longest that one workflow is waited for. */
const WAIT_MS = 20_000;
const START_PATH = "/degov.v1.WorkflowService/StartInstance";

async function run(url: string, order: LoadOrder, isSdk: boolean): Promise<LoopFigures> {
  const connections = isSdk ? [] : await Promise.all(Array.from({ length: order.clients }, () => Connection.open(url)));
  const start = isSdk ? sdkStart(url) : plainStart(connections);
  const { steps } = order;
  const workflow = chainName(steps);
  const figures = await closedLoop({
    ...order,
    call: async (client, sequence) => {
      const { status, context } = await start(client, workflow, { value: sequence });
      requireResult(status, context?.value, chainResult(sequence, steps));
    },
    onBegin: () => say({ kind: "begin" }),
    onEnd: () => say({ kind: "end" }),
  });
  for (const connection of connections) connection.close();
  return figures;
}

function sdkStart(url: string): Start {
  const client = new DegovClient({ engines: [url] });
  return (_, workflow, input) => client.start(workflow, { input, waitMs: WAIT_MS });
}

function plainStart(connections: readonly Connection[]): Start {
  return async (client, workflow, input) => {
    const request = create(StartInstanceRequestSchema, { workflow, input: toValueMessage(input), waitMs: WAIT_MS });
    const answer = await connections[client].post(START_PATH, toBinary(StartInstanceRequestSchema, request));
    const { instance } = fromBinary(StartInstanceResponseSchema, answer);
    const status = instance?.status === InstanceStatus.COMPLETED ? "completed" : "not completed";
    const context = instance?.context === undefined ? undefined : fromValueMessage(instance.context) as JsonObject;
    return { status, context };
  };
}

async function say(event: LoadEvent): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
}

if (import.meta.main) {
  const [url, kind] = Deno.args;
  for await (const line of textLines(Deno.stdin.readable)) {
    await say({ kind: "figures", figures: await run(url, JSON.parse(line) as LoadOrder, kind === "sdk") });
  }
  Deno.exit(0);
}

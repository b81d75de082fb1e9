/**
 * Test support: a FoundationDB to test on.
 *
 * That of FDB_CLUSTER_FILE where it is set; else a throw-away server on loopback, where `fdbserver` is on the PATH.
 */

import { delimiter, join } from "node:path";

/** What there is to test on; undefined when nothing is. */
export type FdbTarget = { kind: "cluster"; clusterFile: string } | {
  kind: "server";
  fdbserver: string;
  fdbcli: string;
};

/** A cluster that tests may write to. */
export interface FdbCluster {
  readonly clusterFile: string;
  /** SIGKILL of the server, and another one on its files; absent for a cluster that is not ours. */
  crash?(): Promise<void>;
  stop(): Promise<void>;
}

export function findFdb(): FdbTarget | undefined {
  const clusterFile = Deno.env.get("FDB_CLUSTER_FILE");
  if (clusterFile) return { kind: "cluster", clusterFile };
  // Packages put the server beside the administrators' programs.
  const directories = [...(Deno.env.get("PATH") ?? "").split(delimiter), "/usr/sbin"];
  const [fdbserver, fdbcli] = ["fdbserver", "fdbcli"].map((name) => findFile(directories, name));
  return fdbserver !== undefined && fdbcli !== undefined ? { kind: "server", fdbserver, fdbcli } : undefined;
}

export async function startFdb(target: FdbTarget): Promise<FdbCluster> {
  if (target.kind === "cluster") return { clusterFile: target.clusterFile, stop: () => Promise.resolve() };
  const directory = await Deno.makeTempDir({ prefix: "degov_fdb_" });
  const address = `127.0.0.1:${freePort()}`;
  const clusterFile = join(directory, "fdb.cluster");
  await Deno.writeTextFile(clusterFile, `test:test@${address}\n`);
  const start = () =>
    new Deno.Command(target.fdbserver, {
      args: ["-p", address, "-C", clusterFile, "-d", join(directory, "data"), "-L", directory],
      stdout: "null",
      stderr: "null",
    }).spawn();
  let server = start();
  const kill = async () => {
    server.kill("SIGKILL");
    await server.status;
  };
  const crash = async () => {
    await kill();
    server = start();
  };
  const stop = async () => {
    await kill();
    await Deno.remove(directory, { recursive: true });
  };
  try {
    await configure(target.fdbcli, clusterFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { clusterFile, crash, stop };
}

/** Makes the new server a database of its own; fdbcli itself waits for the server to be there. */
async function configure(fdbcli: string, clusterFile: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(fdbcli, {
    args: ["-C", clusterFile, "--timeout", "30", "--exec", "configure new single ssd"],
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot configure the throw-away FoundationDB of ${clusterFile}: ${said}`);
}

function findFile(directories: readonly string[], name: string): string | undefined {
  for (const directory of directories) {
    const path = join(directory, name);
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

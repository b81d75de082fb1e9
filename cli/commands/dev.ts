import { Command } from "commander";
import { readEngineConfig } from "../../engine/config.ts";
import { openServer } from "../../engine/main.ts";
import { ENGINE_URL_DEFAULT, engineTransport } from "../../shared/client/transport.ts";
import { newToken } from "../../shared/ids.ts";
import { configureLog } from "../../shared/log.ts";
import { stopSignal } from "../../shared/program.ts";
import { EngineClient } from "../../worker/engine_client.ts";
import { spawnWorkerProcess } from "../../worker/process.ts";
import { Supervisor } from "../../worker/supervisor.ts";
import { COMMAND } from "../config.ts";
import type { Session } from "../session.ts";
import { workerCommandLine } from "../worker_command_line.ts";

interface DevFlags {
  listen: string;
  store: string;
  isolates: string;
  verbose?: boolean;
}

/** Engine in this process, a worker beside it: what `engine` and `worker` start on their own. */
export function devCommand(session: Session): Command {
  return new Command("dev")
    .summary("run engine, worker and dashboard, for development")
    .description(
      "Runs an engine with the embedded store, a worker and the dashboard until Ctrl+C. What is in the store is there " +
        "again the next time.",
    )
    .option("--listen <host:port>", "address to serve on", "127.0.0.1:7420")
    .option("--store <spec>", "sqlite:PATH, or memory: to forget everything at the end", "sqlite:.degov/dev.db")
    .option("--isolates <n>", "tasks that run at once; 0 means one per core", "0")
    .option("--verbose", "show what engine and worker log, not only warnings")
    .action(async (flags: DevFlags) => {
      await configureLog({ lowestLevel: flags.verbose ? "info" : "warning" });
      const config = readEngineConfig(
        ["--listen", flags.listen, "--store", flags.store, "--events", "1d"],
        session.environment,
      );
      const stopped = stopSignal();
      const server = await openServer(config);
      const args = ["--engine", server.url, "--isolates", flags.isolates];
      const quiet = flags.verbose ? [] : ["--log-level", "warning"];
      const supervisor = new Supervisor({
        processes: 1,
        client: new EngineClient(engineTransport([server.url])),
        newWorkerId: () => `dev-${newToken().slice(0, 8)}`,
        spawn: (workerId) => spawnWorkerProcess(workerId, [...args, ...quiet], workerCommandLine()),
      });
      const working = supervisor.run();
      greet(session, server.url, flags);
      await stopped;
      session.terminal.hint("Stopping");
      supervisor.stop();
      await working;
      await server.close();
    });
}

function greet({ terminal }: Session, url: string, { store }: DevFlags): void {
  terminal.show({ engine: url, dashboard: `${url}/`, store }, () => {
    const row = (name: string, text: string) => terminal.line(`  ${terminal.style("dim", name.padEnd(11))}${text}`);
    terminal.line(terminal.style("bold", "degov is ready"));
    row("engine", terminal.style("cyan", url));
    row("dashboard", terminal.style("cyan", `${url}/`));
    row("store", store);
    const elsewhere = url === ENGINE_URL_DEFAULT ? "" : ` --engine ${url}`;
    terminal.hint(`\nIn another terminal: ${COMMAND} apply examples/approval.yaml${elsewhere}   (Ctrl+C ends)`);
  });
}

import { deepEqual } from "node:assert/strict";
import type { AuditRecord } from "./audit_log.ts";
import { Gate } from "./gate.ts";
import { addToken, parseTokenFile } from "./token_file.ts";
import { TokenTable } from "./token_table.ts";

Deno.test("changes made on pages are recorded with who, what, to which and what came of it", async () => {
  const { token, text } = addToken("", { name: "carl", role: "client" });
  const records: AuditRecord[] = [];
  const audit = { record: (record: AuditRecord) => void records.push(record) };
  const gate = new Gate({ tokens: new TokenTable(parseTokenFile(text)), audit });
  const ask = async (method: string, path: string, status: number) => {
    const headers = { host: "127.0.0.1:7420", authorization: `Bearer ${token}` };
    const request = new Request(`http://127.0.0.1:7420${path}`, { method, headers });
    await gate.handle(request, { address: "127.0.0.1" }, () => new Response("", { status }));
  };
  await ask("GET", "/instances/i1", 200);
  await ask("POST", "/instances/i1/cancel", 303);
  await ask("POST", "/instances/i1/retry?x=secret", 409);
  deepEqual(records.map(({ caller, what, outcome }) => [caller?.name, what, outcome]), [
    ["carl", "POST /instances/i1/cancel", "ok"],
    ["carl", "POST /instances/i1/retry", "http_409"],
  ]);
});

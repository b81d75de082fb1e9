import { createHmac } from "node:crypto";
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { EXIT_CODES } from "../exit_code.ts";
import { say } from "../testing/command_fixture.ts";

Deno.test("webhook test shows how receivers answer an event that is signed as the engine signs", async () => {
  const { out: secret } = await say(["webhook", "secret"]);
  match(secret, /^whsec_[A-Za-z0-9+/]{43}=\n$/);
  const key = Uint8Array.fromBase64(secret.trim().slice("whsec_".length));
  const received: Request[] = [];
  const receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    const { headers } = request;
    const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
    const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
    received.push(request);
    const isRight = headers.get("webhook-signature") === expected && JSON.parse(body).workflow === "degov-test";
    return new Response(null, { status: new URL(request.url).pathname === "/busy" ? 503 : isRight ? 204 : 400 });
  });
  try {
    const url = `http://127.0.0.1:${receiver.addr.port}`;
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    const webhooks = [
      { name: "good", url: `${url}/`, secret: secret.trim(), workflows: ["order"] },
      { name: "busy", url: `${url}/busy`, secret: secret.trim() },
    ];
    await Deno.writeTextFile(file, JSON.stringify({ webhooks }));
    const listed = await say(["webhook", "list", "--file", file]);
    match(listed.out, /good +http:\S+ +order +all\nbusy +http:\S+ +all +all/);
    ok(!listed.out.includes("whsec_"));

    const all = await say(["webhook", "test", "--file", file]);
    equal(all.out, "ok     good: status 204\nfailed busy: status 503\n");
    equal(all.code, EXIT_CODES.failure.code);
    const one = await say(["webhook", "test", "good", "--file", file, "--json"]);
    deepEqual([one.code, JSON.parse(one.out)], [0, { webhook: "good", ok: true, answer: "status 204" }]);
    equal(received.length, 3);
    equal((await say(["webhook", "test", "none", "--file", file])).code, EXIT_CODES.notFound.code);
    await Deno.writeTextFile(file, "webhooks: [{ name: x, url: ftp://y }]");
    match((await say(["webhook", "list", "--file", file])).err, /webhooks\[0\]\.url must be an http or https address/);
  } finally {
    await receiver.shutdown();
  }
});

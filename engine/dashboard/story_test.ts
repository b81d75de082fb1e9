import { deepEqual, equal } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { Stories } from "./stories.ts";
import { emptyStory, type Story, takenKey, tell } from "./story.ts";

async function ran(): Promise<EngineFixture> {
  const fixture = await EngineFixture.open();
  await fixture.register(chain("two", 2));
  await fixture.start("two", "i1", { value: 1 });
  const worker = await fixture.worker("w1");
  const [first] = (await worker.poll()).tasks;
  await worker.fail(first);
  await fixture.clock.advance(2_000);
  const [again] = (await worker.poll()).tasks;
  await worker.complete(again, 7);
  const [second] = (await worker.poll()).tasks;
  await worker.fail(second, "BAD", { retryable: false });
  return fixture;
}

Deno.test("tell() makes visits, attempts and transitions of a history", async () => {
  const fixture = await ran();
  const story = emptyStory();
  const { records } = await fixture.engine.instances.history("i1", 0, 100);
  tell(story, records);
  deepEqual(story.visits.map(({ state, leftBy, isFailed }) => [state, leftBy, isFailed]), [
    ["s1", "complete", false],
    ["s2", undefined, true],
  ]);
  const [task] = story.visits[0].tasks;
  equal(task.outcome, "completed");
  deepEqual(task.attempts.map(({ number, isFailed, workerId }) => [number, isFailed, workerId]), [
    [1, true, "w1"],
    [2, false, "w1"],
  ]);
  deepEqual([...story.taken], [[takenKey("s1", "complete", "s2"), 1]]);
  deepEqual([...story.failed], ["s2"]);
  await fixture.close();
});

Deno.test("[Y1] a story taken up again equals one folded at once", async () => {
  const fixture = await ran();
  const { records } = await fixture.engine.instances.history("i1", 0, 100);
  const whole = emptyStory();
  tell(whole, records);
  for (let cut = 0; cut <= records.length; cut++) {
    const parts: Story = emptyStory();
    tell(parts, records.slice(0, cut));
    tell(parts, records); // those taken in already are passed over
    deepEqual(parts, whole);
  }
  await fixture.close();
});

Deno.test("[Y2] a story holds no payloads", async () => {
  const fixture = await EngineFixture.open();
  await fixture.register(chain("one", 1));
  await fixture.start("one", "i1", { value: "secret input" });
  const worker = await fixture.worker("w1");
  const [task] = (await worker.poll()).tasks;
  await worker.complete(task, "secret output");
  const story = await new Stories(fixture.engine).of(await fixture.engine.instances.get("i1"));
  equal(story.sequence, 2);
  equal(JSON.stringify(story.visits).includes("secret"), false);
  await fixture.close();
});

Deno.test("Stories.of() reads on where it stopped, once for all who ask", async () => {
  const fixture = await EngineFixture.open();
  await fixture.register({
    name: "w",
    initial: "a",
    states: { a: { on: { e: [{ target: "b" }] } }, b: { on: { e: [{ target: "a" }] } } },
  });
  await fixture.start("w", "i1");
  const stories = new Stories(fixture.engine);
  const step = () => fixture.engine.instances.send({ instanceId: "i1", name: "e", data: null, keep: false });
  for (let index = 0; index < 5; index++) {
    await step();
    const instance = await fixture.engine.instances.get("i1");
    const all = await Promise.all([stories.of(instance), stories.of(instance), stories.of(instance)]);
    for (const story of all) deepEqual([story.sequence, story.visits.length], [index + 2, index + 2]);
  }
  await fixture.close();
});

import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { Queue } from "./queue.ts";

Deno.test("Queue behaves as an array does", () => {
  const command = fc.oneof(
    fc.record({ op: fc.constant("push" as const), item: fc.nat(20) }),
    fc.record({ op: fc.constant("unshift" as const), items: fc.array(fc.nat(20), { maxLength: 4 }) }),
    fc.record({ op: fc.constant("shift" as const) }),
    fc.record({ op: fc.constant("remove" as const), item: fc.nat(20) }),
    fc.record({ op: fc.constant("drain" as const) }),
  );
  fc.assert(fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
    const queue = new Queue<number>();
    let model: number[] = [];
    for (const step of commands) {
      switch (step.op) {
        case "push":
          queue.push(step.item);
          model.push(step.item);
          break;
        case "unshift":
          queue.unshift(step.items);
          model.unshift(...step.items);
          break;
        case "shift":
          assert.equal(queue.shift(), model.shift());
          break;
        case "remove": {
          const index = model.indexOf(step.item);
          assert.equal(queue.remove(step.item), index >= 0);
          if (index >= 0) model.splice(index, 1);
          break;
        }
        case "drain":
          assert.deepEqual(queue.drain(), model);
          model = [];
      }
      assert.equal(queue.length, model.length);
      assert.equal(queue.peek(), model[0]);
    }
  }));
});

Deno.test("Queue gives back the room of what was taken", () => {
  const queue = new Queue<number>();
  for (let i = 0; i < 10_000; i++) {
    queue.push(i);
    assert.equal(queue.shift(), i);
  }
  assert.equal(queue.length, 0);
});

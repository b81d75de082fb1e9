import { deepEqual, throws } from "node:assert/strict";
import { fromBinary, fromJson, type JsonValue as ProtoJson, toBinary, toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "npm:fast-check@4.10.2";
import type { JsonValue } from "./json.ts";
import { fromValueMessage, toValueMessage } from "./value_message.ts";

Deno.test("toValueMessage() and fromValueMessage() do as the library does, for any JSON value", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
    const value = JSON.parse(JSON.stringify(json)) as JsonValue;
    const bytes = toBinary(ValueSchema, toValueMessage(value));
    deepEqual(toJson(ValueSchema, fromBinary(ValueSchema, bytes)), value);
    deepEqual(fromValueMessage(fromJson(ValueSchema, value as ProtoJson)), value);
    deepEqual(fromValueMessage(fromBinary(ValueSchema, bytes)), value);
  }));
});

Deno.test("a member named __proto__ stays a member", () => {
  const value = JSON.parse('{"__proto__":{"admin":true}}');
  const back = fromValueMessage(toValueMessage(value));
  deepEqual(JSON.stringify(back), '{"__proto__":{"admin":true}}');
  deepEqual(Object.getPrototypeOf(back), Object.prototype);
});

Deno.test("fromValueMessage() refuses what is no JSON value", () => {
  const message = (kind: Value["kind"]): Value => ({ $typeName: "google.protobuf.Value", kind });
  throws(() => fromValueMessage(message({ case: undefined })), TypeError);
  throws(() => fromValueMessage(message({ case: "numberValue", value: NaN })), TypeError);
});

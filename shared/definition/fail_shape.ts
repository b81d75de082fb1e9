/** The shape of an action that fails. */

import { ERROR_MESSAGE_CHARS_MAX, FAILURE_CODE_CHARS_MAX } from "../limits.ts";
import type { FailDefinition, TextDefinition } from "./definition.ts";
import { COMPUTED } from "./data_action_shape.ts";
import { text } from "./scalar_shape.ts";
import { either, followedBy, isObject, record, type Shape } from "./shape.ts";

/** A text as it is, or `{expression: ...}`. `what` has an article. */
function textOrExpression(what: string, charsMax: number): Shape<TextDefinition> {
  return either<TextDefinition>(`${what}: a text, or an object with an expression`, [
    { when: (value) => typeof value === "string", shape: text(what, charsMax) },
    { when: isObject, shape: COMPUTED },
  ]);
}

/** A failure; a text stands for its code. */
export const FAIL: Shape<FailDefinition> = either<FailDefinition>("a failure: its code, or an object", [
  {
    when: (value) => typeof value === "string",
    shape: followedBy(text("a failure's code", FAILURE_CODE_CHARS_MAX), (code) => ({ code })),
  },
  {
    when: isObject,
    shape: followedBy(
      record<FailDefinition>("a failure", {
        code: {
          about: "what transitions for error, and a parent's, tell it by",
          shape: textOrExpression("a failure's code", FAILURE_CODE_CHARS_MAX),
          required: true,
        },
        message: {
          about: "for people; names the state if not given",
          shape: textOrExpression("a failure's message", ERROR_MESSAGE_CHARS_MAX),
        },
      }, { alsoKnownAs: { Error: "code", error: "code", codes: "code", Cause: "message", cause: "message" } }),
      (fail) => fail as FailDefinition,
    ),
  },
]);

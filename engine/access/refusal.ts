/** What is refused before a call is looked at, in Connect's form of errors. */

const STATUS = {
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  deadline_exceeded: 408,
  resource_exhausted: 429,
} as const;

export type RefusalCode = keyof typeof STATUS;

export function refuse(code: RefusalCode, message: string, headers: Record<string, string> = {}): Response {
  return Response.json({ code, message }, { status: STATUS[code], headers });
}

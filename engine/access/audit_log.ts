/**
 * Who did what, when, and what came of it: one log record for each change and each refusal, in the category
 * `degov.audit`. Ids and names only; never input, data, definitions or tokens.
 */

import { getLogger } from "@logtape/logtape";
import type { Identity } from "./role.ts";

const logger = getLogger(["degov", "audit"]);

export interface AuditRecord {
  /** Absent where nobody could be told. */
  caller?: Identity;
  /** Method or page. */
  what: string;
  /** Ids and names of what it was done to. */
  target?: Readonly<Record<string, string>>;
  /** `ok`, or the code of the error. */
  outcome: string;
  address?: string;
}

export interface AuditLog {
  record(record: AuditRecord): void;
}

export const loggedAudit: AuditLog = {
  record({ caller, what, target, outcome, address }) {
    logger.info("{caller} ({role}) {what}: {outcome}", {
      caller: caller?.name ?? "somebody",
      role: caller?.role ?? "none",
      what,
      outcome,
      ...(target === undefined ? {} : { target }),
      ...(address === undefined ? {} : { address }),
    });
  },
};

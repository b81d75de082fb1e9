/** Who may do what: roles of tokens, and what a call or page asks for. */

/** What a token or certificate stands for. */
export const ROLES = ["admin", "client", "viewer", "worker"] as const;
export type Role = typeof ROLES[number];

/** What a call or page asks for; `public` asks for nothing. */
export type Access = Role | "public";

/** Roles that satisfy what is asked for: admins may do all, clients may also look, workers only work. */
const SATISFIED_BY: { readonly [access in Role]: ReadonlySet<Role> } = {
  admin: new Set(["admin"]),
  client: new Set(["admin", "client"]),
  viewer: new Set(["admin", "client", "viewer"]),
  worker: new Set(["admin", "worker"]),
};

export function isAllowed(role: Role, access: Access): boolean {
  return access === "public" || SATISFIED_BY[access].has(role);
}

/** The roles that would do, for messages. */
export function rolesFor(access: Role): string {
  return [...SATISFIED_BY[access]].reverse().join(" or ");
}

export function isRole(text: unknown): text is Role {
  return ROLES.includes(text as Role);
}

/** Who a request comes from. */
export interface Identity {
  /** Name of the token, or of the certificate's subject. */
  readonly name: string;
  readonly role: Role;
}

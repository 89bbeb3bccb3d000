/** Scopes of a key: each allows one kind of request. */
export const scopes = [
  "enrol",
  "verify",
  "identify",
  "read",
  "delete",
  /** Tells the caller distances and false match rates, from which a template can be rebuilt. */
  "scores",
  /** Answers and accepts embeddings, which are as private as photos. */
  "embeddings",
  /** Allows the tenant's keys, settings, audit trail and export. */
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

/** What a key may do. */
export const scopes = [
  "enrol",
  "verify",
  "identify",
  "read",
  "delete",
  /** To be told distances and false match rates, from which a template can be rebuilt. */
  "scores",
  /** To be given embeddings and to send them, which are as private as photos. */
  "embeddings",
  /** The tenant's keys, settings, audit trail and export. */
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

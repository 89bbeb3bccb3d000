/**
 * Tables of a directory. The first write makes them: an object that was only asked leaves nothing behind, so a
 * stranger's guesses at tenants' names cost no storage.
 */
export const schema = `
CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), tenant TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tenant (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS api_key (
  id TEXT PRIMARY KEY, hash BLOB NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL, expires_at_ms INTEGER, revoked_at_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signing_key (
  id TEXT PRIMARY KEY, public_key BLOB NOT NULL, kek_id TEXT NOT NULL, wrapped BLOB NOT NULL,
  created_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS subject (
  id TEXT PRIMARY KEY, failures INTEGER NOT NULL, last_failure_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS face (
  subject_id TEXT NOT NULL, face_id TEXT NOT NULL, model TEXT NOT NULL, created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER, key_id TEXT NOT NULL, kek_id TEXT NOT NULL, wrapped BLOB NOT NULL,
  sealed BLOB NOT NULL, sealed_metadata BLOB,
  consent_version TEXT, consent_purpose TEXT, consent_at_ms INTEGER,
  PRIMARY KEY (subject_id, face_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS face_by_kek ON face (kek_id);
CREATE INDEX IF NOT EXISTS face_by_expiry ON face (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, subject_id TEXT NOT NULL, uses_left INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_by_subject ON session (subject_id);
CREATE INDEX IF NOT EXISTS session_by_expiry ON session (expires_at_ms);
CREATE TABLE IF NOT EXISTS audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  subject_id TEXT, face_id TEXT, outcome TEXT NOT NULL, request_id TEXT NOT NULL, template TEXT
);
CREATE TABLE IF NOT EXISTS outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, operation TEXT NOT NULL,
  subject_id TEXT NOT NULL, face_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS enrolment_request (
  subject_id TEXT NOT NULL, key_hash TEXT NOT NULL, content_hash TEXT NOT NULL,
  face_id TEXT NOT NULL, model TEXT NOT NULL, created_at_ms INTEGER NOT NULL, expires_at_ms INTEGER,
  kept_until_ms INTEGER NOT NULL,
  PRIMARY KEY (subject_id, key_hash)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS enrolment_request_by_end ON enrolment_request (kept_until_ms);
CREATE TABLE IF NOT EXISTS audit_rule (id INTEGER PRIMARY KEY CHECK (id = 1), seconds INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS gallery (
  id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, applied_through INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS sketch (
  subject_id TEXT NOT NULL, seq INTEGER NOT NULL, face_id TEXT NOT NULL,
  expires_at_ms INTEGER, sealed BLOB NOT NULL,
  PRIMARY KEY (subject_id, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sketch_by_expiry ON sketch (expires_at_ms) WHERE expires_at_ms IS NOT NULL;
CREATE TABLE IF NOT EXISTS verification_request (
  subject_id TEXT NOT NULL, key_hash TEXT NOT NULL, content_hash TEXT NOT NULL, face_id TEXT NOT NULL,
  sealed BLOB NOT NULL, kept_until_ms INTEGER NOT NULL,
  PRIMARY KEY (subject_id, key_hash)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS verification_request_by_end ON verification_request (kept_until_ms);
CREATE TABLE IF NOT EXISTS live_rate (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS score_trend (
  subject_id TEXT PRIMARY KEY, matches INTEGER NOT NULL, first REAL NOT NULL, recent REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS challenge (
  session_id TEXT PRIMARY KEY, poses TEXT NOT NULL, expires_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS challenge_by_expiry ON challenge (expires_at_ms);
CREATE TABLE IF NOT EXISTS unused_rule (id INTEGER PRIMARY KEY CHECK (id = 1), seconds INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS last_use (subject_id TEXT PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS last_use_by_day ON last_use (day);
`;

/** True when anything was ever written. */
export function hasSchema(sql: SqlStorage): boolean {
  return has(sql, "outbox");
}

/** Columns that were added to tables of an earlier version. */
const addedColumns = [["audit", "template", "TEXT"]] as const;

/** Makes the tables and columns that a directory of an earlier version lacks. */
export function complete(sql: SqlStorage): void {
  // Each was the newest table of some version.
  const newest = ["verification_request", "challenge", "last_use", "live_rate", "score_trend"];
  if (newest.some((table) => !has(sql, table))) sql.exec(schema);
  for (const [table, column, type] of addedColumns) {
    if (!hasColumn(sql, table, column)) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
}

function has(sql: SqlStorage, name: string): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name).toArray().length > 0;
}

function hasColumn(sql: SqlStorage, table: string, column: string): boolean {
  return sql.exec("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column).toArray().length > 0;
}

/** Challenges of liveness sessions: each session has one at a time, and a use takes it away. */
import type { Challenge } from "../../../face/liveness/challenge.ts";
import type { SessionRow } from "../data.ts";

export function insertChallenge(
  sql: SqlStorage,
  { id, expiresAtMs }: Pick<SessionRow, "id" | "expiresAtMs">,
  challenge: Challenge,
  nowMs: number,
): void {
  sql.exec("DELETE FROM challenge WHERE expires_at_ms <= ?", nowMs);
  sql.exec(
    "INSERT INTO challenge (session_id, poses, expires_at_ms) VALUES (?, ?, ?)",
    id,
    challenge.join(),
    expiresAtMs,
  );
}

/** Puts the next challenge in the place of the session's, and answers the one that was there; undefined for none. */
export function replaceChallenge(sql: SqlStorage, sessionId: string, next: Challenge): Challenge | undefined {
  const [row] = sql.exec("SELECT poses FROM challenge WHERE session_id = ?", sessionId).toArray();
  if (row === undefined) return undefined;
  sql.exec("UPDATE challenge SET poses = ? WHERE session_id = ?", next.join(), sessionId);
  return (row.poses as string).split(",") as unknown as Challenge;
}

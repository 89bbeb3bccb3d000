/** Shared by the rehearsals of releases: callers' embeddings, answers, and whether the earlier commit is in this clone. */
import { spawnSync } from "node:child_process";
import type * as wire from "../../../client/wire.ts";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import manifest from "../../../model/networks/manifest.json" with { type: "json" };
import { encoderInUse, recognisabilityIn } from "../../../src/models.ts";
import { ordinaryEmbedding } from "../../fixtures/people/embeddings.ts";
import { repository } from "../setting.ts";

const encoder = encoderInUse(manifest);
const recognisability = recognisabilityIn(manifest);

/** A person's embedding: seeds that differ are strangers. */
export function person(seed: number) {
  const values = ordinaryEmbedding(recognisability, encoder.embeddingLength, seededRandom(seed));
  const embedding = Buffer.from(values.buffer).toString("base64");
  return { embedding, model: encoder.id };
}

/** True when the commit can be checked out. */
export function hasCommit(commit: string): boolean {
  return spawnSync("git", ["cat-file", "-e", `${commit}^{commit}`], { cwd: repository }).status === 0;
}

/** Answer of any call. Which fields its body has depends on the call. */
export interface Answer {
  readonly status: number;
  readonly body: Partial<
    Pick<wire.NewTenant, "key"> &
      Pick<wire.Enrolment, "face_id"> &
      Pick<wire.Verification, "match" | "receipt"> &
      Pick<wire.Identification, "candidates"> &
      Pick<wire.Subject, "faces"> &
      Pick<wire.Session, "token"> &
      Pick<wire.Deletion, "certificate"> &
      Pick<wire.AuditPage, "entries"> &
      Pick<wire.Doctor, "checks"> &
      Pick<wire.JsonWebKeySet, "keys">
  >;
}

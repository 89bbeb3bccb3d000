/**
 * Keeps copies of sealed records in Workers KV. No other file knows KV.
 *
 * Each face has its own key, so simultaneous enrolments cannot overwrite each other. The value is in base64: KV
 * fetches up to 100 values in one operation, as text only.
 *
 * KV is eventually consistent: another location may miss a new face, or still see a removed one, for 60 s or more.
 *
 * KV spreads over all locations. A tenant with a jurisdiction therefore has no copies: nothing of it is written to KV,
 * read from it or removed, whatever is asked here.
 */
import { decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import type { FaceId } from "../ids.ts";
import { jurisdictionOf } from "../jurisdiction.ts";
import { faceKey } from "./keys.ts";
import { noCopies, type RecordCopies } from "./record-copies.ts";

/** Most keys that KV reads in one operation. */
const maxKeysPerGet = 100;
const shortestExpirySeconds = 60;
/** Latest expiry, 2038-01-19: KV takes it as a signed 32-bit number. */
const latestExpirySeconds = 2 ** 31 - 1;

/** @param kv null where the service runs without KV: there are no copies then */
export function createKvCopies(kv: KVNamespace | null, clock: () => number = Date.now): RecordCopies {
  if (kv === null) return noCopies;
  return {
    async write(tenant, subjectId, faceId, sealed, expiresAtMs) {
      if (jurisdictionOf(tenant) !== undefined) return;
      // The directory decides what has expired; KV's own expiry only cleans up after it.
      const expiration = expiresAtMs === null ? undefined : Math.ceil(expiresAtMs / 1000);
      const expires =
        expiration !== undefined &&
        expiration > clock() / 1000 + shortestExpirySeconds &&
        expiration <= latestExpirySeconds;
      await kv.put(faceKey(tenant, subjectId, faceId), encodeBase64(sealed), expires ? { expiration } : {});
    },

    async remove(tenant, subjectId, faceId) {
      if (jurisdictionOf(tenant) !== undefined) return;
      await kv.delete(faceKey(tenant, subjectId, faceId));
    },

    async read(tenant, subjectId, faceIds) {
      if (jurisdictionOf(tenant) !== undefined) return new Map();
      const batches: FaceId[][] = [];
      for (let start = 0; start < faceIds.length; start += maxKeysPerGet) {
        batches.push(faceIds.slice(start, start + maxKeysPerGet));
      }
      const keyOf = (faceId: FaceId) => faceKey(tenant, subjectId, faceId);
      const values = await Promise.all(batches.map((batch) => kv.get(batch.map(keyOf), "text")));
      const found = new Map<FaceId, Bytes>();
      for (const [i, batch] of batches.entries()) {
        for (const faceId of batch) {
          const text = values[i].get(keyOf(faceId));
          const bytes = text === null || text === undefined ? undefined : decodeBase64(text);
          if (bytes !== undefined) found.set(faceId, bytes);
        }
      }
      return found;
    },
  };
}

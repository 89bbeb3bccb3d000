/**
 * Finds enrolled faces whose embeddings do not tell whose they are, for people to enrol again. Nothing is changed.
 *
 * A face is judged by the recognisability in its record or, where the record has none, by its embedding alone. The judgement
 * needs the exact embedding, which only the Worker opens: a directory holds sealed records without their keys, and
 * a gallery has codes of 8 bits and no measures. The records of one page pass through the Worker as those of an export do,
 * and no embedding leaves it.
 */
import type { RandomBytes } from "../../crypto/random.ts";
import { ok, type Result } from "../../errors.ts";
import { isRecognisable, recognisabilityOfSide } from "../../face/quality/recognisability.ts";
import type { RecognisabilityModel } from "../../face/quality/recognisability-model.ts";
import { type Caller, contextOf } from "../caller.ts";
import type { FaceName, FaceRow } from "../directory/data.ts";
import type { AdministrationDirectory, EnrolmentDirectory, OpenDirectory } from "../directory/types.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import { openFace } from "../records/sealed-face.ts";
import { placeOf, readFacePage } from "./face-pages.ts";
import type { StoreDeps } from "./tenant-store.ts";

export interface UnrecognisableFace {
  readonly subjectId: SubjectId;
  readonly faceId: FaceId;
  readonly createdAt: Date;
  /** 0..1, below the encoder's limit. */
  readonly recognisability: number;
  /** Origin of the number: measured from the photo at its enrolment, or computed from the embedding now. */
  readonly judgedBy: "photo" | "embedding";
}

export interface Review {
  readonly unrecognisable: readonly UnrecognisableFace[];
  /** Number of faces that were looked at. */
  readonly lookedAt: number;
  /** Number of those that were not judged: made by another model, or damaged. */
  readonly notJudged: number;
  /** Number of those whose key-encryption key is not at hand; they are not judged either. */
  readonly withoutKek: number;
}

export interface ReviewPage extends Review {
  /** Cursor of the next page; null after the last page. */
  readonly nextCursor: string | null;
}

export interface EnrolledReview {
  /** Looks at a page of at most `limit` faces. Fails with `invalid_request` for a cursor that no page gave out. */
  page(page: { limit: number; cursor?: string | undefined }): Promise<Result<ReviewPage>>;
  /** Looks at a sample of at most `limit` faces, from a random place of a random shard on. */
  sample(limit: number): Promise<Review>;
}

export type OpenReview = (caller: Caller) => EnrolledReview;

export interface ReviewDeps extends Pick<StoreDeps, "ring" | "clock"> {
  readonly openDirectory: OpenDirectory<
    Pick<EnrolmentDirectory, "listFaces"> & Pick<AdministrationDirectory, "note">
  >;
  readonly recognisability: RecognisabilityModel;
  /** The `model` of the embeddings that can be judged. */
  readonly encoderId: string;
  readonly randomBytes: RandomBytes;
}

export function createReviewOpener(deps: ReviewDeps): OpenReview {
  const { openDirectory, ring, clock, recognisability: model, encoderId, randomBytes } = deps;

  return (caller) => {
    const { tenant } = caller;
    const { shards } = caller.settings;
    const read = (shard: number, after: FaceName | null, limit: number) =>
      readFacePage(openDirectory, { tenant, shards }, { shard, after }, limit, clock().getTime());

    /** Judges a face; undefined for one of another model, or a damaged one. */
    async function judge(row: FaceRow): Promise<UnrecognisableFace | "recognisable" | undefined> {
      const opened = await openFace(tenant, row, row.sealed, ring);
      if (!opened.ok) return undefined;
      const { subjectId, faceId, embedding, createdAt, quality } = opened.value;
      if (embedding.model !== encoderId) return undefined;
      const measured = quality?.recognisability;
      const recognisability = recognisabilityOfSide(model, { embedding, recognisability: measured });
      // An embedding of another length has no recognisability.
      if (Number.isNaN(recognisability)) return undefined;
      if (isRecognisable(model, recognisability)) return "recognisable";
      const judgedBy = measured === undefined ? "embedding" : "photo";
      return { subjectId, faceId, createdAt, recognisability, judgedBy };
    }

    async function review(rows: readonly FaceRow[]): Promise<Review> {
      const judged = await Promise.all(rows.map(judge));
      const unrecognisable = judged.filter((face) => typeof face === "object");
      const notJudged = judged.filter((face) => face === undefined).length;
      const known = await Promise.all(rows.map(({ kekId }) => ring.knows(kekId)));
      // A directory that has no face to look at is not written to: its tenant may not exist.
      if (rows.length > 0) {
        const outcome = `looked at ${rows.length}, found ${unrecognisable.length}`;
        await openDirectory(tenant, 0).note("faces.review", outcome, contextOf(caller, clock()));
      }
      const withoutKek = known.filter((isKnown) => !isKnown).length;
      return { unrecognisable, lookedAt: rows.length, notJudged, withoutKek };
    }

    return {
      async page({ limit, cursor }) {
        const start = placeOf(cursor, shards);
        if (!start.ok) return start;
        const { rows, nextCursor } = await read(start.value.shard, start.value.after, limit);
        return ok({ ...(await review(rows)), nextCursor });
      },

      async sample(limit) {
        const { shard, after } = randomPlace(shards, randomBytes);
        const { rows } = await read(shard, after, limit);
        if (rows.length === limit) return review(rows);
        const known = new Set(rows.map(nameOf));
        const first = await read(0, null, limit - rows.length);
        return review([...rows, ...first.rows.filter((row) => !known.has(nameOf(row)))]);
      },
    };
  };
}

const nameOf = ({ subjectId, faceId }: FaceRow) => `${subjectId}!${faceId}`;

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLetters = 8;

/** Draws a place: uniform where subjects have random names, and often a shard's beginning where all names begin alike. */
function randomPlace(shards: number, randomBytes: RandomBytes): { shard: number; after: FaceName } {
  const [high, low, ...rest] = randomBytes(2 + randomLetters);
  const name = rest.map((byte) => letters[byte % letters.length]).join("");
  return { shard: (256 * high + low) % shards, after: [name as SubjectId, "-" as FaceId] };
}

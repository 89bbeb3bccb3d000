/** Sketches and answers that the directory keeps beside a subject's faces, opened and sealed for one attempt. */
import type { KeyRing } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { Capture } from "../../face/replay/capture.ts";
import { copyFinder } from "../../face/replay/copy.ts";
import { readSketch, type Sketch, writeSketch } from "../../face/replay/sketch.ts";
import type { AttemptFace, SealedAnswer, SealedSketch, VerificationRequest } from "../directory/data.ts";
import type { FaceId, TenantId } from "../ids.ts";
import { type Beside, openBeside, sealBeside } from "../records/sealed-face.ts";
import type { AttemptOutcome, KeptAnswer } from "./store.ts";

export interface KeptBeside {
  /** Takes in sketches. Fails with `corrupt_record`, or `not_ready` for a face that is none of the keys'. */
  take(sketches: readonly SealedSketch[]): Promise<Result<void>>;
  /** Number of the last sketch that was taken in. */
  seenThrough(): number;
  /** True when the capture is a copy of one whose sketch was taken in. */
  isCopy(capture: Capture): boolean;
  /** Fails as `take` does. */
  openAnswer(answer: SealedAnswer): Promise<Result<KeptAnswer>>;
  /** Seals what is to be kept with the closest face's data key. Fails with `corrupt_record`. */
  seal(outcome: AttemptOutcome): Promise<Result<Sealed>>;
}

interface Sealed {
  readonly sketch: Bytes | null;
  readonly request: VerificationRequest | null;
}

export function createKeptBeside(
  tenant: TenantId,
  keys: readonly AttemptFace[],
  ring: KeyRing,
  random: RandomBytes,
): KeptBeside {
  const taken: Sketch[] = [];
  let seenThrough = 0;
  const keyOf = (faceId: FaceId) => keys.find((key) => key.faceId === faceId);

  async function openAll(beside: Beside, faceId: FaceId, sealed: readonly Bytes[]): Promise<Result<Bytes[]>> {
    const key = keyOf(faceId);
    if (key !== undefined) return openBeside(beside, tenant, key, sealed, ring);
    return fail({ code: "not_ready", reason: "a face was enrolled or has expired during the attempt" });
  }

  async function sealOne(beside: Beside, faceId: FaceId, plain: Bytes): Promise<Result<Bytes>> {
    const key = keyOf(faceId);
    if (key === undefined) throw new Error("the closest face is none of those that were compared");
    return sealBeside(beside, tenant, key, plain, ring, random);
  }

  return {
    async take(sketches) {
      const byFace = Map.groupBy(sketches, ({ faceId }) => faceId);
      const opened = await Promise.all(
        [...byFace].map(([faceId, own]) =>
          openAll(
            "sketch",
            faceId,
            own.map(({ sealed }) => sealed),
          ),
        ),
      );
      for (const plain of opened) {
        if (!plain.ok) return plain;
        // A sketch of another version is not compared.
        taken.push(...plain.value.map(readSketch).filter((sketch) => sketch !== undefined));
      }
      seenThrough = sketches.at(-1)?.seq ?? seenThrough;
      return ok(undefined);
    },
    seenThrough: () => seenThrough,
    isCopy: (capture) => taken.length > 0 && taken.some(copyFinder(capture)),

    async openAnswer({ contentHash, faceId, sealed }) {
      const opened = await openAll("answer", faceId, [sealed]);
      if (!opened.ok) return opened;
      return ok({ contentHash, answer: new TextDecoder().decode(opened.value[0]) });
    },

    async seal({ closest, capture, request }) {
      const sketch = capture ? await sealOne("sketch", closest, writeSketch(capture)) : ok(null);
      if (!sketch.ok) return sketch;
      if (request === undefined) return ok({ sketch: sketch.value, request: null });
      const { keyHash, contentHash, answer } = request;
      const text = new Uint8Array(new TextEncoder().encode(answer));
      const sealed = await sealOne("answer", closest, text);
      if (!sealed.ok) return sealed;
      return ok({ sketch: sketch.value, request: { keyHash, contentHash, sealed: sealed.value } });
    },
  };
}

/** Enrolled faces whose embeddings do not tell whose they are. */
import type { OpenReview, UnrecognisableFace } from "../../../identity/store/enrolled-review.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import { checkQuery } from "../../request/input.ts";
import type { reviewAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";
import { listQuerySchema, type PageSizes } from "../../schemas/requests.ts";

interface ReviewDeps {
  readonly openReview: OpenReview;
  readonly config: PageSizes;
}

/** GET /v1/faces/unrecognizable?limit&cursor: `limit` is the number of faces to look at. */
export function listUnrecognisable({ openReview, config }: ReviewDeps): Handler {
  const querySchema = listQuerySchema(config);
  return async (c) => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const page = await openReview(callerOf(c)).page(query.value);
    if (!page.ok) return refuse(c, page.failure);
    const { unrecognisable, lookedAt, notJudged, nextCursor } = page.value;
    return answer(c, 200, {
      faces: unrecognisable.map(faceBody),
      looked_at: lookedAt,
      ...(notJudged === 0 ? {} : { not_judged: notJudged }),
      next_cursor: nextCursor,
    } satisfies Body<typeof reviewAnswerSchema>);
  };
}

function faceBody({ subjectId, faceId, createdAt, recognisability, judgedBy }: UnrecognisableFace) {
  return {
    subject_id: subjectId,
    face_id: faceId,
    created_at: createdAt.toISOString(),
    recognisability: Number(recognisability.toFixed(3)),
    judged_by: judgedBy,
  };
}

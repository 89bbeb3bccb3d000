/** Subjects whose scores have fallen, for operators to ask for a new photo. */
import { type Calibration, thresholdAt } from "../../../face/decision/calibration.ts";
import { distanceBody } from "../../../rendering/decision-body.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { checkQuery } from "../../request/input.ts";
import type { ageingAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";
import { listQuerySchema, type PageSizes } from "../../schemas/requests.ts";

interface AgeingDeps {
  readonly calibration: Calibration;
  readonly config: PageSizes;
}

/** GET /v1/ageing?limit&cursor */
export function listAgeing({ calibration, config }: AgeingDeps): Handler {
  const querySchema = listQuerySchema(config);
  return async (c) => {
    const query = checkQuery(c, querySchema);
    if (!query.ok) return refuse(c, query.failure);
    const threshold = thresholdAt(calibration, c.var.settings.maxFmr);
    if (!threshold.ok) return refuse(c, threshold.failure);
    const page = await c.var.store.listAgeing(threshold.value, query.value);
    if (!page.ok) return refuse(c, page.failure);
    return answer(c, 200, {
      subjects: page.value.subjects.map(({ subjectId, trend: { matches, first, recent } }) => ({
        subject_id: subjectId,
        matches,
        first: Number(first.toFixed(3)),
        recent: Number(recent.toFixed(3)),
      })),
      threshold: distanceBody(threshold.value),
      next_cursor: page.value.nextCursor ?? null,
    } satisfies Body<typeof ageingAnswerSchema>);
  };
}

/** Routes that tell whether the service is alive, and whether it is ready. Neither asks for a key. */
import type { Pipeline } from "../../pipeline.ts";
import { answer, refuse } from "../answer.ts";
import type { Handler } from "../app-env.ts";
import type { Body, healthAnswerSchema, readinessAnswerSchema } from "../schemas/answers.ts";

/** GET /healthz */
export function health(): Handler {
  return async (c) => answer(c, 200, { status: "ok" } satisfies Body<typeof healthAnswerSchema>);
}

interface ReadinessDeps {
  readonly pipeline: Pick<Pipeline, "warmUp">;
}

/** GET /readyz: loads the models if they are not, and names them. */
export function readiness({ pipeline }: ReadinessDeps): Handler {
  return async (c) => {
    const models = await pipeline.warmUp();
    if (!models.ok) return refuse(c, models.failure);
    return answer(c, 200, {
      status: "ready",
      models: models.value.map(({ id, role, sha256 }) => ({ id, role, sha256 })),
    } satisfies Body<typeof readinessAnswerSchema>);
  };
}

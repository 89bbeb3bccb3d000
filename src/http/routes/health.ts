/** Alive, and ready. Neither asks for a key. */
import type { Context } from "hono";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Deps } from "../deps.ts";
import type { Body, healthAnswerSchema, readinessAnswerSchema } from "../schemas/answers.ts";

/** GET /healthz */
export function health(c: Context<AppEnv>): Response {
  return answer(c, 200, { status: "ok" } satisfies Body<typeof healthAnswerSchema>);
}

/** GET /readyz: loads the models if they are not, and names them. */
export function readiness({ pipeline }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const models = await pipeline.warmUp();
    if (!models.ok) return refuse(c, models.failure);
    return answer(c, 200, {
      status: "ready",
      models: models.value.map(({ id, role, sha256 }) => ({ id, role, sha256 })),
    } satisfies Body<typeof readinessAnswerSchema>);
  };
}

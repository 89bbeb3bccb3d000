/** Names the caller that a key stands for, and shows the deployment's own key the result of every check. */
import type { Config } from "../../../config.ts";
import type { Examine } from "../../../doctor.ts";
import { answer } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import type { doctorAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

interface DoctorDeps {
  readonly examine: Examine;
  readonly config: Pick<Config, "environment">;
  readonly clock: () => Date;
}

/** GET /v1/doctor */
export function doctor({ examine, config, clock }: DoctorDeps): Handler {
  return async (c) => {
    const { principal } = c.var;
    const checks = principal.kind === "root" ? { checks: await examine(callerOf(c)) } : {};
    return answer(c, 200, {
      now: clock().toISOString(),
      environment: config.environment,
      tenant_id: principal.tenant,
      actor: principal.actor,
      scopes: [...principal.scopes],
      ...checks,
    } satisfies Body<typeof doctorAnswerSchema>);
  };
}

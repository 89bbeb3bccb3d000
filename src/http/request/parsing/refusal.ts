/** Refusals of a body. They name what is wrong and repeat nothing that was sent but a field's name. */
import { fail } from "../../../errors.ts";

export type Refusal = ReturnType<typeof fail>;

export function refuseBody(reason: string): Refusal {
  return fail({ code: "invalid_request", reason });
}

/** Names the field where its name looks like one, and says "A field" of any other. */
export function refuseField(name: string, fault: string): Refusal {
  return /^[\w.-]{1,64}$/.test(name)
    ? fail({ code: "invalid_request", field: name, reason: `"${name}" ${fault}.` })
    : refuseBody(`A field ${fault}.`);
}

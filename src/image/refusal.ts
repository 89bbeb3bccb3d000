/** Refusals of `image/`, in words that continue the public message: "The image cannot be read: ...". */
import { type Failure, fail } from "../errors.ts";

export type Refusal = { readonly ok: false; readonly failure: Failure };

export function invalid(reason: string): Refusal {
  return fail({ code: "invalid_image", reason });
}

export function truncated(): Refusal {
  return invalid("the file is cut short");
}

export function rowsMissing(): Refusal {
  return invalid("rows of its picture are missing: its data ends before them");
}

export function damaged(): Refusal {
  return invalid("its data is damaged");
}

export function sizesDisagree(): Refusal {
  return invalid("its headers disagree about its size");
}

/** Refuses a format. `found` has its article, "an animated WebP"; `instead` is a sentence. */
export function unsupported(found: string, instead = sendAPhoto): Refusal {
  return fail({ code: "unsupported_media_type", found, instead });
}

export function outOfMemory(): Refusal {
  return fail({ code: "not_ready", reason: "no memory for a decoder" });
}

const sendAPhoto = "Send one still photo as JPEG, PNG, WebP or AVIF.";

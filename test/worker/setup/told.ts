/** The information in an answer about stored faces: everything except the caller's own photo and random values. */

export interface Told {
  readonly [field: string]: unknown;
  readonly match?: boolean;
  readonly distance?: number;
  readonly threshold?: number;
  readonly candidates?: readonly { readonly subject_id: string; readonly distance?: number }[];
  readonly face_id?: string;
}

/** `words` are equal for answers with the same information, status and receipt included. */
export async function readTold(response: Response): Promise<{ words: string; body: Told }> {
  const body = (await response.json()) as Told;
  const { request_id, face, image, face_a, face_b, image_a, image_b, ...told } = body;
  const { created_at, face_id, receipt, ...rest } = told;
  // An answer with scores names the closest face; an enrolment names a new one.
  const enrolled = created_at === undefined ? { face_id } : {};
  const signed = typeof receipt === "string" ? claimsOf(receipt) : undefined;
  return { words: JSON.stringify([response.status, { ...rest, ...enrolled }, signed]), body };
}

function claimsOf(receipt: string): object {
  const text = atob(receipt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  const { iat, time, image_sha256, request_id, ...claims } = JSON.parse(text) as Record<string, unknown>;
  return claims;
}

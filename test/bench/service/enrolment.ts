/** Enrols the people whose photos a load sends. */
import { photo } from "../setup/loads.ts";
import { openConnection } from "./connection.ts";

/** Throws unless every enrolment succeeds. */
export async function enrolSubjects(url: URL, photos: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const connection = openConnection(url);
  for (const [subject, image] of Object.entries(photos)) {
    const outcome = await connection.exchange(photo(subject, image, "image/jpeg", "faces"));
    if (outcome.kind !== "answered" || outcome.status !== 201)
      throw new Error(`${subject} cannot be enrolled`);
  }
  connection.close();
}

/**
 * A page of an export: lines of text, each sealed with a key that the exporter chose. Version 1:
 *
 *   {"sameface_export":1,"page":"<random id>"}
 *   "<base64url of a sealed face>"            bound to the page and to its place in it
 *   ...
 *   {"sealed_end":"<base64url>"}              bound likewise; says where the next page starts
 *
 * A face is JSON with the record of `record.ts` in base64. Pages stand for themselves: what was cut
 * off, left out, moved or altered is noticed, and the lines before it are good.
 */
import * as z from "zod";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "../../crypto/base64.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { type Bytes, open, seal } from "../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { parseFaceId, parseSubjectId } from "../ids.ts";
import { decodeRecord, encodeRecord } from "../records/record.ts";
import type { EnrolmentDetails, StoredFace } from "./store.ts";

const version = 1;
const pageIdBytes = 16;

export interface ExportedFace {
  readonly face: StoredFace;
  readonly details: EnrolmentDetails;
}

export interface ExportPage {
  readonly faces: readonly ExportedFace[];
  /** Cursor of the next page; null after the last page. */
  readonly nextCursor: string | null;
}

export interface ImportedPage {
  readonly faces: readonly ExportedFace[];
  /** End of the page; undefined when the page was cut off, so that faces may be missing. */
  readonly end: { readonly nextCursor: string | null } | undefined;
}

const headerSchema = z.strictObject({ sameface_export: z.literal(version), page: z.string().min(1) });
const endSchema = z.strictObject({ sealed_end: z.string() });
const endPayloadSchema = z.strictObject({ next_cursor: z.string().nullable() });

const faceSchema = z.strictObject({
  subject_id: z.string(),
  face_id: z.string(),
  record: z.string(),
  expires_at_ms: z.number().nullable(),
  consent: z.strictObject({ version: z.string(), purpose: z.string(), at_ms: z.number() }).nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
});

function context(page: string, place: string): string[] {
  return ["sameface export 1", page, place];
}

export async function writePage(
  { faces, nextCursor }: ExportPage,
  key: CryptoKey,
  random: RandomBytes,
): Promise<string> {
  const page = encodeBase64Url(random(pageIdBytes));
  const sealLine = async (value: unknown, place: string) =>
    encodeBase64Url(await seal(key, encodeJson(value), context(page, place), random));
  const lines = [JSON.stringify({ sameface_export: version, page })];
  for (const [i, face] of faces.entries()) lines.push(JSON.stringify(await sealLine(faceJson(face), `${i}`)));
  const end = await sealLine({ next_cursor: nextCursor }, `end ${faces.length}`);
  lines.push(JSON.stringify({ sealed_end: end }));
  return `${lines.join("\n")}\n`;
}

/**
 * Reads a page. Fails with `invalid_request` for text that is not a page, or was sealed with another key, altered or
 * put together anew, and with `model_mismatch` for a face of another model than `model`; null takes any.
 */
export async function readPage(
  text: string,
  key: CryptoKey,
  model: string | null,
): Promise<Result<ImportedPage>> {
  const lines = text.split("\n");
  // Behind the last line's end is nothing, or a line that was cut off.
  lines.pop();
  const header = headerSchema.safeParse(parse(lines[0]));
  if (!header.success) return refuse("The body is not an export of this version.");
  const { page } = header.data;
  const faces: ExportedFace[] = [];
  for (const [i, line] of lines.slice(1).entries()) {
    const value = parse(line);
    const end = endSchema.safeParse(value);
    if (end.success) {
      if (i + 2 < lines.length) return refuse("The body goes on after the end of the page.");
      const payload = endPayloadSchema.safeParse(
        await openLine(end.data.sealed_end, key, context(page, `end ${i}`)),
      );
      return payload.success
        ? ok({ faces, end: { nextCursor: payload.data.next_cursor } })
        : refuse(`Line ${i + 2} cannot be opened: it was sealed with another key, or altered.`);
    }
    const opened = typeof value === "string" ? await openLine(value, key, context(page, `${i}`)) : undefined;
    const face = readFace(opened);
    if (face === undefined)
      return refuse(`Line ${i + 2} cannot be opened: it was sealed with another key, or altered.`);
    const stored = face.face.embedding.model;
    if (model !== null && stored !== model) return fail({ code: "model_mismatch", stored, expected: model });
    faces.push(face);
  }
  return ok({ faces, end: undefined });
}

async function openLine(text: string, key: CryptoKey, context: readonly string[]): Promise<unknown> {
  const sealed = decodeBase64Url(text);
  const plain = sealed && (await open(key, sealed, context));
  return plain && parse(new TextDecoder().decode(plain));
}

function faceJson({ face, details }: ExportedFace): z.infer<typeof faceSchema> {
  const { expiresAt, consent, metadata } = details;
  return {
    subject_id: face.subjectId,
    face_id: face.faceId,
    record: encodeBase64(encodeRecord(face)),
    expires_at_ms: expiresAt?.getTime() ?? null,
    consent: consent
      ? { version: consent.version, purpose: consent.purpose, at_ms: consent.at.getTime() }
      : null,
    metadata: metadata ?? null,
  };
}

function readFace(value: unknown): ExportedFace | undefined {
  const parsed = faceSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { subject_id, face_id, record, expires_at_ms, consent, metadata } = parsed.data;
  const [subjectId, faceId, bytes] = [parseSubjectId(subject_id), parseFaceId(face_id), decodeBase64(record)];
  if (subjectId === undefined || faceId === undefined || bytes === undefined) return undefined;
  const face = decodeRecord(bytes, subjectId, faceId);
  if (!face.ok) return undefined;
  return {
    face: face.value,
    details: {
      expiresAt: expires_at_ms === null ? null : new Date(expires_at_ms),
      consent: consent
        ? { version: consent.version, purpose: consent.purpose, at: new Date(consent.at_ms) }
        : undefined,
      metadata: metadata ?? undefined,
    },
  };
}

function encodeJson(value: unknown): Bytes {
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(value)));
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function refuse(reason: string) {
  return fail({ code: "invalid_request", reason });
}

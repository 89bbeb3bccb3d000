/**
 * Writes a trained model as a folder that replaces the shipped files: the encoder's networks with the head in them,
 * under the shipped names; the manifest that names them, with their calibration; and the head itself, for stored
 * embeddings.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import { encoderId } from "../../../src/face/encode.ts";
import { encoderInUse, type Manifest } from "../../../src/models.ts";
import { compilePlan } from "../../compile/compile.ts";
import { type CalibratedManifest, modelPath } from "../../runtime.ts";
import { encodeBlocks, type Head, type HeadFile } from "../head.ts";
import { hashHead } from "../head-hash.ts";
import { fuseHead } from "./fuse.ts";

export interface Release {
  readonly name: string;
  readonly head: Head;
  /** Manifest of the trunk. */
  readonly base: CalibratedManifest;
  /**
   * Calibrates the new encoder, given the hash of its bytes: its entry in the manifest, or null when there are too
   * few people.
   */
  calibrate(modelSha256: string): unknown;
}

/** Names are short, so that both networks' ids fit a record's 64 characters. */
export const releaseName = /^[a-z0-9][a-z0-9-]{0,15}$/;

/** @returns the id of the new encoder */
export function writeRelease(folder: string, { name, head, base, calibrate }: Release): string {
  mkdirSync(folder, { recursive: true });
  // A model that is trained again gets another version even under the same name: faces enrolled with the first must
  // not match it.
  const version = hashHead(head).slice(0, 8);
  const networks = base.encoder.map((trunk, block) => {
    const descriptor = base.models[trunk] as EncoderDescriptor;
    const id = `${name}-${version}-${descriptor.embeddingLength}`;
    const bytes = fuseHead(readFileSync(modelPath(descriptor.file)), head.blocks[block], id);
    writeFileSync(join(folder, descriptor.file), bytes);
    const trained = { kind: head.kind, sha256: hashHead(head), trunk, trunkSha256: descriptor.sha256 };
    const entry = { ...descriptor, ...hashed(bytes), ...planned(descriptor, folder, id, bytes), trained };
    return { id, trunk, entry };
  });
  const models = Object.fromEntries([
    ...networks.map(({ id, entry }) => [id, entry]),
    ...Object.entries(base.models).filter(([id]) => !base.encoder.includes(id)),
  ]);
  const encoder = networks.map(({ id }) => id);
  const to = encoderId(encoder);
  const manifest: Manifest = { ...base, encoder, models };
  const entry = calibrate(encoderInUse(manifest).sha256);
  const calibration = { ...base.calibration, ...(entry === null ? {} : { [to]: entry }) };
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify({ ...manifest, calibration }, null, 2)}\n`);
  const file: HeadFile = { kind: head.kind, from: encoderId(base.encoder), to, blocks: encodeBlocks(head) };
  writeFileSync(join(folder, "head.json"), `${JSON.stringify(file)}\n`);
  return to;
}

function hashed(bytes: Uint8Array) {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

/** Compiles a plan for the network if the one that it replaces has a plan. */
function planned(descriptor: EncoderDescriptor, folder: string, id: string, onnx: Uint8Array) {
  const { plan } = descriptor as EncoderDescriptor & { readonly plan?: { readonly file: string } };
  if (plan === undefined) return {};
  const bytes = compilePlan(id, onnx);
  writeFileSync(join(folder, plan.file), bytes);
  return { plan: { file: plan.file, ...hashed(bytes) } };
}

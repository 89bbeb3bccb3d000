/**
 * Opinion of two networks on whether a photo shows a person or a picture of one. Each sees a square around the
 * detector's box. Neither package says what its network was trained on.
 */
import { ok, type Result } from "../../errors.ts";
import type { Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Model } from "../../inference/model.ts";
import type { PassiveDescriptor } from "../descriptor.ts";
import type { Box } from "../geometry.ts";
import { squareAround, squareToPhoto } from "./square.ts";

/** Log-odds, natural logarithms. */
export interface NetworkOpinions {
  /** Belief of `fr-liveness` in a person: its first class against the two others. */
  readonly live: number;
  /** Belief of `antispoof` in an attack. */
  readonly attack: number;
}

export interface PassiveNetwork {
  readonly model: Model;
  readonly descriptor: PassiveDescriptor;
}

/** Runs both networks. Fails with `not_ready`. */
export async function askNetworks(
  [liveness, antispoof]: readonly PassiveNetwork[],
  sample: Sampler,
  photo: Photo,
  box: Box,
): Promise<Result<NetworkOpinions>> {
  const classes = await look(liveness, sample, photo, box);
  if (!classes.ok) return classes;
  const attack = await look(antispoof, sample, photo, box);
  if (!attack.ok) return attack;
  const [live, ...others] = classes.value;
  return ok({ live: live - logSumExp(others), attack: attack.value[0] });
}

async function look(
  { model, descriptor }: PassiveNetwork,
  sample: Sampler,
  photo: Photo,
  box: Box,
): Promise<Result<Float32Array>> {
  const pixels = model.inputShape[3];
  const toPhoto = squareToPhoto(squareAround(box, descriptor.reach, photo), pixels);
  const run = await model.run((input) => sample(photo, toPhoto, pixels, pixels, descriptor.input, input));
  return run.ok ? ok(run.value[0]) : run;
}

/** Computes ln(sum of e^x) without an overflow. */
function logSumExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

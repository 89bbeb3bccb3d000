/**
 * Executes the sources: the other side of every comparison. TensorFlow.js (CPU backend) runs all but ONNX files,
 * which onnxruntime runs.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { env } from "onnxruntime-web/wasm";
import { sourceFile, sourceGraph, sourceOnnx } from "../prepare.ts";
import type { Recipe } from "../recipes.ts";
import { dlibResnetReference } from "./dlib-resnet-reference.ts";
import { graphModelReference } from "./graph-model-reference.ts";
import { onnxReference } from "./onnx-reference.ts";
import { runTflite } from "./tflite-reference.ts";

export function referenceVersion({ network }: Recipe): string {
  if (network === "onnx") return `onnxruntime-web ${env.versions.web}, wasm`;
  return `@tensorflow/tfjs-core ${tf.version_core}, cpu backend`;
}

/**
 * The input is NHWC, batch 1, in the order of colours that the source takes; outputs come in the order of the recipe's.
 */
export type Reference = (input: Float32Array) => Float32Array[] | Promise<Float32Array[]>;

export async function openReference(recipe: Recipe): Promise<Reference> {
  await tf.setBackend("cpu");
  switch (recipe.network) {
    case "tflite": {
      const graph = sourceGraph(recipe);
      return (input) => runTflite(graph, input);
    }
    case "onnx":
      return onnxReference(sourceFile(recipe), sourceOnnx(recipe), recipe.directions);
    case "tfjs":
      return graphModelReference(sourceFile(recipe), (path) => sourceFile(recipe, path), recipe.descriptor);
    case "dlib-resnet": {
      const [, channels, height, width] = recipe.descriptor.input.shape;
      return dlibResnetReference(sourceFile(recipe), (path) => sourceFile(recipe, path), [
        1,
        height,
        width,
        channels,
      ]);
    }
  }
}

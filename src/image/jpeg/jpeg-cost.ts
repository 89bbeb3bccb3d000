/** Bounds of the memory that a decode of a JPEG holds, by the header alone. They follow `wasm/jpeg/reader.c`. */

import type { DecodingCost } from "../limits.ts";
import {
  blocksOfComponents,
  type JpegHeader,
  largestFactors,
  paddedBlocksOfComponents,
} from "./jpeg-header.ts";
import { type JpegView, rowsAtATime, scaledSide } from "./jpeg-reader.ts";

/** Least cost of any JPEG, known as soon as its frame is read: the raster and one plane. */
export const leastCost: DecodingCost = { fixedBytes: 0, bytesPerPixel: 0, bytesPerRasterPixel: 5 };

/**
 * Bytes of the reader's tables, of the current pieces of the file and of its data, of the marks of lanes, and of pages
 * of 64 KiB that are not full.
 */
const readerBytes = 832 * 1024;
const bytesPerPlace = 20;
const blocksPerPlace = 16;

/** Cost of the whole photo at 1/8, the smallest scale of a decode. */
export function overviewCost(header: JpegHeader): DecodingCost {
  const { width, height } = header;
  const [right, bottom] = [scaledSide(width, 1), scaledSide(height, 1)];
  const all = decodeBytes(header, { eighths: 1, left: 0, top: 0, right, bottom });
  const fixedBytes = fileBytes(header);
  const rasterBytes = 4 * right * bottom;
  return {
    fixedBytes,
    bytesPerPixel: (all - fixedBytes - rasterBytes) / (width * height),
    bytesPerRasterPixel: 4,
  };
}

/** Bytes of a decode: the file, planes of the view's MCUs and of those that lead to them, some rows, and the raster. */
export function decodeBytes(header: JpegHeader, view: JpegView): number {
  const { width, height, components, progressive } = header;
  const { eighths } = view;
  const [rasterWidth, rasterHeight] = [view.right - view.left, view.bottom - view.top];
  const { maxHorizontal, maxVertical } = largestFactors(components);
  const [across, down] = [eighths * maxHorizontal, eighths * maxVertical];
  // A rectangle and its neighbours in chroma lie in MCUs that exceed it by two a side.
  const shownWidth = Math.min(rasterWidth + 2 * across + 8, scaledSide(width, eighths) + across);
  const shownHeight = Math.min(rasterHeight + 2 * down + 8, scaledSide(height, eighths) + down);
  const planeBytes = components.length * (shownWidth * shownHeight + 64);
  const lineBytes = (components.length + 2 + 4 * rowsAtATime) * (rasterWidth + 64);
  const blocks = sum(paddedBlocksOfComponents(header));
  let stateBytes = 0;
  if (!progressive) {
    // The places exist three times: noted, kept by the caller, and handed back.
    const places = 2 * Math.ceil(blocks / blocksPerPlace) + 2 * components.length * Math.ceil(height / 8);
    stateBytes = 2 * bytesPerPlace * places;
  } else if (eighths === 1) {
    stateBytes = 2 * blocks;
  } else {
    const share = (shownWidth * shownHeight) / (scaledSide(width, eighths) * scaledSide(height, eighths));
    stateBytes = 128 * blocks * Math.min(1, share) + 8 * blocks;
  }
  return fileBytes(header) + planeBytes + lineBytes + stateBytes + 4 * rasterWidth * rasterHeight;
}

function fileBytes({ end }: JpegHeader): number {
  return end + readerBytes;
}

/** Number of 8x8 blocks of all components. */
export function countBlocks(header: JpegHeader): number {
  return sum(blocksOfComponents(header));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

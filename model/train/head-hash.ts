import { createHash } from "node:crypto";
import { encodeBlocks, type Head } from "./head.ts";

/** Returns SHA-256 of the weights, hex. */
export function hashHead(head: Head): string {
  return createHash("sha256")
    .update(JSON.stringify([head.kind, encodeBlocks(head)]))
    .digest("hex");
}

/** Client of the commands that move a tenant's faces, and the key that seals them. */

import { connect, parseCommandLine } from "../cli/options.ts";
import { UsageError } from "../cli/usage.ts";
import type { Sameface } from "../client/index.ts";

/** A page of 500 faces may take longer than another call. */
const timeoutSeconds = "120";

/** Makes the client of SAMEFACE_URL and SAMEFACE_KEY. */
export function openClient(): Sameface {
  return connect(parseCommandLine(["--timeout", timeoutSeconds]).options);
}

/** Returns the transfer key of the environment. Fails with a `UsageError` where none is set. */
export function transferKey(): string {
  const value = process.env.SAMEFACE_TRANSFER_KEY;
  if (value === undefined || value === "") throw new UsageError("Set SAMEFACE_TRANSFER_KEY.");
  return value;
}

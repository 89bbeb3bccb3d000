/** Gives the reason of an aborted signal, or an `AbortError`: React Native's signals have no reason. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? Object.assign(new Error("The call was aborted."), { name: "AbortError" });
}

/** The reason of a signal that was aborted. React Native's signals have none. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason ?? Object.assign(new Error("The call was aborted."), { name: "AbortError" });
}

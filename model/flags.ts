/** Values of command lines. */

/** Reads a whole number above 0. Throws a sentence about `--name` for any other text. */
export function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} ${text} is not a whole number above 0`);
  return value;
}

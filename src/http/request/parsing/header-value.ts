/** Header values with parameters: `form-data; name=image; filename="a.jpg"` (RFC 2045, 2183). */

export interface HeaderValue {
  /** In small letters. */
  readonly value: string;
  /** By name in small letters, without quotes and the backslashes before quotes and backslashes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * A name with a value in quotes, or with one that ends at the semicolon. Other backslashes in quotes are
 * characters: browsers write paths of Windows so. Each character matches one alternative, so that
 * the time is linear.
 */
const parameter = /\s*([^\s;="]+)\s*=\s*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"\s*|([^;"\s][^;]*)?)(?:;|$)/y;
/** A file's name with quotes as they are, as Guzzle writes it: it ends at one that a semicolon or nothing follows. */
const quotedName = /\s*(filename)\s*=\s*"((?:\\["\\]|\\(?!["\\])|"(?!\s*(?:;|$))|[^"\\])*)"\s*(?:;|$)/iy;
const blank = /\s*(?:;|$)/y;

/** Undefined when it is not well formed or gives a parameter twice. */
export function parseHeaderValue(text: string): HeaderValue | undefined {
  const value = text.split(";", 1)[0];
  const parameters = new Map<string, string>();
  for (let at = value.length + 1; at < text.length; ) {
    const matched = matchAt(blank, text, at) ?? matchAt(parameter, text, at) ?? matchAt(quotedName, text, at);
    if (matched === undefined) return undefined;
    at += matched[0].length;
    const [, name, quoted, plain] = matched;
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(["\\])/g, "$1") ?? plain?.trimEnd() ?? "");
  }
  return { value: value.trim().toLowerCase(), parameters };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

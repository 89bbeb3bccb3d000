/** Header values with parameters: `form-data; name=image; filename="a.jpg"` (RFC 2045, 2183). */

export interface HeaderValue {
  /** Value before the parameters, in small letters. */
  readonly value: string;
  /** Parameters by name in small letters, without quotes and the backslashes before quotes and backslashes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Matches a name with a value in quotes, or with one that ends at the semicolon. Other backslashes in quotes are
 * characters, since browsers write Windows paths with them. Each character matches one alternative, so that the time
 * is linear.
 */
const parameter = /\s*([^\s;="]+)\s*=\s*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"\s*|([^;"\s][^;]*)?)(?:;|$)/y;
/**
 * Matches a file's name with quotes that are not escaped, as Guzzle writes it. The name ends at a quote that is
 * followed by a semicolon or by nothing.
 */
const quotedName = /\s*(filename)\s*=\s*"((?:\\["\\]|\\(?!["\\])|"(?!\s*(?:;|$))|[^"\\])*)"\s*(?:;|$)/iy;
const blank = /\s*(?:;|$)/y;

/** Parses a header's value; undefined when it is not well formed or gives a parameter twice. */
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

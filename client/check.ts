/**
 * Checks of arguments, before anything is sent. An argument that a call cannot take is a `TypeError` that names it
 * and says what it may be. The message never contains a value, so that no photo, key or note about a person gets into
 * a log.
 */

/** Throws unless the value fits; `name` is the argument's name for the caller. */
export type Check = (value: unknown, name: string) => void;

/** One check for each field of a type; a missing check does not compile. */
export type Checks<T> = { readonly [Field in keyof T]-?: Check };

export function rule(accepted: string, fits: (value: unknown) => boolean): Check {
  return (value, name) => {
    if (!fits(value)) throw new TypeError(`${name} must be ${accepted}.`);
  };
}

export const text = rule("a string", isText);
export const someText = rule("a string that is not empty", (value) => isText(value) && value !== "");
export const flag = rule("true or false", (value) => typeof value === "boolean");
export const number = rule("a finite number", (value) => Number.isFinite(value));
export const callback = rule("a function", (value) => typeof value === "function");

/** Checked here because the error of `fetch` repeats the whole value of an invalid header. */
export const headerText = rule(
  "a string of visible ASCII characters",
  (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value),
);

export const texts = rule(
  "a list of strings",
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
);

export const textsByName = rule(
  "an object of strings",
  (value) => isPlainObject(value) && Object.values(value).every((item) => typeof item === "string"),
);

export function maybe(check: Check): Check {
  return (value, name) => {
    if (value !== undefined) check(value, name);
  };
}

export function orNull(check: Check): Check {
  return (value, name) => {
    if (value !== null) check(value, name);
  };
}

/** Takes a plain object with only these fields. */
export function fields<T>(checks: Checks<T>): Check {
  const known = Object.entries<Check>(checks);
  const names = known.map(([field]) => field);
  return (value, name) => {
    if (!isPlainObject(value)) throw new TypeError(`${name} must be a plain object.`);
    const unknown = Object.keys(value).find((field) => !names.includes(field));
    if (unknown !== undefined) {
      // An unknown field is named only if it looks like a name: a value may have got into its place.
      const place = /^[A-Za-z_]\w{0,39}$/.test(unknown) ? `${name}.${unknown}` : `A field of ${name}`;
      throw new TypeError(`${place} is unknown: ${name} takes ${names.join(", ")}.`);
    }
    for (const [field, check] of known) check(value[field], `${name}.${field}`);
  };
}

/** Returns the value if it fits. */
export function checked<T>(check: Check, value: T, name: string): T {
  check(value, name);
  return value;
}

/** False for text with half of a surrogate pair, which an address cannot hold. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && !/[\ud800-\udfff]/u.test(value);
}

/**
 * Takes an id that becomes a segment of a path. `.` and `..` would turn the path into another one, such as the
 * subject's in place of its face's; a text that is far too long for an id was meant as another argument.
 */
export const id: Check = (value, name) => {
  someText(value, name);
  const step = value as string;
  if (step === "." || step === "..") throw new TypeError(`${name} must be neither . nor ..`);
  if (step.length > maxIdLength)
    throw new TypeError(`${name} must be an id: it has more than ${maxIdLength} characters.`);
};

/** Counted in UTF-16 code units; the longest ids have 128 characters of at most two units. */
const maxIdLength = 256;

/** True for objects of any realm, and false for instances of classes. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

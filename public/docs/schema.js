// @ts-check
/** JSON Schema as a list of fields that people read. */
import { element, prose } from "./dom.js";

/**
 * @typedef {{
 *   $ref?: string, type?: string | string[], format?: string, enum?: unknown[], const?: unknown,
 *   pattern?: string, minimum?: number, maximum?: number, minLength?: number, maxLength?: number,
 *   default?: unknown, description?: string, items?: Schema, anyOf?: Schema[], required?: string[],
 *   properties?: Record<string, Schema>, additionalProperties?: boolean | Schema,
 * }} Schema
 * @typedef {(ref: string) => any} Resolve
 */

/** @param {Schema} schema @param {Resolve} resolve @returns {Schema} */
function resolved(schema, resolve) {
  return schema.$ref === undefined ? schema : { ...resolve(schema.$ref), ...schema };
}

/** @param {Schema} given @param {Resolve} resolve @returns {string} */
function typeName(given, resolve) {
  const schema = resolved(given, resolve);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf !== undefined) return schema.anyOf.map((option) => typeName(option, resolve)).join(" or ");
  if (schema.type === "array") return `array of ${typeName(schema.items ?? {}, resolve)}`;
  if (schema.format === "binary") return "file";
  if (schema.format !== undefined) return schema.format;
  return String(schema.type ?? "anything");
}

/** @param {Schema} schema @returns {string} */
function limits({ minimum, maximum, minLength, maxLength, default: byDefault }) {
  const range = (
    /** @type {number | undefined} */ low,
    /** @type {number | undefined} */ high,
    unit = "",
  ) => {
    if (low === undefined && high === undefined) return [];
    if (high === undefined) return [`from ${low}${unit}`];
    return [low === undefined ? `up to ${high}${unit}` : `${low} to ${high}${unit}`];
  };
  const kept = (/** @type {number | undefined} */ bound) =>
    bound !== undefined && Math.abs(bound) >= Number.MAX_SAFE_INTEGER ? undefined : bound;
  return [
    ...range(kept(minimum), kept(maximum)),
    ...range(minLength, maxLength, " letters"),
    ...(byDefault === undefined ? [] : [`${JSON.stringify(byDefault)} by default`]),
  ].join(", ");
}

/** The schema whose fields are shown below: the object itself, or that of a list's items. @param {Schema} given @param {Resolve} resolve @returns {Schema | undefined} */
function inner(given, resolve) {
  const schema = resolved(given, resolve);
  if (schema.properties !== undefined) return schema;
  return schema.items === undefined ? undefined : inner(schema.items, resolve);
}

/**
 * @param {string} name
 * @param {Schema} given
 * @param {boolean} required
 * @param {Resolve} resolve
 */
export function fieldRow(name, given, required, resolve) {
  const schema = resolved(given, resolve);
  const marks = [typeName(schema, resolve), limits(schema)].filter((text) => text !== "").join(", ");
  const term = element("dt", {}, name);
  if (required) term.append(" ", element("span", { class: "required" }, "required"));
  const says = element("dd", {}, element("div", { class: "type" }, marks));
  if (schema.description !== undefined) says.append(element("div", {}, ...prose(schema.description)));
  const nested = inner(schema, resolve);
  if (nested !== undefined) {
    says.append(
      element("details", {}, element("summary", {}, `Fields of ${name}`), fieldList(nested, resolve)),
    );
  }
  return element("div", {}, term, says);
}

/** @param {Schema} given @param {Resolve} resolve @returns {HTMLElement} */
export function fieldList(given, resolve) {
  const schema = resolved(given, resolve);
  if (schema.anyOf !== undefined) {
    const options = schema.anyOf.map((option) => fieldList(option, resolve));
    const parts = options.flatMap((option, index) =>
      index === 0 ? [option] : [element("p", { class: "type" }, "or"), option],
    );
    return element("div", {}, ...parts);
  }
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    fieldRow(name, field, schema.required?.includes(name) ?? false, resolve),
  );
  return element("dl", { class: "fields" }, ...rows);
}

// @ts-check
/** The command that calls an operation, as it can be pasted into a terminal. */

/**
 * @param {string} method
 * @param {string} path
 * @param {any} operation of the document
 * @returns {string}
 */
export function curlOf(method, path, operation) {
  const url = `${location.origin}${path.replace("{subject_id}", "franck").replaceAll(/\{(\w+)\}/g, "<$1>")}`;
  const headers = (operation.parameters ?? [])
    .filter((/** @type {any} */ parameter) => parameter.in === "header")
    .map((/** @type {any} */ parameter) => `-H '${parameter.name}: <${parameter.name}>'`);
  const isOpen = (operation.security ?? []).length === 0;
  const parts = [
    `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} '${url}'`,
    ...(isOpen ? [] : ["-H 'Authorization: Bearer <key>'"]),
    ...headers,
    ...bodyParts(operation.requestBody?.content ?? {}),
  ];
  return parts.join(" \\\n  ");
}

/** @param {Record<string, any>} content @returns {string[]} */
function bodyParts(content) {
  if ("image/*" in content) return ["-H 'Content-Type: image/jpeg'", "--data-binary @photo.jpg"];
  const form = content["multipart/form-data"];
  if (form !== undefined)
    return form.schema.required.map((/** @type {string} */ name) => `-F ${name}=@${name}.jpg`);
  const json = content["application/json"];
  if (json !== undefined)
    return ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(json.example)}'`];
  const [type] = Object.keys(content);
  return type === undefined ? [] : [`-H 'Content-Type: ${type}'`, "--data-binary @page.ndjson"];
}

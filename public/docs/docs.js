// @ts-check
/** The reference of the API, made from its document. */
import { curlOf } from "./curl.js";
import { copyable, element, prose } from "./dom.js";
import { fieldList, fieldRow } from "./schema.js";

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

async function main() {
  // On a phone the list of operations is longer than the screen.
  if (matchMedia("(max-width: 56rem)").matches) byId("menu").removeAttribute("open");
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`/openapi.json answered ${response.status}`);
  const api = await response.json();
  /** @param {string} ref */
  const resolve = (ref) =>
    ref
      .slice(2)
      .split("/")
      .reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);

  const lede = api.info.description
    .split("\n\n")
    .map((/** @type {string} */ text) => element("p", {}, ...prose(text)));
  byId("lede").replaceWith(
    element(
      "div",
      { class: "lede" },
      ...lede,
      element(
        "p",
        {},
        `Version ${api.info.version}. The same for programs: `,
        element("a", { href: "/openapi.json" }, "/openapi.json"),
        ".",
      ),
    ),
  );
  const groups = api.tags.map((/** @type {any} */ tag) => ({
    ...tag,
    operations: operationsOf(api, tag.name),
  }));
  byId("contents").append(...groups.flatMap(contentsOf));
  byId("reference").append(
    ...groups.map((/** @type {any} */ group) => showGroup(group, resolve)),
    showErrors(api),
  );
  byId("main").setAttribute("aria-busy", "false");
  // The place that the address names was not there yet when the browser looked for it.
  if (location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** @param {any} api @param {string} tag */
function operationsOf(api, tag) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method, path, operation })),
  );
}

/** @param {any} group */
function contentsOf({ name, operations }) {
  const links = operations.map((/** @type {any} */ { operation }) =>
    element("li", {}, element("a", { href: `#${operation.operationId}` }, operation.summary)),
  );
  return [element("h2", {}, name), element("ul", {}, ...links)];
}

/** @param {any} group @param {(ref: string) => any} resolve */
function showGroup({ name, description, operations }, resolve) {
  return element(
    "section",
    { class: "group" },
    element("h2", {}, name),
    element("p", { class: "lede" }, ...prose(description)),
    ...operations.map((/** @type {any} */ part) => showOperation(part, resolve)),
  );
}

/** @param {any} part @param {(ref: string) => any} resolve */
function showOperation({ method, path, operation }, resolve) {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const article = element(
    "article",
    { class: "operation", id: operationId },
    element("h3", {}, summary),
    element(
      "p",
      { class: "route" },
      element("span", { class: `method ${method}` }, method.toUpperCase()),
      path,
    ),
  );
  if (description !== undefined) article.append(element("p", {}, ...prose(description)));
  article.append(element("p", { class: "type" }, ...prose(whoMay(operation))));
  article.append(element("h4", {}, "Try it"), copyable(curlOf(method, path, operation), `curl: ${summary}`));
  if (parameters.length > 0) {
    const rows = parameters.map((/** @type {any} */ parameter) => showParameter(parameter, resolve));
    article.append(element("h4", {}, "Parameters"), element("dl", { class: "fields" }, ...rows));
  }
  if (requestBody !== undefined)
    article.append(element("h4", {}, "Body"), ...showBody(requestBody.content, resolve));
  for (const [status, answer] of Object.entries(responses)) {
    if (status.startsWith("2")) article.append(...showAnswer(status, answer, summary, resolve));
  }
  const failures = Object.entries(responses).filter(([status]) => !status.startsWith("2"));
  const items = failures.map(([status, failure]) =>
    element(
      "li",
      {},
      element("span", { class: "status" }, status),
      element("span", {}, ...prose(resolve(failure.$ref).description)),
    ),
  );
  article.append(element("h4", {}, "Errors"), element("ul", { class: "errors" }, ...items));
  return article;
}

/** @param {any} operation */
function whoMay({ security = [] }) {
  if (security.length === 0) return "Without a key.";
  const ways = security.map((/** @type {Record<string, string[]>} */ way) => {
    if ("DeploymentKey" in way) return "the deployment's own key";
    if ("SessionToken" in way) return "a session token";
    return `a key that has ${way.ApiKey.map((scope) => `\`${scope}\``).join(" and ")}`;
  });
  return `With ${ways.join(", or ")}.`;
}

/** @param {any} parameter @param {(ref: string) => any} resolve */
function showParameter({ name, in: place, schema, content, required, description }, resolve) {
  const shown = schema ?? content["application/json"].schema;
  const where = place === "query" ? name : `${name} (${place})`;
  return fieldRow(
    where,
    description === undefined ? shown : { ...shown, description },
    required === true,
    resolve,
  );
}

/** @param {Record<string, any>} content @param {(ref: string) => any} resolve */
function showBody(content, resolve) {
  return Object.entries(content).map(([type, { schema }]) => {
    const line = element("code", {}, type);
    if (schema.properties === undefined && schema.anyOf === undefined && schema.$ref === undefined) {
      const says = schema.format === "binary" ? ": the photo itself." : ".";
      return element("p", {}, line, says);
    }
    return element("details", {}, element("summary", {}, line, ": its fields"), fieldList(schema, resolve));
  });
}

/** @param {string} status @param {any} answer @param {string} summary @param {(ref: string) => any} resolve */
function showAnswer(status, { description, content, headers }, summary, resolve) {
  const [[type, { schema, example }]] = /** @type {[string, any][]} */ (Object.entries(content));
  const own = Object.entries(headers).filter(([, header]) => header.$ref === undefined);
  /** @type {HTMLElement[]} */
  const parts = [
    element("h4", {}, `Answer ${status}`),
    element("p", {}, ...prose(description), " ", element("code", {}, type)),
    ...own.map(([name, header]) => element("p", {}, element("code", {}, name), ": ", header.description)),
  ];
  if (schema.$ref !== undefined) {
    parts.push(element("details", {}, element("summary", {}, "Its fields"), fieldList(schema, resolve)));
  }
  if (example !== undefined)
    parts.push(copyable(JSON.stringify(example, null, 2), `example answer: ${summary}`));
  return parts;
}

/** @param {any} api */
function showErrors(api) {
  const rows = Object.entries(api.components.examples).map(([code, { value }]) =>
    element("div", {}, element("dt", {}, code), element("dd", {}, value.error.message)),
  );
  return element(
    "section",
    { class: "group", id: "errors" },
    element("h2", {}, "Errors"),
    element(
      "p",
      { class: "lede" },
      ...prose("What each code of `error.code` says, with an example of its sentence."),
    ),
    element("article", { class: "operation" }, element("dl", { class: "fields" }, ...rows)),
  );
}

main().catch((error) => {
  byId("lede").textContent =
    `The reference cannot be shown: ${error.message}. Reload the page, or read /openapi.json.`;
  byId("main").setAttribute("aria-busy", "false");
});

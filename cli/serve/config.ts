/** Configuration of workerd for the service on one's own machine, in Cap'n Proto's text form. */

/** Limit of requests of one key, token or network in a minute. */
export interface Rates {
  readonly KEY_RATE: number;
  readonly SESSION_RATE: number;
  readonly FAILURE_RATE: number;
}

export interface Bundle {
  /** Folder of the Worker's modules, absolute. */
  readonly main: string;
  /** Names of the modules in it. */
  readonly modules: readonly string[];
  /** File of the module in front of them, which imports `index.js`, absolute. */
  readonly entry: string;
  /** File of the stand-in for the platform's bindings, absolute. */
  readonly platform: string;
  /** Folder of the pages, absolute. */
  readonly public: string;
  readonly compatibilityDate: string;
  /** Expressions of the Worker's cron triggers. */
  readonly crons: readonly string[];
}

export interface ServeConfig {
  readonly bundle: Bundle;
  /** Address and port to listen on, such as `127.0.0.1:8787`. */
  readonly address: string;
  /** True when a proxy in front sets `CF-Connecting-IP` and `X-Forwarded-Proto`. */
  readonly behindProxy: boolean;
  readonly rates: Rates;
  /** Names of variables of the environment that the Worker reads. Their values are not in the configuration. */
  readonly variables: readonly string[];
}

/** Folder of the objects' databases, below the folder of the data, in which workerd runs. */
export const objectsFolder = "objects";
/**
 * Socket in the folder of the data that workerd holds while it runs, so that no second one opens the databases. The schedule
 * is run through it.
 */
export const lockSocket = "in-use.sock";

const classes = ["DirectoryObject", "GalleryObject"] as const;
const kinds: Readonly<Record<string, string>> = { js: "esModule", wasm: "wasm" };

const text = (value: string) => JSON.stringify(value);
const list = (items: readonly string[]) => `[\n    ${items.join(",\n    ")}\n  ]`;

export function workerdConfig({ bundle, address, behindProxy, rates, variables }: ServeConfig): string {
  const modules = bundle.modules.map((name) => ({ name, file: `${bundle.main}/${name}` }));
  const limit = ([name, most]: [string, number]) =>
    `(name = ${text(name)}, service = (name = "platform", entrypoint = "RateLimit", props = (json = ${text(
      JSON.stringify({ name, limit: most, periodSeconds: 60 }),
    )})))`;
  // workerd tells the peer's address itself; what a caller writes into the header is dropped unless a proxy writes it.
  const http = behindProxy
    ? '(forwardedProtoHeader = "X-Forwarded-Proto")'
    : '(injectRequestHeaders = [(name = "CF-Connecting-IP")])';
  return `# Written at each start by \`sameface serve\`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "platform", worker = .platform),
    (name = "public", disk = (path = ${text(bundle.public)})),
    (name = "objects", disk = (path = ${text(objectsFolder)}, writable = true)),
    (name = "internet", network = (allow = [], deny = []))
  ],
  sockets = [
    (name = "lock", address = ${text(`unix:${lockSocket}`)}, http = (), service = "platform"),
    (name = "http", address = ${text(address)}, http = ${http}, service = "main")
  ]
);

const main :Workerd.Worker = (
  modules = ${list(
    // workerd takes the first module for the entry.
    [{ name: "entry.js", file: bundle.entry }, ...modules].map(({ name, file }) => {
      const kind = kinds[name.split(".").at(-1) ?? ""] ?? "data";
      return `(name = ${text(name)}, ${kind} = embed ${text(file)})`;
    }),
  )},
  compatibilityDate = ${text(bundle.compatibilityDate)},
  bindings = ${list([
    // Null: the service runs without KV, and reads every record from its directory.
    '(name = "TEMPLATES", json = "null")',
    '(name = "DIRECTORY", durableObjectNamespace = "DirectoryObject")',
    '(name = "GALLERY", durableObjectNamespace = "GalleryObject")',
    '(name = "ASSETS", service = (name = "platform", entrypoint = "Files"))',
    ...Object.entries(rates).map(limit),
    ...variables.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
  ])},
  durableObjectNamespaces = ${list(
    // The unique key names the folder of the databases and is part of every object's id: it never changes.
    classes.map(
      (name) => `(className = ${text(name)}, uniqueKey = ${text(`sameface-${name}`)}, enableSql = true)`,
    ),
  )},
  durableObjectStorage = (localDisk = "objects")
);

const platform :Workerd.Worker = (
  modules = [(name = "platform.js", esModule = embed ${text(bundle.platform)})],
  compatibilityDate = ${text(bundle.compatibilityDate)},
  bindings = [
    (name = "PUBLIC", service = "public"),
    (name = "SCHEDULE", service = (name = "main", entrypoint = "Schedule"))
  ]
);
`;
}

/**
 * The parts of workerd that its tests import, in Node: Durable Objects over `node:sqlite` and a KV in memory.
 * Starting workerd takes longer than most of these tests do, so mutants meet them here first. It replaces nothing
 * else: `npm test` runs the same files in workerd alone. No alarm goes off, and no transaction is ever rolled back by
 * a crash.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite";

type Binding = SQLInputValue | ArrayBuffer | boolean;

function toSql(value: Binding): SQLInputValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return typeof value === "boolean" ? Number(value) : value;
}

function fromSql(value: SQLOutputValue): SQLOutputValue | ArrayBuffer {
  return value instanceof Uint8Array ? value.slice().buffer : value;
}

/** Implements the storage as far as `src` uses it. */
function openStorage() {
  const database = new DatabaseSync(":memory:");
  let alarm: number | null = null;
  let depth = 0;

  function exec(query: string, ...bindings: Binding[]) {
    if (/;\s*\S/.test(query)) {
      database.exec(query);
      return cursor([], [], 0);
    }
    const statement = database.prepare(query);
    const values = bindings.map(toSql);
    const columns = statement.columns().map(({ name }) => name);
    if (columns.length === 0) return cursor([], [], Number(statement.run(...values).changes));
    const rows = statement
      .all(...values)
      .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromSql(value)])));
    return cursor(columns, rows, 0);
  }

  return {
    sql: { exec },
    transactionSync<T>(change: () => T): T {
      const name = `s${depth++}`;
      database.exec(`SAVEPOINT ${name}`);
      try {
        return change();
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}`);
        throw error;
      } finally {
        database.exec(`RELEASE ${name}`);
        depth--;
      }
    },
    setAlarm: async (atMs: number | Date) => {
      alarm = Number(atMs);
    },
    deleteAlarm: async () => {
      alarm = null;
    },
    getAlarm: async () => alarm,
  };
}

function cursor<Row>(columnNames: readonly string[], rows: readonly Row[], rowsWritten: number) {
  return {
    columnNames,
    rowsWritten,
    toArray: () => [...rows],
    one() {
      if (rows.length !== 1) throw new Error(`${rows.length} rows in place of one`);
      return rows[0];
    },
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}

/** workerd does not require `duplex`. */
globalThis.Request = class extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(input, { duplex: "half", ...init } as RequestInit);
  }
};

interface State {
  readonly id: { toString(): string; readonly name: string };
  readonly storage: ReturnType<typeof openStorage>;
}

type Instance = Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>;

type InstanceClass = new (state: State, env: unknown) => Instance;

export class DurableObject {
  protected readonly ctx: unknown;
  protected readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** The class imports this file, so it is imported at its first use. */
function createNamespace(file: string, className: string) {
  const states = new Map<string, State>();
  const instances = new Map<string, Promise<Instance>>();
  const idOf = (name: string) => ({ name, toString: () => `${className} ${name}` });

  function stateOf(name: string): State {
    const state = states.get(name) ?? { id: idOf(name), storage: openStorage() };
    states.set(name, state);
    return state;
  }

  async function create(name: string): Promise<Instance> {
    const { [className]: InstanceOf } = (await import(/* @vite-ignore */ file)) as Record<
      string,
      InstanceClass
    >;
    return new InstanceOf(stateOf(name), env);
  }

  function instanceOf(name: string): Promise<Instance> {
    const instance = instances.get(name) ?? create(name);
    instances.set(name, instance);
    return instance;
  }

  return {
    idFromName: idOf,
    get(id: State["id"]) {
      const own = {
        id,
        inside: async <T>(visit: (instance: Instance, state: State) => T) =>
          visit(await instanceOf(id.name), stateOf(id.name)),
        evict: () => instances.delete(id.name),
      };
      const remote =
        (method: string) =>
        async (...parameters: unknown[]) => {
          const sent = structuredClone(parameters);
          return structuredClone(await (await instanceOf(id.name))[method](...sent));
        };
      return new Proxy(own, {
        get: (target, name: string) => (name in target ? Reflect.get(target, name) : remote(name)),
      });
    },
    reset() {
      states.clear();
      instances.clear();
    },
  };
}

type Stub = ReturnType<ReturnType<typeof createNamespace>["get"]>;

const values = new Map<string, string>();
const templates = {
  async get(keys: string | readonly string[]) {
    return typeof keys === "string"
      ? (values.get(keys) ?? null)
      : new Map(keys.map((key) => [key, values.get(key) ?? null]));
  },
  put: async (key: string, value: string) => void values.set(key, value),
  delete: async (key: string) => void values.delete(key),
  list: async ({ prefix = "" } = {}) => ({
    keys: [...values.keys()]
      .filter((name) => name.startsWith(prefix))
      .sort()
      .map((name) => ({ name })),
    list_complete: true,
  }),
};

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
};

const assets = {
  async fetch(request: Request | string | URL) {
    const { pathname } = new URL(request instanceof Request ? request.url : request);
    const file = join(import.meta.dirname, "../../public", pathname);
    if (!/\.\w+$/.test(pathname) || !existsSync(file)) return new Response(null, { status: 404 });
    const ETag = `"${pathname}"`;
    if (request instanceof Request && request.headers.get("If-None-Match") === ETag)
      return new Response(null, { status: 304, headers: { ETag } });
    const type = types[pathname.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    return new Response(readFileSync(file), { headers: { "Content-Type": type, ETag } });
  },
};

const refusals = new Map<string, number>();
/** Limit as in wrangler.toml, for one minute. */
const failureRate = {
  async limit({ key }: { readonly key: string }) {
    const count = (refusals.get(key) ?? 0) + 1;
    refusals.set(key, count);
    return { success: count <= 100 };
  },
};

const source = join(import.meta.dirname, "../../src");
const directories = createNamespace(`${source}/identity/directory/object.ts`, "DirectoryObject");
const galleries = createNamespace(`${source}/gallery-object.ts`, "GalleryObject");

export const env = {
  TEMPLATES: templates,
  DIRECTORY: directories,
  GALLERY: galleries,
  ASSETS: assets,
  FAILURE_RATE: failureRate,
  SAMEFACE_ENV: "development",
  SAMEFACE_API_KEY: "test-key",
  // Equal to `testKek` in test/worker/setup/service.ts.
  SAMEFACE_KEK: btoa("the key-encryption key of tests."),
};

export async function reset(): Promise<void> {
  values.clear();
  refusals.clear();
  directories.reset();
  galleries.reset();
}

export const runInDurableObject = <T>(stub: Stub, visit: (instance: Instance, state: State) => T) =>
  stub.inside(visit);

export async function evictDurableObject(stub: Stub): Promise<void> {
  stub.evict();
}

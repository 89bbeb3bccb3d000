/** `sameface deploy` against a stand-in of wrangler's commands, and of the account behind them. */
import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { main, node, type Ran, runIn } from "../command-line.ts";
import { repository } from "../setting.ts";
import { changing, type StandInAccount } from "./wrangler-stand-in.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-deploy-test-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

let folder: string;
let count = 0;
const accountFile = () => join(folder, "..", "account.json");
const account = () => JSON.parse(readFileSync(accountFile(), "utf8")) as StandInAccount;
const change = (fields: Partial<StandInAccount>) =>
  writeFileSync(accountFile(), JSON.stringify({ ...account(), ...fields }));

/** The KEK of the service that the tests run, and its own key: the deployment's address is that service. */
const secrets = () => ({
  SAMEFACE_API_KEY: inject("service").rootKey,
  SAMEFACE_KEK: Buffer.alloc(32, 7).toString("base64"),
});

beforeEach(() => {
  const place = join(parent, String(count++));
  folder = join(place, "clone");
  mkdirSync(join(place, "bin"), { recursive: true });
  mkdirSync(folder);
  cpSync(join(repository, "wrangler.toml"), join(folder, "wrangler.toml"));
  mkdirSync(join(folder, "public"));
  writeFileSync(join(folder, "public/index.html"), "a page");
  const program = join(place, "bin/wrangler");
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${node}' '${join(import.meta.dirname, "wrangler-stand-in.ts")}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const fresh: StandInAccount = {
    loggedIn: true,
    accounts: [{ id: "0123", name: "Example" }],
    namespaces: [],
    workers: {},
    target: inject("service").url,
    calls: [],
  };
  writeFileSync(accountFile(), JSON.stringify(fresh));
});

const environment = (more: Record<string, string>) => ({
  PATH: `${join(folder, "../bin")}:${process.env.PATH}`,
  STAND_IN: accountFile(),
  ...more,
});

async function deploy(args: string[] = [], env: Record<string, string> = secrets()): Promise<Ran> {
  const before = account().calls.length;
  const ran = await runIn(folder, main, ["deploy", ...args], environment(env));
  // No secret is printed, written into the clone, or put into a list of processes.
  const { SAMEFACE_KEK, SAMEFACE_API_KEY } = secrets();
  const files = (
    readdirSync(folder, { recursive: true, withFileTypes: true }) as {
      name: string;
      parentPath: string;
      isFile(): boolean;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => readFileSync(join(parentPath, name), "utf8"));
  const words = account()
    .calls.slice(before)
    .flatMap((call) => call.args);
  for (const secret of [SAMEFACE_KEK, SAMEFACE_API_KEY])
    for (const text of [ran.out, ran.err, ...files, ...words]) expect(text).not.toContain(secret);
  expect(readdirSync(folder).sort()).not.toContain("wrangler.deploy-with-id.toml");
  return ran;
}

const changes = () =>
  account()
    .calls.map(({ args }) => args)
    .filter(changing)
    .map((args) => args.slice(0, args[0] === "kv" ? 4 : args[0] === "secret" ? 2 : 1).join(" "));

describe("a first deployment", () => {
  it("makes the KV, sets the secrets by standard input, uploads, examines, and shows the first call", async () => {
    const { code, out, err } = await deploy();
    expect(err).toBe("");
    expect(changes()).toEqual(["kv namespace create sameface-templates", "secret bulk", "deploy"]);
    expect(account().workers.sameface.secrets).toEqual(secrets());
    const { url } = inject("service");
    // The doctor warns of the service of tests, which is in development, and finds no fault.
    expect(out).toMatch(/^directory +ok/m);
    expect(out).toContain(`Deployed: ${url}`);
    expect(out).toContain(`curl ${url}/v1/compare -H "Authorization: Bearer $SAMEFACE_API_KEY"`);
    expect(code).toBe(0);
  });

  it("changes nothing when it is run again", async () => {
    await deploy();
    const before = changes();
    const { code, out } = await deploy();
    expect(changes()).toEqual(before);
    expect(out).toContain("Nothing has changed:");
    expect(code).toBe(0);
  });

  it("uploads alone after a change of the code, and leaves KV and secrets", async () => {
    await deploy();
    writeFileSync(join(folder, "source.js"), "export default { fetch() {} };");
    expect((await deploy()).code).toBe(0);
    expect(changes().slice(3)).toEqual(["deploy"]);
  });

  it("uploads again after a change of a page or of the configuration", async () => {
    await deploy();
    writeFileSync(join(folder, "public/index.html"), "another page");
    await deploy();
    writeFileSync(
      join(folder, "wrangler.toml"),
      `${readFileSync(join(folder, "wrangler.toml"), "utf8")}\n# changed\n`,
    );
    await deploy();
    expect(changes().slice(3)).toEqual(["deploy", "deploy"]);
  });

  it("knows the code that runs after secrets were changed by hand", async () => {
    await deploy();
    const put = { cwd: folder, env: { ...process.env, ...environment({}) } };
    await new Promise<void>((resolve, reject) => {
      const child = execFile("sh", ["-c", "wrangler secret bulk --env="], put, (error) =>
        error ? reject(error) : resolve(),
      );
      child.stdin!.end('{"OTHER": "x"}');
    });
    const before = changes();
    expect((await deploy()).out).toContain("kept: this code runs already");
    expect(changes()).toEqual(before);
  });

  it("knows no address of a Worker of the same name and code in another account, and uploads to learn it", async () => {
    await deploy();
    const before = changes().length;
    change({ accounts: [{ id: "4567", name: "Another" }] });
    expect((await deploy()).code).toBe(0);
    expect(changes().slice(before)).toEqual(["deploy"]);
  });

  it("needs no key to be run again: the doctor is not asked then", async () => {
    await deploy();
    const { code, out } = await deploy([], {});
    expect(out).toContain("it needs SAMEFACE_API_KEY in the environment");
    expect(code).toBe(0);
  });
});

describe("the environment onnxruntime", () => {
  it("is a Worker of its own, with a KV of its own", async () => {
    await deploy(["--env", "onnxruntime"]);
    expect(Object.keys(account().workers)).toEqual(["sameface-onnxruntime"]);
    expect(account().namespaces.map(({ title }) => title)).toEqual(["sameface-onnxruntime-templates"]);
  });

  it("is one that wrangler.toml has", async () => {
    const { code, err } = await deploy(["--env", "staging"]);
    expect(err).toContain("--env must be one of wrangler.toml's: onnxruntime");
    expect(code).toBe(2);
    expect(account().calls).toEqual([]);
  });
});

describe("a jurisdiction", () => {
  it("is where the KV is made, and the first tenant that is shown", async () => {
    const { out } = await deploy(["--jurisdiction", "eu"]);
    expect(account().namespaces).toMatchObject([{ title: "sameface-templates", jurisdiction: "eu" }]);
    expect(out).toContain(`/v1/tenants -H "Authorization: Bearer $SAMEFACE_API_KEY"`);
    expect(out).toContain(`'{"tenant_id": "first", "jurisdiction": "eu"}'`);
  });

  it("is one of three", async () => {
    const { code, err } = await deploy(["--jurisdiction", "mars"]);
    expect(err).toContain("--jurisdiction must be eu or us or fedramp");
    expect(code).toBe(2);
  });
});

describe("a dry run", () => {
  it("says every step, and runs no command that changes anything", async () => {
    const { code, out } = await deploy(["--dry-run", "--jurisdiction", "eu"], {});
    expect(code).toBe(0);
    expect(out).toContain("would make sameface-templates in the jurisdiction eu");
    expect(out).toContain("SAMEFACE_KEK: would ask for one, or make one and show it once");
    expect(out).toContain("would be done");
    expect(out).toContain("Nothing was changed.");
    expect(changes()).toEqual([]);
  });

  it("needs no login", async () => {
    change({ loggedIn: false });
    const { code, out } = await deploy(["--dry-run"], {});
    expect(code).toBe(0);
    expect(out).toContain("nobody is logged in");
    expect(account().calls.map(({ args }) => args[0])).toEqual(["whoami", "deploy"]);
  });

  it("of a deployment that is as it should be would change nothing", async () => {
    await deploy();
    const before = changes();
    const { out } = await deploy(["--dry-run"]);
    expect(out.match(/would be (kept|left)/g)).toHaveLength(4);
    expect(changes()).toEqual(before);
  });
});

describe("a deployment that cannot go on", () => {
  it("without a login ends before anything is built", async () => {
    change({ loggedIn: false });
    const { code, err } = await deploy();
    expect(err).toContain("npx wrangler login");
    expect(code).toBe(2);
    expect(account().calls).toHaveLength(1);
  });

  it("with several accounts names them", async () => {
    change({
      accounts: [
        { id: "1", name: "One" },
        { id: "2", name: "Two" },
      ],
    });
    const { code, err } = await deploy();
    expect(err).toContain("CLOUDFLARE_ACCOUNT_ID");
    expect(err).toContain("2  Two");
    expect(code).toBe(2);
    expect((await deploy([], { ...secrets(), CLOUDFLARE_ACCOUNT_ID: "2" })).code).toBe(0);
  });

  it("prints no secret that it made into a log", async () => {
    const { code, err } = await deploy([], {});
    expect(err).toContain("SAMEFACE_API_KEY is not set in the environment, and there is no terminal");
    expect(code).toBe(2);
    expect(changes()).toEqual([]);
  });

  it.each([
    [
      "the published KEK",
      { SAMEFACE_KEK: "c2FtZWZhY2UgZGV2ZWxvcG1lbnQga2V5LCBwdWJsaWM=" },
      "the published one",
    ],
    ["a KEK of another form", { SAMEFACE_KEK: "short" }, "must be base64 of 32 bytes"],
    ["a short key", { SAMEFACE_API_KEY: "dev-key" }, "SAMEFACE_API_KEY is short"],
  ])("with %s changes nothing", async (_, wrong, reason) => {
    const { code, err } = await deploy([], { ...secrets(), ...(wrong as Record<string, string>) });
    expect(err).toContain(reason);
    expect(code).toBe(2);
    expect(changes()).toEqual([]);
  });

  it("makes no new KEK for a Worker that has run: its faces are under the old one", async () => {
    await deploy();
    const { workers } = account();
    delete (workers.sameface.secrets as Record<string, string>).SAMEFACE_KEK;
    change({ workers });
    const { SAMEFACE_API_KEY } = secrets();
    const { code, err } = await deploy([], { SAMEFACE_API_KEY });
    expect(err).toContain("has no SAMEFACE_KEK now");
    expect(code).toBe(2);
    expect((await deploy()).code).toBe(0);
    expect(account().workers.sameface.secrets).toEqual(secrets());
  });
});

it("goes on where an earlier run was cut off: a KV that is there is used", async () => {
  change({ namespaces: [{ id: "ab".repeat(16), title: "sameface-templates" }] });
  const { code, out } = await deploy();
  expect(out).toContain("kv        found: sameface-templates");
  expect(changes()).toEqual(["secret bulk", "deploy"]);
  expect(code).toBe(0);
});

it("at a terminal, secrets are made, and shown once", async () => {
  const command = `'${node}' '${main}' deploy`;
  const said = await new Promise<string>((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...environment({}), HOME: folder } };
    const child = execFile("script", ["-qec", command, "/dev/null"], options, (_, out) => resolve(out));
    // Enter for each secret, and when they are kept.
    let asked = 0;
    child.stdout!.on("data", (text: string) => {
      for (const _ of text.matchAll(/to make one |have kept them\. /g))
        if (asked++ < 3) child.stdin!.write("\n");
    });
  });
  const made = account().workers.sameface.secrets;
  expect(Buffer.from(made.SAMEFACE_KEK, "base64")).toHaveLength(32);
  expect(made.SAMEFACE_API_KEY).toMatch(/^[\w-]{43}$/);
  for (const [name, value] of Object.entries(made)) expect(said.split(`${name}=${value}`)).toHaveLength(2);
}, 120_000);

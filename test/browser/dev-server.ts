/** The development server as `npm run dev` starts it, on a free port and with an empty store. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../fixtures/free-port.ts";

export interface DevServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * @param folder storage of the server
 * @param variables of the deployment, beside those of development
 */
export async function startDevServer(
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<DevServer> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    join(root, "node_modules/wrangler/bin/wrangler.js"),
    ...["dev", "--port", `${port}`, "--inspector-port", `${await freePort()}`, "--persist-to", folder],
    ...["--env-file", ".dev.vars.example"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
  const output: string[] = [];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(String(data)));
  const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 600) {
      child.kill();
      throw new Error(`wrangler dev did not start:\n${output.join("").slice(-2000)}`);
    }
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (ready?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    url,
    async stop() {
      child.kill("SIGINT");
      await exited;
    },
  };
}

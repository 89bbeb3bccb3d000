/** Runs wrangler's commands, and reads what they answer. Formats are those of wrangler 4.156.2. */
import { spawn } from "node:child_process";
import * as z from "zod";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs wrangler with these words. `input` is its standard input; its own terminal is never asked anything. */
export type Wrangler = (
  args: readonly string[],
  more?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
) => Promise<Ran>;

/** Runs the first wrangler on the path, where `sameface` and `npm run` put the clone's own programs first. */
export function createWrangler(folder: string): Wrangler {
  return (args, { input = "", env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn("wrangler", args, {
        cwd: folder,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false", ...env },
        stdio: ["pipe", "pipe", "pipe"],
      });
      let out = "";
      let err = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        err += text;
      });
      child.once("error", () =>
        reject(new Error("wrangler is not on the path: run `npm ci`, and then `npm run deploy`.")),
      );
      child.once("close", (code) => resolve({ code: code ?? 2, out, err }));
      // A command that fails early does not read its input.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
    });
}

/** Runs a command that has to succeed. Throws with what wrangler said; its input is never repeated. */
export async function must(wrangler: Wrangler, ...call: Parameters<Wrangler>): Promise<string> {
  const { code, out, err } = await wrangler(...call);
  if (code !== 0) throw new Error(`wrangler ${call[0].join(" ")} failed:\n${plain(err || out).trim()}`);
  return out;
}

/** Parses JSON that a command prints after what else it says. */
export function parseAnswer<T extends z.ZodType>(
  schema: T,
  args: readonly string[],
  out: string,
): z.output<T> {
  const start = out.search(/^[[{]/m);
  try {
    return schema.parse(JSON.parse(out.slice(start)));
  } catch {
    throw new Error(`wrangler ${args.join(" ")} answered in a form that is not known.`);
  }
}

/** Removes the colours of a terminal. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour.
  return text.replace(/\u001b\[[\d;]*m/g, "");
}

const accountSchema = z.object({ id: z.string(), name: z.string() });
export const whoamiSchema = z.object({ loggedIn: z.literal(true), accounts: z.array(accountSchema) });
export const deploymentSchema = z.object({
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })).min(1),
});
const versionSchema = z.object({
  id: z.string(),
  annotations: z.record(z.string(), z.string()).optional(),
});
export const versionsSchema = z.array(versionSchema);
export const fullVersionSchema = versionSchema.extend({
  resources: z.object({
    bindings: z.array(z.object({ type: z.string(), name: z.string() })).optional(),
  }),
});
export const secretsSchema = z.array(z.object({ name: z.string() }));
export const namespacesSchema = z.array(z.object({ id: z.string(), title: z.string() }));
/** Entry of the file in `WRANGLER_OUTPUT_FILE_PATH`. */
export const deployedSchema = z.object({
  type: z.literal("deploy"),
  version_id: z.string().nullable(),
  targets: z.array(z.string()).optional(),
});

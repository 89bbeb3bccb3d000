/** Ends of `sameface serve` by signals: at its start, in the middle of a request, to one process or to its group. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { franck, read, repository } from "../setting.ts";
import { type Machine, rootKey, runServe, startMachine } from "./machine.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-stop-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const launcher = join(repository, "cli/sameface.js");
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends the first part of an enrolment of `late`. The answer is what comes after `finish` until the connection is closed. */
async function beginEnrolment(machine: Machine) {
  const photo = read(franck);
  const { hostname, port } = new URL(machine.url);
  const socket = connect(Number(port), hostname);
  const head = [
    "POST /v1/subjects/late/faces HTTP/1.1",
    `Host: ${hostname}`,
    `Authorization: Bearer ${rootKey}`,
    "Content-Type: image/jpeg",
    `Content-Length: ${photo.length}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  socket.write(photo.subarray(0, 1000));
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await wait(500);
  return async function finish(): Promise<string> {
    socket.write(photo.subarray(1000));
    await closed;
    return answer;
  };
}

it("a signal to stop lets the requests under way finish, takes no new ones, and ends with 0", async () => {
  const folder = join(parent, "stopped");
  const machine = await startMachine(folder);
  const finish = await beginEnrolment(machine);
  const ended = machine.stop();
  await wait(500);
  // A connection that comes now waits, and is closed unanswered when the process ends.
  const late = fetch(`${machine.url}/healthz`).then(
    () => "answered",
    () => "closed",
  );
  expect(await finish()).toMatch(/^HTTP\/1\.1 201 /);
  expect(await ended).toBe(0);
  expect(await late).toBe("closed");
  const again = await startMachine(folder);
  expect((await again.client.subjects.get("late")).faces).toHaveLength(1);
  expect(await again.stop()).toBe(0);
}, 120_000);

it("a signal to the process group, which the launcher forwards besides, counts once", async () => {
  const machine = await startMachine(join(parent, "group"), {}, { program: launcher, ownGroup: true });
  const finish = await beginEnrolment(machine);
  const ended = machine.stopGroup();
  await wait(500);
  expect(await finish()).toMatch(/^HTTP\/1\.1 201 /);
  expect(await ended).toBe(0);
}, 120_000);

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s to the launcher alone stops the service",
  async (signal) => {
    const machine = await startMachine(join(parent, signal), {}, { program: launcher });
    expect(await machine.stop(signal)).toBe(0);
    expect(() => process.kill(machine.workerdPid, 0)).toThrow("ESRCH");
  },
  60_000,
);

it("a second signal that comes more than a second later ends it at once", async () => {
  const machine = await startMachine(join(parent, "twice"));
  const finish = await beginEnrolment(machine);
  machine.stop();
  await wait(1500);
  expect(await machine.stop()).toBe(2);
  expect(await finish()).toBe("");
}, 120_000);

it("a signal at the start ends the command with 0, and workerd with it", async () => {
  const folder = join(parent, "start");
  const pidFile = join(folder, "workerd.pid");
  const child = runServe(folder);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let said = "";
  child.stderr!.on("data", (text) => {
    said += text;
  });
  while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await wait(1);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(said).not.toContain("sameface serves");
  expect(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0)).toThrow("ESRCH");
}, 120_000);

it("kill -9 of the command kills workerd, and the folder can be served again", async () => {
  const folder = join(parent, "killed");
  const machine = await startMachine(folder);
  await machine.killCommand();
  const again = await startMachine(folder);
  await expect(fetch(`${machine.url}/healthz`)).rejects.toThrow();
  expect(await again.stop()).toBe(0);
}, 120_000);

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Sameface } from "../../../client/index.ts";

const document = JSON.parse(
  readFileSync(new URL("../../../public/openapi.json", import.meta.url), "utf8"),
) as {
  paths: Record<string, Record<string, unknown>>;
};

it("the client has a call for every operation of the API's document but the document itself, and no other", async () => {
  const asked: string[] = [];
  const client = new Sameface({
    url: "http://service",
    async fetch(url, { method }) {
      const path = new URL(url).pathname
        .replace(/\/S(?=\/|$)/, "/{subject_id}")
        .replace(/\/F$/, "/{face_id}");
      asked.push(`${method?.toLowerCase()} ${path.replace("/K", "/{key_id}")}`);
      return new Response('{"match":false}');
    },
  });
  const photo = new Uint8Array(1);
  await client.enrol("S", photo);
  await client.verify("S", photo);
  await client.compare(photo, photo);
  await client.identify(photo);
  await client.embed(photo);
  await client.detect(photo);
  await client.createSession({ subject_id: "S", action: "verify" });
  await client.verifyLive([photo]);
  await client.enrolLive([photo]);
  await client.subjects.list();
  await client.subjects.get("S");
  await client.subjects.record("S");
  await client.subjects.delete("S");
  await client.subjects.revert("S");
  await client.subjects.unlock("S");
  await client.faces.unrecognizable();
  await client.faces.update("S", "F", {});
  await client.faces.delete("S", "F");
  await client.keys.list();
  await client.keys.create({ scopes: ["read"] });
  await client.keys.rotate("K");
  await client.keys.revoke("K");
  await client.settings.get();
  await client.settings.change({});
  await client.audit.list();
  await client.subjects.ageing();
  await client.liveRate.measure();
  await client.liveRate.last();
  await client.transfer.exportPage("k");
  await client.transfer.importPage("k", "{}");
  await client.tenants.list();
  await client.tenants.create({ tenant_id: "t" });
  await client.deployment.health();
  await client.deployment.doctor();
  await client.deployment.readiness();
  await client.deployment.publicKeys();
  await client.deployment.rewrapKeys();
  await client.deployment.rotateSigningKey();
  const documented = Object.entries(document.paths)
    .filter(([path]) => path !== "/openapi.json")
    .flatMap(([path, methods]) =>
      ["get", "post", "patch", "delete"].filter((name) => name in methods).map((name) => `${name} ${path}`),
    );
  expect(asked.sort()).toEqual(documented.sort());
});

it("a name of any script and mark goes into the path with percent signs", async () => {
  const asked: string[] = [];
  const client = new Sameface({
    url: "http://service",
    async fetch(url) {
      asked.push(url);
      return new Response('{"match":false}');
    },
  });
  await client.subjects.get("a+b=c|d/李 𠀀");
  expect(asked).toEqual(["http://service/v1/subjects/a%2Bb%3Dc%7Cd%2F%E6%9D%8E%20%F0%A0%80%80"]);
});

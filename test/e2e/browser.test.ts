/** The client in Chromium, from a page of another origin. Skipped where there is no Chromium. */
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sameface, shrinkPhoto } from "../../client/index.ts";
import { exifBlock } from "../fixtures/photos/images.ts";
import { pageOrigin } from "./service.ts";
import { franck, franckAgain, newTenant, repository } from "./setting.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);

/** Globals of the page. */
interface Globals {
  client: { Sameface: typeof Sameface; shrinkPhoto: typeof shrinkPhoto };
}

/** Makes a photo whose EXIF says that the phone was held upright. */
function turnedPhoto(): Buffer {
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), exifBlock(6)]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([head, exif, readFileSync(franckAgain).subarray(2)]);
}

describe.skipIf(executablePath === undefined)("the client in a browser", () => {
  let browser: Browser;
  let page: Page;
  let service: { url: string; key: string };

  beforeAll(async () => {
    const { url, key, client } = await newTenant("browser");
    service = { url, key };
    await client.enrol("franck", new Uint8Array(readFileSync(franck)));
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"],
    });
    page = await browser.newPage();
    await page.route(`${pageOrigin}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
      if (pathname === "/photo") return route.fulfill({ path: franckAgain, contentType: "image/jpeg" });
      if (pathname === "/turned") return route.fulfill({ body: turnedPhoto() });
      const source = readFileSync(join(repository, pathname), "utf8");
      await route.fulfill({ contentType: "text/javascript", body: stripTypeScriptTypes(source) });
    });
    await page.goto(pageOrigin);
    // The script is text, since the tests' own loader would rewrite an import in a function.
    await page.evaluate(
      `import("/client/index.ts").then((client) => void Object.assign(globalThis, { client }))`,
    );
  });
  afterAll(() => browser?.close());

  it("verifies, and tells how far the upload is", async () => {
    const { match, seen, total } = await page.evaluate(async (service) => {
      const { Sameface } = (globalThis as unknown as Globals).client;
      const photo = await (await fetch("/photo")).blob();
      const seen: number[] = [];
      const onUploadProgress = ({ sentBytes }: { sentBytes: number }) => void seen.push(sentBytes);
      const answer = await new Sameface(service).verify("franck", photo, { onUploadProgress });
      return { match: answer.match, seen, total: photo.size };
    }, service);
    expect(match).toBe(true);
    expect(seen.at(-1)).toBe(total);
  });

  it("sends streams and views, where fetch itself sends no streams", async () => {
    const answers = await page.evaluate(async (service) => {
      const { Sameface } = (globalThis as unknown as Globals).client;
      const sameface = new Sameface(service);
      const photo = await (await fetch("/photo")).blob();
      const view = new DataView(await photo.arrayBuffer());
      const { match } = await sameface.verify("franck", photo.stream());
      const { distance } = await sameface.compare(photo.stream(), view);
      const told = await sameface
        .detect("data:image/jpeg;base64,secret" as never)
        .catch((error) => `${error}`);
      return { match, distance, told };
    }, service);
    expect(answers).toEqual({
      match: true,
      distance: 0,
      told: expect.stringMatching(/^TypeError: photo must be/),
    });
    expect(answers.told).not.toContain("secret");
  });

  it("throws a refusal and an abort as anywhere", async () => {
    const codes = await page.evaluate(async (service) => {
      const { Sameface } = (globalThis as unknown as Globals).client;
      const sameface = new Sameface(service);
      const codeOf = (call: Promise<unknown>) => call.catch((error) => error.code ?? error.name);
      const photo = await (await fetch("/photo")).blob();
      const controller = new AbortController();
      const aborted = sameface.detect(photo, {
        signal: controller.signal,
        onUploadProgress: () => undefined,
      });
      controller.abort(new DOMException("enough", "AbortError"));
      return [
        await codeOf(sameface.detect(new Blob(["no photo"], { type: "image/jpeg" }))),
        await aborted.catch((error) => error.name),
      ];
    }, service);
    expect(codes).toEqual(["unsupported_media_type", "AbortError"]);
  });

  it("shrinks a photo, and it is the same face", async () => {
    const { match, image, saved } = await page.evaluate(async (service) => {
      const { Sameface, shrinkPhoto } = (globalThis as unknown as Globals).client;
      const photo = await (await fetch("/photo")).blob();
      const small = await shrinkPhoto(photo, { maxSidePx: 400 });
      const { match, image } = await new Sameface(service).verify("franck", small);
      return { match, image, saved: photo.size - small.size };
    }, service);
    expect([match, image]).toEqual([true, { width: 400, height: 320, format: "jpeg" }]);
    expect(saved).toBeGreaterThan(0);
  });

  it("turns a photo upright, and leaves its EXIF behind", async () => {
    expect(turnedPhoto().includes("Exif")).toBe(true);
    const { bytes, image } = await page.evaluate(async () => {
      const { shrinkPhoto } = (globalThis as unknown as Globals).client;
      const small = await shrinkPhoto(await (await fetch("/turned")).blob(), { maxSidePx: 400 });
      const { width, height } = await createImageBitmap(small);
      return { bytes: [...new Uint8Array(await small.arrayBuffer())], image: [width, height] };
    });
    expect(image).toEqual([320, 400]);
    expect(Buffer.from(bytes).includes("Exif")).toBe(false);
  });

  it("rejects what is no photo", async () => {
    const name = await page.evaluate(async () => {
      const { shrinkPhoto } = (globalThis as unknown as Globals).client;
      return shrinkPhoto(new Blob(["no photo"])).catch((error) => error.name);
    });
    expect(name).toBe("InvalidStateError");
  });
});

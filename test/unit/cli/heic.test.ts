/** Photos as iPhones store them, on the command line. */
import { decode } from "jpeg-js";
import { expect, it } from "vitest";
import { convertHeic, isHeic } from "../../../cli/heic.ts";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";

/**
 * 96 x 64 from red at the top to blue at the bottom: ImageMagick's `gradient:red-blue`, by `heif-enc -q 40` of libheif
 * 1.15.
 */
const heic = Buffer.from(
  "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA" +
    "AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAMgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA" +
    "AGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMA" +
    "AAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3Bl" +
    "AAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAA6bWRhdAAAAC4oAa9Y+TKchyobyDEK" +
    "9EZbO1ffRdZwrQygQrYiMGyhPx5dLhIPGQg7o727AFO4",
  "base64",
);

it("a HEIC photo becomes a JPEG of its size and colours", async () => {
  expect(isHeic(heic)).toBe(true);
  const { width, height, data } = decode(await convertHeic(heic));
  expect([width, height]).toEqual([96, 64]);
  const at = (x: number, y: number) => data.subarray(4 * (96 * y + x), 4 * (96 * y + x) + 3);
  const [redOfTop, , blueOfTop] = at(48, 2);
  const [redOfBottom, , blueOfBottom] = at(48, 61);
  expect([redOfTop > 220, blueOfTop < 40, redOfBottom < 40, blueOfBottom > 220]).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

it("a HEIC photo that is cut short fails with a sentence", async () => {
  await expect(convertHeic(heic.subarray(0, 120))).rejects.toThrow("The HEIC photo cannot be read.");
});

it("a JPEG is not taken for one", () => {
  expect(isHeic(Buffer.from("ffd8ffe000104a464946", "hex"))).toBe(false);
});

it("the service's refusal of a HEIC photo says how a phone makes a JPEG of it", async () => {
  const opened = await openPhoto(new Uint8Array(heic), defaultImageLimits, nodeCodecs());
  expect(opened).toMatchObject({
    failure: {
      code: "unsupported_media_type",
      found: "a HEIC or HEIF photo",
      instead: expect.stringMatching(/iOS.*Android/),
    },
  });
});

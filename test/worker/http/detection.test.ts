/** Detection says what is wrong with a photo, also where every other call refuses it. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { detectionAnswerSchema, errorAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { form, jpeg, photoAt, startService, unrecognisablePhotoAt } from "../setup/service.ts";

beforeEach(reset);

describe("a photo of a face that tells nobody", () => {
  const photo = unrecognisablePhotoAt(0);

  it("is detected, with that reason before the others", async () => {
    for (const query of ["", "?quality=warn", "?face=only"]) {
      const response = await startService().call(`/v1/detect${query}`, jpeg(photo));
      expect(response.status).toBe(200);
      const { face, faces } = detectionAnswerSchema.parse(await response.json());
      expect(face.quality).toMatchObject({ reasons: ["unrecognizable", "blurred"], recognisability: 0.12 });
      expect(faces).toHaveLength(1);
    }
  });

  it("is refused by detection too where the request asks for that", async () => {
    const response = await startService().call("/v1/detect?quality=refuse", jpeg(photo));
    expect(response.status).toBe(422);
    const { error } = errorAnswerSchema.parse(await response.json());
    expect(error).toMatchObject({ code: "low_quality", details: { reasons: ["unrecognizable", "blurred"] } });
  });

  it.each<[string, RequestInit]>([
    ["/v1/embed", jpeg(photo)],
    ["/v1/compare", form({ image_a: photoAt(0), image_b: photo })],
    ["/v1/identify", jpeg(photo)],
    ["/v1/subjects/alice/verify", jpeg(photo)],
    ["/v1/subjects/bob/faces", jpeg(photo)],
  ])("is refused by %s, whatever the policy of quality", async (path, init) => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const query = path.endsWith("faces") ? "" : "?quality=warn";
    const response = await call(`${path}${query}`, init);
    expect(response.status).toBe(422);
    const { error } = errorAnswerSchema.parse(await response.json());
    expect(error).toMatchObject({ code: "low_quality", details: { reasons: ["unrecognizable", "blurred"] } });
  });
});

/** JSON of any client. */
import { base64, crlf, enrolledPhoto, key, length, photo, strangersPhoto } from "../bytes.ts";
import { busyNotes, json } from "../plain.ts";
import { enrolled, match, type Row, refused, samePerson } from "../row.ts";

export const jsonRows: readonly Row[] = [
  {
    client: "any client",
    does: "JSON with 100 commas and brackets in its notes",
    source: "RFC 8259: marks inside of a string are text",
    request: json("/v1/subjects/notes-in-json/faces", `{"image":"${base64}","metadata":${busyNotes}}`),
    answer: enrolled("notes-in-json"),
  },
  {
    client: "any client",
    does: "a form with 100 commas and brackets in its notes",
    source: "RFC 7578",
    request: crlf`
      POST /v1/subjects/notes-in-a-form/faces HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=notes
      Content-Length: ${length}

      --notes
      Content-Disposition: form-data; name="metadata"

      ${busyNotes}
      --notes
      Content-Disposition: form-data; name="image"; filename="photo.jpg"

      ${photo}
      --notes--

    `,
    answer: enrolled("notes-in-a-form"),
  },
  {
    client: "any client",
    does: "PATCH with such notes of a face that is not there",
    source: "RFC 8259: marks inside of a string are text",
    request: json("/v1/subjects/franck/faces/none", `{"metadata":${busyNotes}}`, { method: "PATCH" }),
    answer: refused(404, "not_found", { says: ["no such face"] }),
  },
  {
    client: "any client",
    does: "JSON under application/vnd.api+json",
    source: "RFC 6839, section 3.1",
    request: json("/v1/subjects/franck/verify", `{"image":"${base64}"}`, {
      type: "application/vnd.api+json",
    }),
    answer: match(),
  },
  {
    client: "any client",
    does: "JSON under text/json",
    source: "a name of JSON that was never registered",
    request: json("/v1/subjects/franck/verify", `{"image":"${base64}"}`, { type: "text/json" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "JSON with UTF-8 in quotes and capitals",
    source: "RFC 9110, section 5.6.6: a parameter's value may be quoted",
    request: json("/v1/subjects/franck/verify", ` {"image":"${base64}"}`, {
      type: 'Application/JSON; Charset="UTF-8"',
    }),
    answer: match(),
  },
  {
    client: "any client",
    does: "JSON in UTF-16",
    source: "RFC 8259, section 8.1",
    request: json("/v1/detect", `{"image":"${base64}"}`, { type: "application/json; charset=utf-16" }),
    answer: refused(415, "unsupported_media_type", { says: ["charset", "UTF-8"] }),
  },
  {
    client: "any client",
    does: "every option null",
    source: "RFC 8259; serializers write null for what is not set",
    request: json(
      "/v1/subjects/franck/verify",
      `{"image":"${base64}","face":null,"max_fmr":null,"quality":null,"include":null,"receipt":null,"nonce":null}`,
    ),
    answer: match({ max_fmr: 0.0001 }),
  },
  {
    client: "any client",
    does: "the photo null",
    source: "RFC 8259",
    request: json("/v1/detect", '{"image":null}'),
    answer: refused(400, "invalid_request", { field: "image", says: ["base64"] }),
  },
  {
    client: "any client",
    does: "the photo as a list of numbers, as JSON.stringify writes a Buffer",
    source: "Node's Buffer.toJSON",
    request: json("/v1/detect", JSON.stringify({ image: photo.subarray(0, 400) })),
    answer: refused(400, "invalid_request", { field: "image", says: ["base64"] }),
  },
  {
    client: "any client",
    does: "the photo under another name",
    source: "RFC 8259",
    request: json("/v1/detect", `{"photo":"${base64.slice(0, 400)}"}`),
    answer: refused(400, "invalid_request", { field: "image", says: ["is missing"] }),
  },
  {
    client: "any client",
    does: "the photo twice",
    source: "RFC 8259, section 4: names should be unique",
    request: json("/v1/detect", `{"image":"${base64}","image":"${base64}"}`),
    answer: refused(400, "invalid_request", { field: "image", says: ["more than once"] }),
  },
  {
    client: "any client",
    does: "an option misspelt",
    source: "RFC 8259",
    request: json("/v1/subjects/franck/verify", `{"image":"${base64}","maxFmr":0.00001}`),
    answer: refused(400, "invalid_request", { field: "maxFmr", says: ["is not a field of this request"] }),
  },
  {
    client: "any client",
    does: "an option that is an empty text",
    source: "RFC 8259",
    request: json("/v1/detect", `{"image":"${base64}","face":""}`),
    answer: refused(400, "invalid_request", { field: "face", says: ["largest"] }),
  },
  {
    client: "any client",
    does: "a rate as a text",
    source: "RFC 8259; Python's str(1e-05)",
    request: json("/v1/subjects/franck/verify", `{"image":"${base64}","max_fmr":"1e-05"}`),
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "any client",
    does: "a data URL with parameters",
    source: "RFC 2397: parameters stand before ;base64",
    request: json(
      "/v1/subjects/franck/verify",
      `{"image":"data:image/jpeg;charset=utf-8;name=a.jpg;base64,${base64}"}`,
    ),
    answer: match(),
  },
  {
    client: "any client",
    does: "a data URL without base64",
    source: "RFC 2397",
    request: json("/v1/detect", '{"image":"data:image/jpeg,%FF%D8%FF"}'),
    answer: refused(400, "invalid_request", { field: "image", says: ["data URL with base64"] }),
  },
  {
    client: "any client",
    does: "a data URL as the body",
    source: "RFC 2397; a canvas's toDataURL sent as it is",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: text/plain;charset=UTF-8
      Content-Length: ${length}

      data:image/jpeg;base64,${base64}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["data URL", '"image"'] }),
  },
  {
    client: "any client",
    does: "a list instead of an object",
    source: "RFC 8259",
    request: json("/v1/detect", `[{"image":"${base64.slice(0, 400)}"}]`),
    answer: refused(400, "invalid_request", { says: ["JSON object"] }),
  },
  {
    client: "any client",
    does: "JSON that ends too early, under a right length",
    source: "RFC 8259",
    request: json("/v1/detect", `{"image":"${base64}"`),
    answer: refused(400, "invalid_request", { says: ["well-formed JSON"] }),
  },
  {
    client: "any client",
    does: "JSON with single quotes",
    source: "Python's str(dict) sent for JSON",
    request: json("/v1/detect", "{'image': 'UEhPVE8='}"),
    answer: refused(400, "invalid_request", { says: ["well-formed JSON"] }),
  },
  {
    client: "any client",
    does: "a body that is empty, under application/json",
    source: "RFC 8259: a text is one value",
    request: json("/v1/detect", ""),
    answer: refused(400, "invalid_request", { says: ["empty", "send a photo"] }),
  },
  {
    client: "any client",
    does: "two photos to compare, as data URLs",
    source: "RFC 2397",
    request: json(
      "/v1/compare",
      `{"image_a":"data:image/jpeg;base64,${base64}","image_b":"${enrolledPhoto.toString("base64")}"}`,
    ),
    answer: samePerson,
  },
  {
    client: "any client",
    does: "another man's photo",
    source: "RFC 8259",
    request: json("/v1/subjects/franck/verify", `{"image":"${strangersPhoto.toString("base64")}"}`),
    answer: { status: 200, body: { match: false, image: { width: 500, height: 614, format: "jpeg" } } },
  },
  {
    client: "any client",
    does: "a session under text/plain",
    source: "RFC 9110, section 8.3",
    request: json("/v1/sessions", '{"subject_id":"franck","action":"verify"}', { type: "text/plain" }),
    answer: refused(415, "unsupported_media_type", { says: ["application/json"] }),
  },
  {
    client: "any client",
    does: "a session without a body",
    source: "RFC 8259",
    request: json("/v1/sessions", ""),
    answer: refused(400, "invalid_request", { says: ["empty", "send JSON"] }),
  },
  {
    client: "AWS Lambda",
    does: "a photo that API Gateway made base64, passed on in JSON",
    source: "API Gateway's payload encodings: event.body with isBase64Encoded",
    request: json("/v1/subjects/franck/verify", JSON.stringify({ image: base64, quality: "warn" })),
    answer: match(),
  },
  {
    client: "AWS Lambda",
    does: "a photo that API Gateway made base64, passed on as it is",
    source: "API Gateway's payload encodings: event.body with isBase64Encoded",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      X-Amzn-Trace-Id: Root=1-661d0000-000000000000000000000000
      Content-Type: image/jpeg
      Content-Length: ${length}

      ${base64}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["a photo in base64"] }),
  },
  {
    client: "AWS Lambda",
    does: "the whole event, passed on",
    source: "API Gateway's proxy event, format 2.0",
    request: json(
      "/v1/detect",
      JSON.stringify({ version: "2.0", rawPath: "/", body: base64.slice(0, 400), isBase64Encoded: true }),
    ),
    answer: refused(400, "invalid_request", { field: "image", says: ["is missing"] }),
  },
];

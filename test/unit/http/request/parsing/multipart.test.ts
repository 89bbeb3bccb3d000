import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxParts, parseMultipart } from "../../../../../src/http/request/parsing/multipart.ts";
import { maxPartHeaderBytes } from "../../../../../src/http/request/parsing/part-head.ts";

const header = "multipart/form-data; boundary=b";

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

interface ReadPart {
  name: string;
  fileName?: string;
  contentType?: string;
  text: string;
}

function read(body: string | Uint8Array<ArrayBuffer>, contentType = header): ReadPart[] {
  const parsed = parseMultipart(typeof body === "string" ? bytesOf(body) : body, contentType);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value.map(({ name, fileName, contentType, bytes }) => ({
    name,
    ...(fileName === undefined ? {} : { fileName }),
    ...(contentType === undefined ? {} : { contentType }),
    text: Buffer.from(bytes).toString("latin1"),
  }));
}

function reasonOf(body: string, contentType = header): string {
  const parsed = parseMultipart(bytesOf(body), contentType);
  if (parsed.ok) throw new Error("was accepted");
  if (parsed.failure.code !== "invalid_request") throw new Error(parsed.failure.code);
  return parsed.failure.reason;
}

/** Makes one part with the given headers, one a line. */
function onePart(headers: readonly string[], content = "jpeg"): string {
  return ["--b", ...headers, "", content, "--b--", ""].join("\r\n");
}

const image = 'Content-Disposition: form-data; name="image"; filename="a.jpg"';

describe("parseMultipart", () => {
  describe("reads a photo and a text as clients write them:", () => {
    const lines = (...text: string[]) => text.join("\r\n");
    it.each<[client: string, contentType: string, body: string, image: Partial<ReadPart>]>([
      [
        "Chrome",
        "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        lines(
          "------WebKitFormBoundary7MA4YWxkTrZu0gW",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: image/jpeg",
          "",
          "jpeg",
          "------WebKitFormBoundary7MA4YWxkTrZu0gW",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "------WebKitFormBoundary7MA4YWxkTrZu0gW--",
          "",
        ),
        { fileName: "a.jpg", contentType: "image/jpeg" },
      ],
      [
        "Firefox",
        "multipart/form-data; boundary=---------------------------9051914041544843365972754266",
        lines(
          "-----------------------------9051914041544843365972754266",
          'Content-Disposition: form-data; name="image"; filename="a%22b.jpg"',
          "Content-Type: image/jpeg",
          "",
          "jpeg",
          "-----------------------------9051914041544843365972754266",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "-----------------------------9051914041544843365972754266--",
          "",
        ),
        { fileName: 'a"b.jpg', contentType: "image/jpeg" },
      ],
      [
        "undici (Node's fetch)",
        "multipart/form-data; boundary=----formdata-undici-023764524157",
        lines(
          "------formdata-undici-023764524157",
          'Content-Disposition: form-data; name="image"; filename="blob"',
          "Content-Type: application/octet-stream",
          "",
          "jpeg",
          "------formdata-undici-023764524157",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "------formdata-undici-023764524157--",
          "",
        ),
        { fileName: "blob", contentType: "application/octet-stream" },
      ],
      [
        "OkHttp, with a Content-Length in each part",
        "multipart/form-data; boundary=3c1bd5f5-1f1b-4e34-9c0f-0f4c5c9f2d11",
        lines(
          "--3c1bd5f5-1f1b-4e34-9c0f-0f4c5c9f2d11",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: image/jpeg",
          "Content-Length: 4",
          "",
          "jpeg",
          "--3c1bd5f5-1f1b-4e34-9c0f-0f4c5c9f2d11",
          'Content-Disposition: form-data; name="face"',
          "Content-Length: 4",
          "",
          "only",
          "--3c1bd5f5-1f1b-4e34-9c0f-0f4c5c9f2d11--",
          "",
        ),
        { fileName: "a.jpg", contentType: "image/jpeg" },
      ],
      [
        "Retrofit, with a transfer encoding and a type for texts",
        "multipart/form-data; boundary=6f5c4b11-2e2d-4a8e-b0c5-35a2e4c7d3b0",
        lines(
          "--6f5c4b11-2e2d-4a8e-b0c5-35a2e4c7d3b0",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Transfer-Encoding: binary",
          "Content-Type: image/*",
          "Content-Length: 4",
          "",
          "jpeg",
          "--6f5c4b11-2e2d-4a8e-b0c5-35a2e4c7d3b0",
          'Content-Disposition: form-data; name="face"',
          "Content-Transfer-Encoding: binary",
          "Content-Type: text/plain; charset=UTF-8",
          "Content-Length: 4",
          "",
          "only",
          "--6f5c4b11-2e2d-4a8e-b0c5-35a2e4c7d3b0--",
          "",
        ),
        { fileName: "a.jpg", contentType: "image/*" },
      ],
      [
        "URLSession and Alamofire",
        "multipart/form-data; boundary=alamofire.boundary.5a9b6b6f9f1d1c2e",
        lines(
          "--alamofire.boundary.5a9b6b6f9f1d1c2e",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: image/jpeg",
          "",
          "jpeg",
          "--alamofire.boundary.5a9b6b6f9f1d1c2e",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--alamofire.boundary.5a9b6b6f9f1d1c2e--",
          "",
        ),
        { fileName: "a.jpg", contentType: "image/jpeg" },
      ],
      [
        "dio, with header names in small letters",
        "multipart/form-data; boundary=--dio-boundary-1583950134",
        lines(
          "----dio-boundary-1583950134",
          'content-disposition: form-data; name="face"',
          "",
          "only",
          "----dio-boundary-1583950134",
          'content-disposition: form-data; name="image"; filename="a.jpg"',
          "content-type: application/octet-stream",
          "",
          "jpeg",
          "----dio-boundary-1583950134--",
          "",
        ),
        { fileName: "a.jpg", contentType: "application/octet-stream" },
      ],
      [
        "Python requests",
        "multipart/form-data; boundary=0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
        lines(
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "",
          "jpeg",
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e--",
          "",
        ),
        { fileName: "a.jpg" },
      ],
      [
        "older requests, with a file name beyond ASCII",
        "multipart/form-data; boundary=0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
        lines(
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e",
          "Content-Disposition: form-data; name=\"image\"; filename*=utf-8''na%C3%AFve.jpg",
          "",
          "jpeg",
          "--0d3b4c7ad1d94b2b8d5d1b6a0b7f2f6e--",
          "",
        ),
        { fileName: "naïve.jpg" },
      ],
      [
        "httpx",
        "multipart/form-data; boundary=7d4d5b1e9c1f4c0c0f0a6a1a3e3d9b53",
        lines(
          "--7d4d5b1e9c1f4c0c0f0a6a1a3e3d9b53",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--7d4d5b1e9c1f4c0c0f0a6a1a3e3d9b53",
          'Content-Disposition: form-data; name="image"; filename="upload"',
          "Content-Type: application/octet-stream",
          "",
          "jpeg",
          "--7d4d5b1e9c1f4c0c0f0a6a1a3e3d9b53--",
          "",
        ),
        { fileName: "upload", contentType: "application/octet-stream" },
      ],
      [
        "curl before 7.81, which escapes with backslashes",
        "multipart/form-data; boundary=------------------------d74496d66958873e",
        lines(
          "--------------------------d74496d66958873e",
          'Content-Disposition: form-data; name="image"; filename="a\\"\\\\b.jpg"',
          "Content-Type: image/jpeg",
          "",
          "jpeg",
          "--------------------------d74496d66958873e",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--------------------------d74496d66958873e--",
          "",
        ),
        { fileName: 'a"\\b.jpg', contentType: "image/jpeg" },
      ],
      [
        "Postman",
        "multipart/form-data; boundary=--------------------------835417290487150264939361",
        lines(
          "----------------------------835417290487150264939361",
          'Content-Disposition: form-data; name="image"; filename="/C:/Users/me/a.jpg"',
          "Content-Type: image/jpeg",
          "",
          "jpeg",
          "----------------------------835417290487150264939361",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "----------------------------835417290487150264939361--",
          "",
        ),
        { fileName: "/C:/Users/me/a.jpg", contentType: "image/jpeg" },
      ],
      [
        ".NET's HttpClient, without quotes and with a quoted boundary",
        'multipart/form-data; boundary="d3a1d9a8-0a3c-4f0f-9b3f-4f5c5c3f7e57"',
        lines(
          "--d3a1d9a8-0a3c-4f0f-9b3f-4f5c5c3f7e57",
          "Content-Disposition: form-data; name=image; filename=a.jpg; filename*=utf-8''a.jpg",
          "",
          "jpeg",
          "--d3a1d9a8-0a3c-4f0f-9b3f-4f5c5c3f7e57",
          "Content-Type: text/plain; charset=utf-8",
          "Content-Disposition: form-data; name=face",
          "",
          "only",
          "--d3a1d9a8-0a3c-4f0f-9b3f-4f5c5c3f7e57--",
          "",
        ),
        { fileName: "a.jpg" },
      ],
      [
        "Go's mime/multipart",
        "multipart/form-data; boundary=f1c9e6b2d7a84f0b8d3e5c6a7b8091a2b3c4d5e6f70819203142536475",
        lines(
          "--f1c9e6b2d7a84f0b8d3e5c6a7b8091a2b3c4d5e6f70819203142536475",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: application/octet-stream",
          "",
          "jpeg",
          "--f1c9e6b2d7a84f0b8d3e5c6a7b8091a2b3c4d5e6f70819203142536475",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--f1c9e6b2d7a84f0b8d3e5c6a7b8091a2b3c4d5e6f70819203142536475--",
          "",
        ),
        { fileName: "a.jpg", contentType: "application/octet-stream" },
      ],
      [
        "Java's Apache HttpClient",
        "multipart/form-data; charset=ISO-8859-1; boundary=Nq3x-A_bc7Dd2eFgH",
        lines(
          "--Nq3x-A_bc7Dd2eFgH",
          'Content-Disposition: form-data; name="face"',
          "Content-Type: text/plain; charset=ISO-8859-1",
          "Content-Transfer-Encoding: 8bit",
          "",
          "only",
          "--Nq3x-A_bc7Dd2eFgH",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: image/jpeg",
          "Content-Transfer-Encoding: binary",
          "",
          "jpeg",
          "--Nq3x-A_bc7Dd2eFgH--",
          "",
        ),
        { fileName: "a.jpg", contentType: "image/jpeg" },
      ],
      [
        "Ruby's Net::HTTP",
        "multipart/form-data; boundary=RUVUDFJjiOKqZrizeHK7_idVkzJruFeWHcc5WZT8yPzWe-MXeGDdkA",
        lines(
          "--RUVUDFJjiOKqZrizeHK7_idVkzJruFeWHcc5WZT8yPzWe-MXeGDdkA",
          'Content-Disposition: form-data; name="image"; filename="a.jpg"',
          "Content-Type: application/octet-stream",
          "",
          "jpeg",
          "--RUVUDFJjiOKqZrizeHK7_idVkzJruFeWHcc5WZT8yPzWe-MXeGDdkA",
          'Content-Disposition: form-data; name="face"',
          "",
          "only",
          "--RUVUDFJjiOKqZrizeHK7_idVkzJruFeWHcc5WZT8yPzWe-MXeGDdkA--",
          "",
        ),
        { fileName: "a.jpg", contentType: "application/octet-stream" },
      ],
      [
        "curl 7.88 with encoder=base64",
        "multipart/form-data; boundary=------------------------b502d0aacbed1f77",
        lines(
          "--------------------------b502d0aacbed1f77",
          'Content-Disposition: form-data; name="image"; filename="a%22b\\c.jpg"',
          "Content-Type: image/jpeg",
          "Content-Transfer-Encoding: base64",
          "",
          "anBlZw==",
          "--------------------------b502d0aacbed1f77",
          'Content-Disposition: form-data; name="face"',
          "Content-Transfer-Encoding: 8bit",
          "",
          "only",
          "--------------------------b502d0aacbed1f77--",
          "",
        ),
        { fileName: 'a"b\\c.jpg', contentType: "image/jpeg" },
      ],
    ])("%s", (_, contentType, body, expected) => {
      const parts = read(body, contentType);
      expect(parts.find(({ name }) => name === "image")).toEqual({
        name: "image",
        text: "jpeg",
        ...expected,
      });
      expect(parts.find(({ name }) => name === "face")).toMatchObject({ text: "only" });
      expect(parts).toHaveLength(2);
    });
  });

  describe("boundaries", () => {
    const alphabet = "0123456789'()+_,-./:=? aZ";
    it.each([
      ["1 character", "x"],
      ["70 characters", "x".repeat(70)],
      ["every character that RFC 2046 allows", alphabet],
      ["dashes alone", "-".repeat(70)],
    ])("of %s are read, quoted and not", (_, boundary) => {
      const body = onePart([image]).replaceAll("--b", `--${boundary}`);
      const expected = [{ name: "image", fileName: "a.jpg", text: "jpeg" }];
      expect(read(body, `multipart/form-data; boundary="${boundary}"`)).toEqual(expected);
      expect(read(body, `Multipart/Form-Data;BOUNDARY=${boundary} ; charset=utf-8`)).toEqual(expected);
    });

    it.each([
      ["71 characters", "x".repeat(71)],
      ["none", ""],
      ["a space at its end", '"x "'],
      ["a letter beyond ASCII", "ü"],
    ])("of %s are refused", (_, boundary) => {
      expect(reasonOf(onePart([image]), `multipart/form-data; boundary=${boundary}`)).toBe(
        "The boundary in the Content-Type header must be 1 to 70 characters of ASCII.",
      );
    });

    it.each([
      "multipart/form-data",
      "multipart/form-data;",
      "multipart/form-data; charset=utf-8",
      'multipart/form-data; boundary="b',
      "multipart/form-data; boundary=b; boundary=c",
    ])("lacking or crooked in %j are named", (contentType) => {
      expect(reasonOf(onePart([image]), contentType)).toMatch(/^The Content-Type header lacks its boundary/);
    });

    it("of the header that are not in the body are named", () => {
      expect(reasonOf(onePart([image]), "multipart/form-data; boundary=c")).toMatch(
        /^The body does not have the boundary/,
      );
      expect(reasonOf("")).toMatch(/^The body does not have the boundary/);
    });
  });

  describe("delimiters", () => {
    it.each([
      ["a preamble", `preamble\r\n${onePart([image])}`],
      ["a CRLF at the front", `\r\n${onePart([image])}`],
      ["an epilogue", `${onePart([image])}epilogue\r\n--b\r\n`],
      ["no CRLF at the end", onePart([image]).slice(0, -2)],
      [
        "white space behind delimiters",
        onePart([image]).replace("--b\r\n", "--b \t \r\n").replace("--b--", "--b-- \t"),
      ],
    ])("with %s", (_, body) => {
      expect(read(body)).toEqual([{ name: "image", fileName: "a.jpg", text: "jpeg" }]);
    });

    it.each([
      "\r\n--",
      "\r\n--x",
      "\r\n--bb\r\n",
      "\r\n-- b\r\n",
      "\r\n-b\r\n",
      "--bb\r\n",
      "\r\r\n--",
      "\r\n--b-\r\n",
      "\r\n\r\n",
      "\n\r--b\r\n",
      "\r\n--b x\r\n",
      "\0\xff\r",
      "",
    ])("are not seen in a photo that has %j", (content) => {
      expect(read(onePart([image], content))).toEqual([{ name: "image", fileName: "a.jpg", text: content }]);
    });

    it("end a part right behind its headers, whose empty line is their CRLF", () => {
      expect(read(`--b\r\n${image}\r\n\r\n--b--`)).toEqual([{ name: "image", fileName: "a.jpg", text: "" }]);
    });

    it("may be the last at once: a form without parts", () => {
      expect(read("--b--\r\n")).toEqual([]);
    });

    it("that are missing at any place are a form cut off, or one with the boundary not begun", () => {
      const body = onePart([image]);
      for (let length = 0; length < body.length - "\r\n".length; length++) {
        const reason = reasonOf(body.slice(0, length));
        if (length < "--b\r\n".length) expect(reason).toMatch(/^The body does not have the boundary/);
        else expect(reason, String(length)).toBe("The form is cut off: its final delimiter is missing.");
      }
    });

    it.each([
      ["everywhere", onePart([image]).replaceAll("\r", "")],
      ["behind a delimiter", onePart([image]).replace("--b\r", "--b")],
      ["behind a header", onePart([image]).replace('.jpg"\r', '.jpg"')],
      ["in place of the empty line", onePart([image]).replace("\r\n\r\n", "\r\n\n")],
      ["before a delimiter", onePart([image]).replace("\r\n--b--", "\n--b--")],
      ["behind a preamble", `preamble\n${onePart([image])}`],
      ["between two parts", onePart([image], `jpeg\n--b\r\n${image}\r\n\r\njpeg`)],
    ])("with a bare LF %s are refused by name", (_, body) => {
      expect(reasonOf(body)).toBe("The line ends of multipart/form-data must be CRLF, and these are LF.");
    });
  });

  describe("headers of a part", () => {
    it.each<[string, Partial<ReadPart>]>([
      ['form-data; name="image"', {}],
      ["form-data; name=image", {}],
      ["FORM-DATA;NAME=image;FILENAME=a.jpg", { fileName: "a.jpg" }],
      ['form-data ; name = "image" ; filename = "a.jpg" ;', { fileName: "a.jpg" }],
      ['form-data; filename="a.jpg"; name="image"', { fileName: "a.jpg" }],
      ['form-data; name="image"; filename=""', { fileName: "" }],
      ["form-data; name=image; filename=my photo (1).jpg ", { fileName: "my photo (1).jpg" }],
      ['form-data; name="image"; filename="a;b=c.jpg"', { fileName: "a;b=c.jpg" }],
      ['form-data; name="image"; filename="C:\\photos\\a.jpg"', { fileName: "C:\\photos\\a.jpg" }],
      ['form-data; name="image"; filename="a "b" c.jpg"', { fileName: 'a "b" c.jpg' }],
      ['form-data; name="image"; filename="%22%0D%0a%41"', { fileName: '"\r\n%41' }],
      ["form-data; name=image; filename=x; filename*=UTF-8'en'%E2%82%AC.jpg", { fileName: "€.jpg" }],
      ["form-data; name=image; filename*=iso-8859-1''%A3.jpg", { fileName: "£.jpg" }],
      ["form-data; name=image; filename=x; filename*=utf-8''%FF", { fileName: "x" }],
      ["form-data; name=image; filename*=utf-16''a", { fileName: "" }],
      ['form-data; name="image"; filename="\xe4.jpg"', { fileName: "\ufffd.jpg" }],
      ['form-data; name="image"; filename="\xc3\xa4.jpg"', { fileName: "ä.jpg" }],
    ])("Content-Disposition: %s", (disposition, expected) => {
      expect(read(onePart([`Content-Disposition: ${disposition}`]))).toEqual([
        { name: "image", text: "jpeg", ...expected },
      ]);
    });

    it("may have names in any case, white space around values, and be unknown", () => {
      const headers = [
        "X-Anything: at all",
        'CONTENT-DISPOSITION:form-data; name="image"',
        "content-TYPE \t:\t image/jpeg ",
        "Content-Length: 999999",
        "X-Empty:",
      ];
      expect(read(onePart(headers))).toEqual([{ name: "image", contentType: "image/jpeg", text: "jpeg" }]);
    });

    const needsDisposition = /^Every part of a form needs a header `Content-Disposition: form-data/;
    it.each<[string, readonly string[], RegExp]>([
      ["none", [], needsDisposition],
      ["no Content-Disposition", ["Content-Type: image/jpeg"], needsDisposition],
      ["another disposition", ['Content-Disposition: attachment; name="image"'], needsDisposition],
      [
        "a crooked disposition",
        ['Content-Disposition: form-data; name="image" filename="a"'],
        needsDisposition,
      ],
      [
        "a file name with a quote before a semicolon",
        ['Content-Disposition: form-data; name="image"; filename="a"; b"c.jpg"'],
        needsDisposition,
      ],
      ["an open quote", ['Content-Disposition: form-data; name="image'], needsDisposition],
      ["a name given twice", ["Content-Disposition: form-data; name=image; name=face"], needsDisposition],
      ["no name", ["Content-Disposition: form-data; filename=a.jpg"], /has no name/],
      ["the same header twice", [image, image], /gives a header twice/],
      ["a folded header", ["Content-Disposition: form-data;", ' name="image"'], /is folded/],
      ["no colon", [image, "nonsense"], /not well-formed/],
      ["a control character", [image, "X: \x01"], /not well-formed/],
      ["a bare CR", [image, "X: \r1"], /not well-formed/],
      [
        "quoted-printable",
        [image, "Content-Transfer-Encoding: quoted-printable"],
        /"image" .*quoted-printable/,
      ],
      [
        "an unknown encoding",
        [image, "Content-Transfer-Encoding: x-uu"],
        /"image" .*unknown: send it as binary/,
      ],
    ])("are refused by name when there is %s", (_, headers, reason) => {
      expect(reasonOf(onePart(headers))).toMatch(reason);
    });

    it.each(["binary", "8bit", "7bit", "Binary"])("of transfer encoding %s leave the bytes", (encoding) => {
      expect(read(onePart([image, `Content-Transfer-Encoding: ${encoding}`]))[0].text).toBe("jpeg");
    });

    it("of transfer encoding base64 decode them in place", () => {
      const body = bytesOf(onePart([image, "Content-Transfer-Encoding: BASE64"], "aGVs\r\nbG8=\r\n"));
      const parsed = parseMultipart(body, header);
      const [part] = parsed.ok ? parsed.value : [];
      expect(Buffer.from(part.bytes).toString()).toBe("hello");
      expect(part.bytes.buffer).toBe(body.buffer);
      expect(reasonOf(onePart([image, "Content-Transfer-Encoding: base64"], "jpeg!"))).toMatch(
        /"image" is not base64/,
      );
    });

    it("take exactly as many bytes as allowed, and not one more", () => {
      const padding = maxPartHeaderBytes - `${image}\r\nX: \r\n\r\n`.length;
      expect(read(onePart([image, `X: ${"x".repeat(padding)}`]))).toHaveLength(1);
      expect(reasonOf(onePart([image, `X: ${"x".repeat(padding + 1)}`]))).toBe(
        "The headers of a part have more than 8192 bytes.",
      );
    });
  });

  it("takes exactly as many parts as allowed, and refuses one more", () => {
    const parts = (count: number) => `${`--b\r\n${image}\r\n\r\nv\r\n`.repeat(count)}--b--\r\n`;
    expect(read(parts(maxParts))).toHaveLength(maxParts);
    expect(reasonOf(parts(maxParts + 1))).toBe("The form has more than 64 parts.");
  });

  it("returns views of the body, wherever it lies in its buffer", () => {
    const buffer = bytesOf(`....${onePart([image])}....`);
    const parsed = parseMultipart(buffer.subarray(4, -4), header);
    const [{ bytes }] = parsed.ok ? parsed.value : [];
    expect(bytes.buffer).toBe(buffer.buffer);
    expect(bytes.byteOffset).toBe(buffer.indexOf(0x6a, 4 + "--b\r\n".length + image.length));
  });

  const part = fc.record({
    name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fileName: fc.option(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), { nil: undefined }),
    bytes: fc.uint8Array({ maxLength: 200 }),
  });

  // undici takes a part with an empty file name for a text.
  it("reads what undici writes, as undici does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const form = new FormData();
        for (const { name, fileName, bytes } of parts) {
          if (fileName === undefined) form.append(name, Buffer.from(bytes).toString("base64"));
          else form.append(name, new Blob([bytes as Uint8Array<ArrayBuffer>]), fileName);
        }
        const response = new Response(form);
        const contentType = response.headers.get("Content-Type") ?? "";
        const body = new Uint8Array(await response.arrayBuffer());
        const expected = await new Response(body.slice(), {
          headers: { "Content-Type": contentType },
        }).formData();
        const parsed = parseMultipart(body, contentType);
        expect(parsed.ok && (await comparable(parsed.value))).toEqual(await comparableForm(expected));
      }),
    );
  });

  it("reads any parts between any boundary that is not in them", () => {
    const boundary = fc
      .string({ unit: fc.constantFrom(..."ab-'()+_,./:=? "), minLength: 1, maxLength: 70 })
      .filter((text) => !text.endsWith(" "));
    const content = fc.array(fc.constantFrom("\r", "\n", "\r\n", "--", "a", "b", "-", " ", "\r\n--"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        boundary,
        fc.array(content, { maxLength: 5 }),
        fc.boolean(),
        (boundary, contents, quoted) => {
          const texts = contents.map((pieces) => pieces.join(""));
          fc.pre(!texts.some((text) => `\r\n${text}\r\n`.includes(`\n--${boundary}`)));
          const body = texts.map((text) => `--${boundary}\r\n${image}\r\n\r\n${text}\r\n`).join("");
          const contentType = `multipart/form-data; boundary=${quoted ? `"${boundary}"` : boundary}`;
          fc.pre(quoted || !/^[ "]/.test(boundary));
          expect(read(`${body}--${boundary}--\r\n`, contentType).map(({ text }) => text)).toEqual(texts);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

type Comparable = [name: string, fileName: string | undefined, base64: string];

function comparable(
  parts: readonly { name: string; fileName: string | undefined; bytes: Uint8Array }[],
): Comparable[] {
  return parts.map(({ name, fileName, bytes }) => [name, fileName, Buffer.from(bytes).toString("base64")]);
}

async function comparableForm(form: FormData): Promise<Comparable[]> {
  const parts: Comparable[] = [];
  for (const [name, value] of form) {
    parts.push(
      typeof value === "string"
        ? [name, undefined, Buffer.from(value).toString("base64")]
        : [name, value.name, Buffer.from(await value.arrayBuffer()).toString("base64")],
    );
  }
  return parts;
}

/** Forms that HTTP allows and that any client, or a proxy on the way, may choose. */
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { base64, chunked, crlf, key, length, lf, mebibyte, photo } from "../bytes.ts";
import { photoForm, raw } from "../plain.ts";
import { match, type Row, refused } from "../row.ts";

export const httpRows: readonly Row[] = [
  {
    client: "any client",
    does: "a JPEG called image/png",
    source: "RFC 9110, section 8.3",
    request: raw({ type: "image/png" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a photo called application/pdf",
    source: "RFC 9110, section 8.3",
    request: raw({ type: "application/pdf" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a photo called text/plain",
    source: "RFC 9110, section 8.3",
    request: raw({ type: "text/plain" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a photo called binary/octet-stream, as object stores name it",
    source: "Amazon S3's default type",
    request: raw({ type: "binary/octet-stream" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a photo called */*",
    source: "API Gateway's name for all binary types, copied into the header",
    request: raw({ type: "*/*" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "IMAGE/JPEG with a parameter",
    source: "RFC 9110, section 8.3.1: case does not matter",
    request: raw({ type: "IMAGE/JPEG; q=1" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "an empty Content-Type",
    source: "RFC 9110, section 5.5: a value may be empty",
    request: raw({ type: "" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a PDF called image/jpeg",
    source: "RFC 9110, section 8.3",
    request: raw({ type: "image/jpeg", body: Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1") }),
    answer: refused(415, "unsupported_media_type", { says: ["PDF", "JPEG"] }),
  },
  {
    client: "any client",
    does: "an iPhone's HEIC photo",
    source: "ISO/IEC 23008-12: the brand heic",
    request: raw({
      type: "image/heic",
      body: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0", "latin1"),
    }),
    answer: refused(415, "unsupported_media_type", { says: ["HEIC", "JPEG"] }),
  },
  {
    client: "any client",
    does: "an XML document called text/xml",
    source: "RFC 9110, section 8.3",
    request: raw({ type: "text/xml", body: Buffer.from('<?xml version="1.0"?><image/>') }),
    answer: refused(415, "unsupported_media_type", { says: ["XML"] }),
  },
  {
    client: "any client",
    does: "a form whose Content-Type is missing",
    source: "RFC 7578",
    request: raw({ body: photoForm("here") }),
    answer: refused(415, "unsupported_media_type", {
      says: ["Content-Type is missing", "multipart/form-data", "boundary"],
    }),
  },
  {
    client: "any client",
    does: "a form under another boundary than its own",
    source: "RFC 2046, section 5.1.1",
    request: raw({ type: "multipart/form-data; boundary=there", body: photoForm("here") }),
    answer: refused(400, "invalid_request", { says: ["boundary"] }),
  },
  {
    client: "any client",
    does: "MULTIPART/FORM-DATA in capitals, and blanks around the boundary's parameter",
    source: "RFC 9110, section 8.3.1; RFC 2045, section 5.1",
    request: raw({ type: "MULTIPART/FORM-DATA ; BOUNDARY=here ", body: photoForm("here") }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a boundary in quotes, with a blank and a semicolon",
    source: "RFC 2046, section 5.1.1: bchars",
    request: raw({
      type: `multipart/form-data; boundary="a ;'()+_,-./:=?b"`,
      body: photoForm("a ;'()+_,-./:=?b"),
    }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a form with a preamble, blanks behind its boundaries, and an epilogue",
    source: "RFC 2046, section 5.1.1",
    request: raw({
      type: "multipart/form-data; boundary=here",
      body: crlf`
        This is a message in MIME format.
        --here ${"\t"}
        Content-Disposition: form-data; name="image"; filename="photo.jpg"

        ${photo}
        --here-- ${" "}
        Nothing follows.
        --here
      `,
    }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a form of 65 parts",
    source: "RFC 7578 sets no limit; the service reads 64",
    request: raw({
      path: "/v1/detect",
      type: "multipart/form-data; boundary=here",
      body: Buffer.from(
        `${'--here\r\nContent-Disposition: form-data; name="image"\r\n\r\na\r\n'.repeat(65)}--here--\r\n`,
      ),
    }),
    answer: refused(400, "invalid_request", { says: ["64 parts"] }),
  },
  {
    client: "any client",
    does: "a part in quoted-printable",
    source: "RFC 2045, section 6.7; deprecated for forms by RFC 7578, section 4.7",
    request: raw({
      path: "/v1/detect",
      type: "multipart/form-data; boundary=here",
      body: crlf`
        --here
        Content-Disposition: form-data; name="image"; filename="photo.jpg"
        Content-Transfer-Encoding: quoted-printable

        =FF=D8=FF
        --here--

      `,
    }),
    answer: refused(400, "invalid_request", { field: "image", says: ["quoted-printable", "binary"] }),
  },
  {
    client: "any client",
    does: "names of headers in small letters and in capitals",
    source: "RFC 9110, section 5.1: case does not matter",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      HOST: faces.example.com
      aUTHORIZATION: bearer ${key}
      CONTENT-TYPE: image/jpeg
      content-length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "any client",
    does: "header lines that end with LF",
    source: "RFC 9112, section 2.2: a recipient may take a single LF for a line's end",
    request: lf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "any client",
    does: "a body in gzip",
    source: "RFC 9110, section 8.4.1.3",
    request: raw({ type: "image/jpeg", coding: "gzip", body: gzipSync(photo) }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a body in x-gzip, as old clients call it",
    source: "RFC 9110, section 8.4.1.3",
    request: raw({ type: "image/jpeg", coding: "X-GZIP", body: gzipSync(photo) }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a body in deflate",
    source: "RFC 9110, section 8.4.1.2: the zlib format",
    request: raw({ type: "image/jpeg", coding: "deflate", body: deflateSync(photo) }),
    answer: match(),
  },
  {
    client: "any client",
    does: "Content-Encoding: identity",
    source: "RFC 9110, section 8.4.1: reserved, and it should not be sent",
    request: raw({ type: "image/jpeg", coding: "identity" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a form in gzip",
    source: "RFC 9110, section 8.4.1.3",
    request: raw({
      type: "multipart/form-data; boundary=here",
      coding: "gzip",
      body: gzipSync(photoForm("here")),
    }),
    answer: match(),
  },
  {
    client: "any client",
    does: "JSON in gzip",
    source: "RFC 9110, section 8.4.1.3",
    request: raw({ type: "application/json", coding: "gzip", body: gzipSync(`{"image":"${base64}"}`) }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a body in Brotli",
    source: "RFC 7932",
    request: raw({ type: "image/jpeg", coding: "br", body: brotliCompressSync(photo) }),
    answer: refused(415, "unsupported_media_type", { says: ["Content-Encoding", "br", "gzip"] }),
  },
  {
    client: "any client",
    does: "a body in Zstandard",
    source: "RFC 8878: the magic number",
    request: raw({ type: "image/jpeg", coding: "zstd", body: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]) }),
    answer: refused(415, "unsupported_media_type", { says: ["Content-Encoding", "zstd", "gzip"] }),
  },
  {
    client: "any client",
    does: "a body in gzip twice",
    source: "RFC 9110, section 8.4: codings in their order",
    request: raw({ type: "image/jpeg", coding: "gzip, gzip", body: gzipSync(gzipSync(photo)) }),
    answer: refused(415, "unsupported_media_type", { says: ["Content-Encoding", "gzip"] }),
  },
  {
    client: "any client",
    does: "a photo called gzip that is none",
    source: "RFC 1952, section 2.3.1: the magic number is missing",
    request: raw({ type: "image/jpeg", coding: "gzip" }),
    answer: refused(400, "invalid_request", { says: ["Content-Encoding"] }),
  },
  {
    client: "any client",
    does: "gzip that is cut off",
    source: "RFC 1952",
    request: raw({ type: "image/jpeg", coding: "gzip", body: gzipSync(photo).subarray(0, 9000) }),
    answer: refused(400, "invalid_request", { says: ["Content-Encoding"] }),
  },
  {
    client: "any client",
    does: "gzip of 24 MiB of zeros",
    source: "RFC 1952",
    request: raw({ type: "image/jpeg", coding: "gzip", body: gzipSync(Buffer.alloc(24 * mebibyte)) }),
    answer: refused(413, "body_too_large", { limit: 10 * mebibyte, says: [String(10 * mebibyte)] }),
  },
  {
    client: "any client",
    does: "a declared length of 11 MiB",
    source: "RFC 9110, section 15.5.14",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${11 * mebibyte}

      ${photo}
    `,
    answer: refused(413, "body_too_large", { limit: 10 * mebibyte, says: [String(10 * mebibyte)] }),
  },
  {
    client: "any client",
    does: "11 MiB in chunks",
    source: "RFC 9112, section 7.1",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Transfer-Encoding: chunked

      ${chunked(photo, Buffer.alloc(11 * mebibyte))}
    `,
    answer: refused(413, "body_too_large", { limit: 10 * mebibyte, says: [String(10 * mebibyte)] }),
  },
  {
    client: "any client",
    does: "chunks with extensions, and a trailer",
    source: "RFC 9112, section 7.1.1 and 7.1.2",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Transfer-Encoding: chunked
      Trailer: X-Checksum

      ${photo.length.toString(16).toUpperCase()};name="value"
      ${photo}
      0
      X-Checksum: 1


    `,
    answer: match(),
  },
  {
    client: "any client",
    does: "a photo that breaks off: fewer bytes than declared",
    source: "RFC 9112, section 8",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo.subarray(0, 9000)}
    `,
    sent: "and hangs up",
    answer: refused(400, "invalid_request", { says: ["broke off"] }),
  },
  {
    client: "any client",
    does: "a form that breaks off: fewer bytes than declared",
    source: "RFC 9112, section 8",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=here
      Content-Length: ${2 * photo.length}

      ${photoForm("here").subarray(0, 9000)}
    `,
    sent: "and hangs up",
    answer: refused(400, "invalid_request", { says: ["broke off"] }),
  },
  {
    client: "any client",
    does: "chunks that break off",
    source: "RFC 9112, section 8",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Transfer-Encoding: chunked

      ${chunked(photo).subarray(0, 9000)}
    `,
    sent: "and hangs up",
    answer: refused(400, "invalid_request", { says: ["broke off"] }),
  },
  {
    client: "any client",
    does: "half a photo under its own length",
    source: "ITU-T T.81: the image data end too early",
    request: raw({ path: "/v1/detect", type: "image/jpeg", body: photo.subarray(0, 2000) }),
    answer: refused(422, "invalid_image", { says: ["cannot be read"] }),
  },
  {
    client: "any client",
    does: "PUT instead of POST",
    source: "RFC 9110, section 15.5.6",
    request: raw({ method: "PUT", type: "image/jpeg" }),
    answer: {
      ...refused(405, "method_not_allowed", { says: ["POST"] }),
      headers: { Allow: "POST" },
    },
  },
  {
    client: "any client",
    does: "OPTIONS of no page",
    source: "RFC 9110, section 9.3.7",
    request: crlf`
      OPTIONS /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com


    `,
    answer: { status: 204 },
  },
  {
    client: "proxy",
    does: "the request's target as a whole URL",
    source: "RFC 9112, section 3.2.2: absolute-form",
    request: raw({ path: "http://faces.example.com/v1/subjects/franck/verify", type: "image/jpeg" }),
    answer: match(),
  },
  {
    client: "proxy",
    does: "its own headers beside the client's",
    source: "RFC 7239 and what proxies wrote before it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Via: 1.1 proxy.example.com
      Forwarded: for=192.0.2.60;proto=https
      X-Forwarded-For: 192.0.2.60, 198.51.100.7
      X-Forwarded-Proto: https
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      TE: trailers
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
];

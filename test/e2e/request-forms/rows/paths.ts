/** Paths and queries: slashes, misspelt words, and percent-encoded subject ids. */
import { base64, crlf, key, length, photo } from "../bytes.ts";
import { json, raw } from "../plain.ts";
import { enrolled, match, type Row, refused } from "../row.ts";

export const pathRows: readonly Row[] = [
  {
    client: "any client",
    does: "a slash behind the path",
    source: "RFC 3986, section 6.2.4",
    request: raw({ path: "/v1/subjects/franck/verify/", type: "image/jpeg" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "a slash behind the path, and a query",
    source: "RFC 3986, section 6.2.4",
    request: raw({ path: "/v1/subjects/franck/verify/?max_fmr=0.00001", type: "image/jpeg" }),
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "any client",
    does: "a question mark with no query behind it",
    source: "RFC 3986, section 3.4",
    request: raw({ path: "/v1/subjects/franck/verify?", type: "image/jpeg" }),
    answer: match(),
  },
  {
    client: "any client",
    does: "two options in the query",
    source: "RFC 3986, section 3.4",
    request: raw({ path: "/v1/subjects/franck/verify?max_fmr=1e-5&face=largest", type: "image/jpeg" }),
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "any client",
    does: "?maxFmr=, a word that the route does not know",
    source: "RFC 3986, section 3.4",
    request: raw({ path: "/v1/subjects/franck/verify?maxFmr=0.00001", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "maxFmr", says: ["is not a field of this request"] }),
  },
  {
    client: "any client",
    does: "an unknown word in the query of a route without options",
    source: "RFC 3986, section 3.4",
    request: crlf`
      GET /v1/subjects/franck?include=crop HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}


    `,
    answer: refused(400, "invalid_request", { field: "include", says: ["is not a field of this request"] }),
  },
  {
    client: "any client",
    does: "an option twice in the query",
    source: "RFC 3986, section 3.4",
    request: raw({ path: "/v1/subjects/franck/verify?max_fmr=0.0001&max_fmr=0.00001", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "max_fmr", says: ["more than once"] }),
  },
  {
    client: "any client",
    does: "an option in the query and another value of it in the body",
    source: "RFC 3986, section 3.4",
    request: json("/v1/subjects/franck/verify?max_fmr=0.0001", `{"image":"${base64}","max_fmr":0.00001}`),
    answer: refused(400, "invalid_request", { field: "max_fmr", says: ["query", "body"] }),
  },
  {
    client: "any client",
    does: "an option of the same value in the query and in the body",
    source: "RFC 3986, section 3.4",
    request: json("/v1/subjects/franck/verify?max_fmr=1e-5", `{"image":"${base64}","max_fmr":0.00001}`),
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "any client",
    does: "a path that is not there",
    source: "RFC 9110, section 15.5.5",
    request: raw({ path: "/v1/subjects/franck/verfy", type: "image/jpeg" }),
    answer: refused(404, "not_found", { says: ["no such route"] }),
  },
  {
    client: "any client",
    does: "a subject named by an e-mail address, + and @ as they are",
    source: "RFC 3986, section 3.3: sub-delims stand in a path",
    request: raw({ path: "/v1/subjects/ann+test@example.com/faces", type: "image/jpeg" }),
    answer: enrolled("ann+test@example.com"),
  },
  {
    client: "any client",
    does: "a subject named by an e-mail address, + and @ percent-encoded",
    source: "encodeURIComponent",
    request: raw({ path: "/v1/subjects/ann%2Btest%40example.com/faces", type: "image/jpeg" }),
    answer: enrolled("ann+test@example.com"),
  },
  {
    client: "any client",
    does: "a subject named by base64, = percent-encoded",
    source: "encodeURIComponent",
    request: raw({ path: "/v1/subjects/YW5uYQ%3D%3D/faces", type: "image/jpeg" }),
    answer: enrolled("YW5uYQ=="),
  },
  {
    client: "any client",
    does: "a subject named as Auth0 does, | percent-encoded",
    source: "encodeURIComponent",
    request: raw({ path: "/v1/subjects/auth0%7C5f7c8ec7c33c6c004bbafe82/faces", type: "image/jpeg" }),
    answer: enrolled("auth0|5f7c8ec7c33c6c004bbafe82"),
  },
  {
    client: "any client",
    does: "a subject named as Auth0 does, | as browsers leave it",
    source: "URL Standard: | is not in the path percent-encode set",
    request: raw({ path: "/v1/subjects/auth0|5f7c8ec7c33c6c004bbafe82/faces", type: "image/jpeg" }),
    answer: enrolled("auth0|5f7c8ec7c33c6c004bbafe82"),
  },
  {
    client: "any client",
    does: "a subject named José, é as %C3%A9",
    source: "RFC 3986, section 2.5: UTF-8",
    request: raw({ path: "/v1/subjects/Jos%C3%A9/faces", type: "image/jpeg" }),
    answer: enrolled("José"),
  },
  {
    client: "any client",
    does: "a subject named in Arabic",
    source: "RFC 3986, section 2.5: UTF-8",
    request: raw({ path: `/v1/subjects/${encodeURIComponent("سارة")}/faces`, type: "image/jpeg" }),
    answer: enrolled("سارة"),
  },
  {
    client: "curl",
    does: "a subject named José in the bytes of the terminal",
    source: "curl 7.88.1 sends a path as it is given",
    request: crlf`
      POST /v1/subjects/José/faces HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${length}

      ${photo}
    `,
    answer: enrolled("José"),
  },
  {
    client: "any client",
    does: "a subject with a slash in its name",
    source: "encodeURIComponent",
    request: raw({ path: "/v1/subjects/a%2Fb/faces", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "subject_id" }),
  },
  {
    client: "any client",
    does: "a subject with a blank in its name",
    source: "encodeURIComponent",
    request: raw({ path: "/v1/subjects/Ann%20Smith/faces", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "subject_id" }),
  },
  {
    client: "any client",
    does: "a subject in Latin-1, é as %E9",
    source: "RFC 3986, section 2.5: not UTF-8",
    request: raw({ path: "/v1/subjects/Jos%E9/faces", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "subject_id" }),
  },
  {
    client: "any client",
    does: "a subject named ..",
    source: "RFC 3986, section 5.2.4: dot segments",
    request: raw({ path: "/v1/subjects/%2E%2E/faces", type: "image/jpeg" }),
    answer: refused(400, "invalid_request", { field: "subject_id" }),
  },
  {
    client: "any client",
    does: "GET with a body, which says nothing",
    source: "RFC 9110, section 9.3.1: a body of GET has no meaning",
    request: json("/v1/subjects/franck", '{"max_fmr":0.00001}', { method: "GET" }),
    answer: { status: 200, body: { subject_id: "franck" } },
  },
];

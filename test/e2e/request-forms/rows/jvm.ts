/** Java and Kotlin: OkHttp and what is built on it, Ktor, the JDK's two clients, Apache's. */
import { gzipSync } from "node:zlib";
import { base64, chunked, crlf, key, length, lf, photo } from "../bytes.ts";
import { match, type Row, refused } from "../row.ts";

export const jvmRows: readonly Row[] = [
  {
    client: "OkHttp",
    does: "MultipartBody.FORM: a length in each part, the name in quotes",
    source: "OkHttp 3.13.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=c6d3ccf1-1fde-4ec6-bfa2-5abe8736653d
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      --c6d3ccf1-1fde-4ec6-bfa2-5abe8736653d
      Content-Disposition: form-data; name="max_fmr"
      Content-Length: 7

      0.00001
      --c6d3ccf1-1fde-4ec6-bfa2-5abe8736653d
      Content-Disposition: form-data; name="image"; filename="é %22q%22.jpg"
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      --c6d3ccf1-1fde-4ec6-bfa2-5abe8736653d--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "OkHttp",
    does: "MultipartBody.FORM of version 5: no lengths in the parts",
    source: "OkHttp 5, MultipartBody.kt",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=1f0c7a86-6f0e-4f2f-9d3f-0a7f2b4c9e11
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/5.0.0

      --1f0c7a86-6f0e-4f2f-9d3f-0a7f2b4c9e11
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --1f0c7a86-6f0e-4f2f-9d3f-0a7f2b4c9e11
      Content-Disposition: form-data; name="image"; filename="resumé.jpg"
      Content-Type: image/*

      ${photo}
      --1f0c7a86-6f0e-4f2f-9d3f-0a7f2b4c9e11--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "OkHttp",
    does: "MultipartBody without setType, which is multipart/mixed",
    source: "OkHttp 3.13.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/mixed; boundary=560e6143-c2d7-4008-9177-31b878fc23eb
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      --560e6143-c2d7-4008-9177-31b878fc23eb
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      --560e6143-c2d7-4008-9177-31b878fc23eb--

    `,
    answer: refused(415, "unsupported_media_type", { says: ["multipart/mixed", "multipart/form-data"] }),
  },
  {
    client: "OkHttp",
    does: "RequestBody of image/jpeg",
    source: "OkHttp 3.13.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "OkHttp",
    does: "RequestBody of no type",
    source: "OkHttp 3.13.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "OkHttp",
    does: "JSON, with the charset that it adds",
    source: "OkHttp 3.13.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: application/json; charset=utf-8
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      {"image":"${base64}"}
    `,
    answer: match(),
  },
  {
    client: "OkHttp",
    does: "a form written by hand in a text, with the line ends of Unix",
    source: "such a RequestBody in public code: text joined with \\n",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=---------------------------21353700541558540041451082424; charset=utf-8
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      ${lf`
        -----------------------------21353700541558540041451082424
        Content-Disposition: form-data; name="face"

        largest
        -----------------------------21353700541558540041451082424
        Content-Disposition: form-data; name="image"; filename="photo.jpg"

        ${photo}
        -----------------------------21353700541558540041451082424--
      `}
    `,
    answer: refused(400, "invalid_request", { says: ["CRLF"] }),
  },
  {
    client: "Retrofit",
    does: "@Part RequestBody under a name with a file name in it",
    source: "Retrofit 2, RequestFactory.java, over OkHttp 3.13.1",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=179ce4c4-7212-416a-9fc6-cdf21cfe262d
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      --179ce4c4-7212-416a-9fc6-cdf21cfe262d
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Transfer-Encoding: binary
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      --179ce4c4-7212-416a-9fc6-cdf21cfe262d
      Content-Disposition: form-data; name="max_fmr"
      Content-Transfer-Encoding: binary
      Content-Type: text/plain; charset=UTF-8
      Content-Length: 7

      0.00001
      --179ce4c4-7212-416a-9fc6-cdf21cfe262d--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Retrofit",
    does: "@Part String through the Gson converter, which puts it into quotes",
    source: "Retrofit 2 issues 1210 and 2255",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=179ce4c4-7212-416a-9fc6-cdf21cfe262e
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      --179ce4c4-7212-416a-9fc6-cdf21cfe262e
      Content-Disposition: form-data; name="face"
      Content-Transfer-Encoding: binary
      Content-Type: application/json; charset=UTF-8
      Content-Length: 9

      "largest"
      --179ce4c4-7212-416a-9fc6-cdf21cfe262e
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      --179ce4c4-7212-416a-9fc6-cdf21cfe262e--

    `,
    answer: refused(400, "invalid_request", { field: "face", says: ["must be largest, center or only"] }),
  },
  {
    client: "Ktor",
    does: "formData: names without quotes, two dispositions in one line",
    source: "Ktor 3, formDsl.kt and FormDataContent.kt",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=-3c1d2f6b5a7e9f04-12d687a1-7b3f2c1960ea5d44-6f01b9c2d3e4f5a6b7c8d9e0
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Charset: UTF-8
      User-Agent: ktor-client

      ---3c1d2f6b5a7e9f04-12d687a1-7b3f2c1960ea5d44-6f01b9c2d3e4f5a6b7c8d9e0
      Content-Disposition: form-data; name=max_fmr
      Content-Length: 7

      0.00001
      ---3c1d2f6b5a7e9f04-12d687a1-7b3f2c1960ea5d44-6f01b9c2d3e4f5a6b7c8d9e0
      Content-Disposition: form-data; name=image; filename="my photo.jpg"
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      ---3c1d2f6b5a7e9f04-12d687a1-7b3f2c1960ea5d44-6f01b9c2d3e4f5a6b7c8d9e0--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Ktor",
    does: "formData with a ByteArray alone: no file name, no type",
    source: "Ktor 3, formDsl.kt and FormDataContent.kt",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=5e8f1a2b-3c4d5e6f-708192a3b4c5d6e7f8091a2b3c4d5e6f
      Authorization: Bearer ${key}
      Accept: */*
      User-Agent: ktor-client

      --5e8f1a2b-3c4d5e6f-708192a3b4c5d6e7f8091a2b3c4d5e6f
      Content-Disposition: form-data; name=image
      Content-Length: ${photo.length}

      ${photo}
      --5e8f1a2b-3c4d5e6f-708192a3b4c5d6e7f8091a2b3c4d5e6f--

    `,
    answer: match(),
  },
  {
    client: "Gson",
    does: "JSON with = of base64 as \\u003d",
    source: "Gson escapes HTML unless told otherwise (its issue 203); OkHttp 3.13.1 the rest",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: application/json; charset=UTF-8
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      {"image":"${base64.replaceAll("=", "\\u003d")}"}
    `,
    answer: match(),
  },
  {
    client: "Java HttpClient",
    does: "BodyPublishers.ofFile, with an offer of HTTP/2",
    source: "Java 17.0.15 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Connection: Upgrade, HTTP2-Settings
      Content-Length: ${length}
      Host: faces.example.com
      HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA
      Upgrade: h2c
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}
      Content-Type: image/jpeg

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Java HttpClient",
    does: "BodyPublishers.ofInputStream: chunks, of no type",
    source: "Java 17.0.15 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Transfer-encoding: chunked
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Java HttpClient",
    does: "expectContinue(true)",
    source: "Java 17.0.15 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Content-Length: ${length}
      Expect: 100-Continue
      Host: faces.example.com
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}
      Content-Type: image/jpeg

      ${photo}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
  {
    client: "Java HttpClient",
    does: "a form of a text block, whose lines end with LF",
    source:
      "Java Language Specification 3.10.6: line ends of a text block are \\n; Java 17.0.15 wrote such headers",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Content-Length: ${length}
      Host: faces.example.com
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=Boundary

      ${lf`
        --Boundary
        Content-Disposition: form-data; name="image"; filename="photo.jpg"
        Content-Type: image/jpeg

        ${photo}
        --Boundary--

      `}
    `,
    answer: refused(400, "invalid_request", { says: ["CRLF"] }),
  },
  {
    client: "Java HttpClient",
    does: "a form by hand that ends right behind its last delimiter",
    source: "RFC 2046, section 5.1.1: nothing must follow the close-delimiter",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Content-Length: ${length}
      Host: faces.example.com
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data;boundary=Boundary

      --Boundary
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --Boundary--
    `,
    answer: match(),
  },
  {
    client: "Java HttpClient",
    does: "a form by hand without its last delimiter",
    source: "RFC 2046, section 5.1.1",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Content-Length: ${length}
      Host: faces.example.com
      User-Agent: Java-http-client/17.0.15
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data;boundary=Boundary

      --Boundary
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}

    `,
    answer: refused(400, "invalid_request", { says: ["cut off"] }),
  },
  {
    client: "HttpURLConnection",
    does: "setDoOutput, which calls the body URL-encoded",
    source: "Java 17.0.15 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      User-Agent: Java/17.0.15
      Host: faces.example.com
      Accept: text/html, image/gif, image/jpeg, */*; q=0.2
      Connection: keep-alive
      Content-type: application/x-www-form-urlencoded
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "HttpURLConnection",
    does: "setChunkedStreamingMode",
    source: "Java 17.0.15 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Content-Type: image/jpeg
      Authorization: Bearer ${key}
      User-Agent: Java/17.0.15
      Host: faces.example.com
      Accept: text/html, image/gif, image/jpeg, */*; q=0.2
      Connection: keep-alive
      Transfer-Encoding: chunked

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Apache HttpClient",
    does: "MultipartEntityBuilder, strict: ? for é, transfer encodings",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=Q16AyTGkJXrxyq1M7svI8md22juGVHQ
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      --Q16AyTGkJXrxyq1M7svI8md22juGVHQ
      Content-Disposition: form-data; name="image"; filename="? \\"q\\".jpg"
      Content-Type: image/jpeg
      Content-Transfer-Encoding: binary

      ${photo}
      --Q16AyTGkJXrxyq1M7svI8md22juGVHQ
      Content-Disposition: form-data; name="max_fmr"
      Content-Type: text/plain; charset=ISO-8859-1
      Content-Transfer-Encoding: 8bit

      0.00001
      --Q16AyTGkJXrxyq1M7svI8md22juGVHQ--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Apache HttpClient",
    does: "MultipartEntityBuilder, as browsers",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=jMh33YEuBv9b7EMihsfA-cfVGK_NMX9Y
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      --jMh33YEuBv9b7EMihsfA-cfVGK_NMX9Y
      Content-Disposition: form-data; name="image"; filename="? \\"q\\".jpg"
      Content-Type: image/jpeg

      ${photo}
      --jMh33YEuBv9b7EMihsfA-cfVGK_NMX9Y
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --jMh33YEuBv9b7EMihsfA-cfVGK_NMX9Y--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Apache HttpClient",
    does: "MultipartEntityBuilder, RFC 6532: UTF-8 in the name",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=G1XhvBb05HF5aSAKsEUBJVlL6BDXvKdAhY-B6Y8u
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      --G1XhvBb05HF5aSAKsEUBJVlL6BDXvKdAhY-B6Y8u
      Content-Disposition: form-data; name="image"; filename="é \\"q\\".jpg"
      Content-Type: image/jpeg
      Content-Transfer-Encoding: binary

      ${photo}
      --G1XhvBb05HF5aSAKsEUBJVlL6BDXvKdAhY-B6Y8u
      Content-Disposition: form-data; name="max_fmr"
      Content-Type: text/plain; charset=ISO-8859-1
      Content-Transfer-Encoding: 8bit

      0.00001
      --G1XhvBb05HF5aSAKsEUBJVlL6BDXvKdAhY-B6Y8u--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Apache HttpClient",
    does: "addBinaryBody with bytes: no file name",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=1ubRqp9pgyKHDf6c1lfq4X3XDF0bix2qB29K1
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      --1ubRqp9pgyKHDf6c1lfq4X3XDF0bix2qB29K1
      Content-Disposition: form-data; name="image"
      Content-Type: application/octet-stream
      Content-Transfer-Encoding: binary

      ${photo}
      --1ubRqp9pgyKHDf6c1lfq4X3XDF0bix2qB29K1--

    `,
    answer: match(),
  },
  {
    client: "Apache HttpClient",
    does: "addBinaryBody with a stream: chunks",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked
      Content-Type: multipart/form-data; boundary=dSohzpThZFgKKWDUtQtHARYIagckfmuU
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      ${chunked(
        crlf`
              --dSohzpThZFgKKWDUtQtHARYIagckfmuU
              Content-Disposition: form-data; name="image"; filename="p.jpg"
              Content-Type: application/octet-stream
              Content-Transfer-Encoding: binary

              ${photo}
            `,
        crlf`

              --dSohzpThZFgKKWDUtQtHARYIagckfmuU--

            `,
      )}
    `,
    answer: match(),
  },
  {
    client: "Apache HttpClient",
    does: "GzipCompressingEntity: gzip in chunks",
    source: "Apache HttpClient 4.5.14 wrote such headers; a first chunk of ten bytes",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked
      Content-Type: image/jpeg
      Content-Encoding: gzip
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      ${chunked(gzipSync(photo).subarray(0, 10), gzipSync(photo).subarray(10))}
    `,
    answer: match(),
  },
  {
    client: "Apache HttpClient",
    does: "StringEntity of JSON in UTF-8",
    source: "Apache HttpClient 4.5.14 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/json; charset=UTF-8
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      {"image":"${base64}"}
    `,
    answer: match(),
  },
  {
    client: "Apache HttpClient",
    does: "StringEntity of JSON in ISO-8859-1",
    source: "Apache HttpClient 4.5.14 wrote such headers, with the charset of ContentType",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/json; charset=ISO-8859-1
      Host: faces.example.com
      Connection: Keep-Alive
      User-Agent: Apache-HttpClient/4.5.14 (Java/17.0.15)
      Accept-Encoding: gzip,deflate

      {"image":"${base64}"}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["charset", "UTF-8"] }),
  },
];

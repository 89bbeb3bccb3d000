/** JavaScript outside of browsers: Node's fetch and http, libraries, and React Native. */
import { base64, chunked, crlf, key, length, photo } from "../bytes.ts";
import { match, type Row, refused } from "../row.ts";

export const javascriptRows: readonly Row[] = [
  {
    client: "Node fetch",
    does: "FormData with a file name in quotes, and a rate",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-type: multipart/form-data; boundary=----formdata-undici-016244246612
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      ------formdata-undici-016244246612
      Content-Disposition: form-data; name="image"; filename="a %22b%22 é.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------formdata-undici-016244246612
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------formdata-undici-016244246612--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Node fetch",
    does: "a Buffer as the body, of no type",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Node fetch",
    does: "a stream as the body, in chunks and of no type",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      transfer-encoding: chunked

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Node fetch",
    does: "JSON.stringify without a Content-Type",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-type: text/plain;charset=UTF-8
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      {"image":"${base64}"}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["application/json"] }),
  },
  {
    client: "Node fetch",
    does: "URLSearchParams with base64",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-type: application/x-www-form-urlencoded;charset=UTF-8
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      image=${encodeURIComponent(base64)}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["multipart/form-data"] }),
  },
  {
    client: "Node fetch",
    does: "FormData with an option that is undefined",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-type: multipart/form-data; boundary=----formdata-undici-058080604636
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      ------formdata-undici-058080604636
      Content-Disposition: form-data; name="image"; filename="a.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------formdata-undici-058080604636
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------formdata-undici-058080604636
      Content-Disposition: form-data; name="face"

      undefined
      ------formdata-undici-058080604636--

    `,
    answer: refused(400, "invalid_request", { field: "face", says: ["largest"] }),
  },
  {
    client: "Node fetch",
    does: "FormData under a Content-Type set by hand, without the boundary",
    source: "Node 24.21 (undici 7.29) wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data
      accept: */*
      accept-language: *
      sec-fetch-mode: cors
      user-agent: node
      accept-encoding: gzip, deflate
      content-length: ${length}

      ------formdata-undici-002112643684
      Content-Disposition: form-data; name="image"; filename="a.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------formdata-undici-002112643684
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------formdata-undici-002112643684--

    `,
    answer: refused(400, "invalid_request", { says: ["boundary", "set by hand"] }),
  },
  {
    client: "undici",
    does: "request with a Buffer and nothing else",
    source: "undici 8.13 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "undici",
    does: "request with FormData",
    source: "undici 8.13 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      host: faces.example.com
      connection: keep-alive
      Authorization: Bearer ${key}
      content-type: multipart/form-data; boundary=----formdata-undici-031473894694
      content-length: ${length}

      ------formdata-undici-031473894694
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------formdata-undici-031473894694
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------formdata-undici-031473894694--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "axios",
    does: "form-data with a stream of a file, and a rate",
    source: "axios 1.21.1 with form-data 4.0.6 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: multipart/form-data; boundary=--------------------------a97d30ed6916ab95621e1b37
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      ----------------------------a97d30ed6916ab95621e1b37
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ----------------------------a97d30ed6916ab95621e1b37
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ----------------------------a97d30ed6916ab95621e1b37--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "axios",
    does: "form-data with a Buffer, which has no file name",
    source: "axios 1.21.1 with form-data 4.0.6 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: multipart/form-data; boundary=--------------------------44c3d1d986583b2fa9f1fb55
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      ----------------------------44c3d1d986583b2fa9f1fb55
      Content-Disposition: form-data; name="image"
      Content-Type: application/octet-stream

      ${photo}
      ----------------------------44c3d1d986583b2fa9f1fb55--

    `,
    answer: match(),
  },
  {
    client: "axios",
    does: "form-data with quotes in the file name",
    source: "axios 1.21.1 with form-data 4.0.6 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: multipart/form-data; boundary=--------------------------3c84b916cf972a9a7588c5f1
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      ----------------------------3c84b916cf972a9a7588c5f1
      Content-Disposition: form-data; name="image"; filename="é %22q%22.jpg"
      Content-Type: image/jpeg

      ${photo}
      ----------------------------3c84b916cf972a9a7588c5f1--

    `,
    answer: match(),
  },
  {
    client: "axios",
    does: "the platform's FormData",
    source: "axios 1.21.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: multipart/form-data; boundary=axios-1.21.1-boundary-jbqhEEcSGJ9U6J7pe8BxqQXQk
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      --axios-1.21.1-boundary-jbqhEEcSGJ9U6J7pe8BxqQXQk
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg

      ${photo}
      --axios-1.21.1-boundary-jbqhEEcSGJ9U6J7pe8BxqQXQk
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --axios-1.21.1-boundary-jbqhEEcSGJ9U6J7pe8BxqQXQk--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "axios",
    does: "a Buffer as the body, which it calls URL-encoded",
    source: "axios 1.21.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: application/x-www-form-urlencoded
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "axios",
    does: "an object with a null option",
    source: "axios 1.21.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: application/json
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      {"image":"${base64}","face":null}
    `,
    answer: match(),
  },
  {
    client: "axios",
    does: "JSON.stringify by hand, which it calls URL-encoded",
    source: "axios 1.21.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: application/x-www-form-urlencoded
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      {"image":"${base64}"}
    `,
    answer: refused(415, "unsupported_media_type", {
      says: ["JSON", "x-www-form-urlencoded", "application/json"],
    }),
  },
  {
    client: "axios",
    does: "a rate in the query",
    source: "axios 1.21.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify?max_fmr=0.00001 HTTP/1.1
      Accept: application/json, text/plain, */*
      Content-Type: image/jpeg
      Authorization: Bearer ${key}
      User-Agent: axios/1.21.1
      Content-Length: ${length}
      Accept-Encoding: gzip, compress, deflate, br
      Host: faces.example.com
      Connection: keep-alive

      ${photo}
    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "node-fetch",
    does: "form-data in chunks",
    source: "node-fetch 2.7.0 with form-data 4.0.6 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data;boundary=--------------------------d7f231f6c488904d7575ebf3
      Accept: */*
      User-Agent: node-fetch/1.0 (+https://github.com/bitinn/node-fetch)
      Accept-Encoding: gzip,deflate
      Host: faces.example.com
      Connection: keep-alive
      Transfer-Encoding: chunked

      ${chunked(
        crlf`
              ----------------------------d7f231f6c488904d7575ebf3
              Content-Disposition: form-data; name="image"; filename="photo.jpg"
              Content-Type: image/jpeg


            `,
        photo,
        crlf`

              ----------------------------d7f231f6c488904d7575ebf3--

            `,
      )}
    `,
    answer: match(),
  },
  {
    client: "got",
    does: "FormData in many chunks",
    source: "got 16.1.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      user-agent: got (https://github.com/sindresorhus/got)
      authorization: Bearer ${key}
      content-type: multipart/form-data; boundary=----formdata-undici-025918940890
      accept-encoding: gzip, deflate, br, zstd
      Host: faces.example.com
      Connection: keep-alive
      Transfer-Encoding: chunked

      ${chunked(
        crlf`
              ------formdata-undici-025918940890
              Content-Disposition: form-data; name="image"; filename="p.jpg"
              Content-Type: image/jpeg


            `,
        photo,
        crlf`


            `,
        crlf`
              ------formdata-undici-025918940890
              Content-Disposition: form-data; name="max_fmr"

              0.00001

            `,
        crlf`
              ------formdata-undici-025918940890--

            `,
      )}
    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "superagent",
    does: "attach and field",
    source: "superagent 10.4.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Host: faces.example.com
      Accept-Encoding: gzip, deflate
      content-type: multipart/form-data; boundary=--------------------------d27a969dd0dcf9ea87b24c29
      Content-Length: ${length}
      Connection: close

      ----------------------------d27a969dd0dcf9ea87b24c29
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ----------------------------d27a969dd0dcf9ea87b24c29
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ----------------------------d27a969dd0dcf9ea87b24c29--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "superagent",
    does: "send with a Buffer, of no type",
    source: "superagent 10.4.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Host: faces.example.com
      Accept-Encoding: gzip, deflate
      Content-Length: ${length}
      Connection: close

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Node http",
    does: "a file piped into a request",
    source: "Node 24.21 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Host: faces.example.com
      Connection: keep-alive
      Transfer-Encoding: chunked

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Node http",
    does: "waits for 100 Continue, then sends chunks",
    source: "Node 24.21 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Expect: 100-continue
      Host: faces.example.com
      Connection: keep-alive
      Transfer-Encoding: chunked

      ${chunked(photo)}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
  {
    client: "React Native",
    does: "FormData on iOS: names of headers in small letters, a boundary of 70 characters",
    source: "React Native, FormData.js and RCTNetworking.mm",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=Zq0r.aM7d-xK3vYtB_uWcJ1hPf9NsLg2QeOi5RzTk8GyXjHbUm4DnVpCwEoSlFA6.IaBcD
      Accept: application/json
      Authorization: Bearer ${key}
      Accept-Language: en-GB,en;q=0.9
      Accept-Encoding: gzip, deflate
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Connection: keep-alive

      --Zq0r.aM7d-xK3vYtB_uWcJ1hPf9NsLg2QeOi5RzTk8GyXjHbUm4DnVpCwEoSlFA6.IaBcD
      content-disposition: form-data; name="image"; filename="photo%20%C3%A9.jpg"
      content-type: image/jpeg

      ${photo}
      --Zq0r.aM7d-xK3vYtB_uWcJ1hPf9NsLg2QeOi5RzTk8GyXjHbUm4DnVpCwEoSlFA6.IaBcD
      content-disposition: form-data; name="max_fmr"

      0.00001
      --Zq0r.aM7d-xK3vYtB_uWcJ1hPf9NsLg2QeOi5RzTk8GyXjHbUm4DnVpCwEoSlFA6.IaBcD--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "React Native",
    does: "FormData on iOS with the boundary in quotes",
    source: "React Native on iOS wrote the header so in 2016 (its issue 7564)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary="uBvM8s2kQ1xYzW4rTn6oPqLd0aEfGhJi"
      Authorization: Bearer ${key}
      Content-Length: ${length}

      --uBvM8s2kQ1xYzW4rTn6oPqLd0aEfGhJi
      content-disposition: form-data; name="image"; filename="image.jpg"
      content-type: image/jpg

      ${photo}
      --uBvM8s2kQ1xYzW4rTn6oPqLd0aEfGhJi--

    `,
    answer: match(),
  },
  {
    client: "React Native",
    does: "FormData on Android: OkHttp's lengths behind the names in small letters",
    source: "React Native on Android wrote such parts in 2015 (its issue 4894); OkHttp 3.13.1 the rest",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      accept: application/json
      authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=d4653e4a-9a5d-42e5-8a49-fcafbe9c673c
      Content-Length: ${length}
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      User-Agent: okhttp/3.13.1

      --d4653e4a-9a5d-42e5-8a49-fcafbe9c673c
      content-disposition: form-data; name="max_fmr"
      Content-Length: 7

      0.00001
      --d4653e4a-9a5d-42e5-8a49-fcafbe9c673c
      content-disposition: form-data; name="image"; filename="ic_menu_white_24dp.jpg"
      Content-Type: image/jpeg
      Content-Length: ${photo.length}

      ${photo}
      --d4653e4a-9a5d-42e5-8a49-fcafbe9c673c--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "React Native",
    does: "FormData with a plain object instead of a file, which becomes [object Object]",
    source: "React Native, FormData.js: a value that is no object with a uri becomes its String",
    request: crlf`
      POST /v1/detect HTTP/1.1
      accept: application/json
      authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=be1563be-4245-4ac5-8a95-498ba5b57ba8
      Content-Length: ${length}
      Host: faces.example.com

      --be1563be-4245-4ac5-8a95-498ba5b57ba8
      content-disposition: form-data; name="image"
      Content-Length: 15

      [object Object]
      --be1563be-4245-4ac5-8a95-498ba5b57ba8--

    `,
    answer: refused(415, "unsupported_media_type", { says: ["This is text"] }),
  },
];

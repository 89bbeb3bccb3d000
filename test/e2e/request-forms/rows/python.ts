/** Python: requests, urllib3, httpx, aiohttp. */
import { base64, chunked, crlf, key, length, photo } from "../bytes.ts";
import { enrolled, match, type Row, refused } from "../row.ts";

export const pythonRows: readonly Row[] = [
  {
    client: "requests",
    does: "files= with a file, and data=",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=bf8fddae065a56e7ea1300baba68adad

      --bf8fddae065a56e7ea1300baba68adad
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --bf8fddae065a56e7ea1300baba68adad
      Content-Disposition: form-data; name="image"; filename="photo.jpg"

      ${photo}
      --bf8fddae065a56e7ea1300baba68adad--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "requests",
    does: "files= with a name that is not ASCII",
    source: "requests 2.28.1 with urllib3 1.26.12 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=a109061dcb6dfa9c9965d3549708dc2d

      --a109061dcb6dfa9c9965d3549708dc2d
      Content-Disposition: form-data; name="image"; filename="selfié.jpg"
      Content-Type: image/jpeg

      ${photo}
      --a109061dcb6dfa9c9965d3549708dc2d--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "files= with a quote in the name",
    source: "requests 2.28.1 with urllib3 1.26.12 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=47f11a5786a54839b5b4d4f24149e85c

      --47f11a5786a54839b5b4d4f24149e85c
      Content-Disposition: form-data; name="image"; filename="a%22b.jpg"

      ${photo}
      --47f11a5786a54839b5b4d4f24149e85c--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "files= with a name that is not ASCII, as filename* alone",
    source: "requests in 2018 wrote it (its issue 4652)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.18.4
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=5cb06bfe9bc549e09dc080ed257f9555

      --5cb06bfe9bc549e09dc080ed257f9555
      Content-Disposition: form-data; name="image"; filename*=utf-8''%D1%84%D0%B0%D0%B9%D0%BB

      ${photo}
      --5cb06bfe9bc549e09dc080ed257f9555--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "files= with bytes, named after the field",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=05e3ea54a55dfe2efb953c227bb0e169

      --05e3ea54a55dfe2efb953c227bb0e169
      Content-Disposition: form-data; name="image"; filename="image"

      ${photo}
      --05e3ea54a55dfe2efb953c227bb0e169--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "files= with (None, bytes): neither name nor type",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=de4699ded0037ec02ff600030f3b693f

      --de4699ded0037ec02ff600030f3b693f
      Content-Disposition: form-data; name="image"

      ${photo}
      --de4699ded0037ec02ff600030f3b693f--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "files= for an option, with (None, text)",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=f49a474be97c6e2d63e41f593cf56379

      --f49a474be97c6e2d63e41f593cf56379
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg

      ${photo}
      --f49a474be97c6e2d63e41f593cf56379
      Content-Disposition: form-data; name="face"

      largest
      --f49a474be97c6e2d63e41f593cf56379--

    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "data= with bytes, of no type",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "data= with a generator: chunks, of no type",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked

      ${chunked(photo.subarray(0, 9000), photo.subarray(9000))}
    `,
    answer: match(),
  },
  {
    client: "requests",
    does: "data= with a dict of base64",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      image=${encodeURIComponent(base64)}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["URL-encoded", "multipart/form-data"] }),
  },
  {
    client: "requests",
    does: "json= with None, and é as an escape",
    source: "requests 2.28.1 wrote such a text",
    request: crlf`
      POST /v1/subjects/requests/faces HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/json

      {"image": "${base64}", "face": null, "metadata": {"name": "\\u00e9"}}
    `,
    answer: enrolled("requests"),
  },
  {
    client: "requests",
    does: "files= under a Content-Type set by hand, without the boundary",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data
      Content-Length: ${length}

      --2671195727466231836dbe36e66ce8f0
      Content-Disposition: form-data; name="image"; filename="photo.jpg"

      ${photo}
      --2671195727466231836dbe36e66ce8f0--

    `,
    answer: refused(400, "invalid_request", { says: ["boundary", "set by hand"] }),
  },
  {
    client: "requests",
    does: "params= with a rate",
    source: "requests 2.28.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify?max_fmr=0.00001 HTTP/1.1
      Host: faces.example.com
      User-Agent: python-requests/2.28.1
      Accept-Encoding: gzip, deflate
      Accept: */*
      Connection: keep-alive
      Authorization: Bearer ${key}
      Content-Length: ${length}

      ${photo}
    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "urllib3",
    does: "fields= with a name that is not ASCII",
    source: "urllib3 1.26.12 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept-Encoding: identity
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=2073284f1b2b338352153d0825997ae6
      Authorization: Bearer ${key}
      User-Agent: python-urllib3/1.26.12

      --2073284f1b2b338352153d0825997ae6
      Content-Disposition: form-data; name="image"; filename="selfié.jpg"
      Content-Type: image/jpeg

      ${photo}
      --2073284f1b2b338352153d0825997ae6
      Content-Disposition: form-data; name="face"

      largest
      --2073284f1b2b338352153d0825997ae6--

    `,
    answer: match(),
  },
  {
    client: "urllib3",
    does: "body= with bytes, of no type",
    source: "urllib3 1.26.12 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept-Encoding: identity
      Content-Length: ${length}
      Authorization: Bearer ${key}
      User-Agent: python-urllib3/1.26.12

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "httpx",
    does: "files= and data=",
    source: "httpx 0.23.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Accept-Encoding: gzip, deflate
      Connection: keep-alive
      User-Agent: python-httpx/0.23.3
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=4fdd9812dd56986137bac1bd53a235a3

      --4fdd9812dd56986137bac1bd53a235a3
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --4fdd9812dd56986137bac1bd53a235a3
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --4fdd9812dd56986137bac1bd53a235a3--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "httpx",
    does: "files= with a quote in the name",
    source: "httpx 0.23.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Accept-Encoding: gzip, deflate
      Connection: keep-alive
      User-Agent: python-httpx/0.23.3
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=864290693e5d4fc12bc78cb592742387

      --864290693e5d4fc12bc78cb592742387
      Content-Disposition: form-data; name="image"; filename="a%22bé.jpg"
      Content-Type: image/jpeg

      ${photo}
      --864290693e5d4fc12bc78cb592742387--

    `,
    answer: match(),
  },
  {
    client: "httpx",
    does: "content= with a generator: chunks",
    source: "httpx 0.23.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Accept-Encoding: gzip, deflate
      Connection: keep-alive
      User-Agent: python-httpx/0.23.3
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked

      ${chunked(photo.subarray(0, 9000), photo.subarray(9000))}
    `,
    answer: match(),
  },
  {
    client: "httpx",
    does: "json= with None",
    source: "httpx 0.23.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Accept-Encoding: gzip, deflate
      Connection: keep-alive
      User-Agent: python-httpx/0.23.3
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/json

      {"image": "${base64}", "face": null}
    `,
    answer: match(),
  },
  {
    client: "httpx",
    does: "params= with None, which becomes an empty text",
    source: "httpx 0.23.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify?max_fmr=0.00001&face= HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Accept-Encoding: gzip, deflate
      Connection: keep-alive
      User-Agent: python-httpx/0.23.3
      Authorization: Bearer ${key}
      Content-Length: ${length}

      ${photo}
    `,
    answer: refused(400, "invalid_request", { field: "face", says: ["largest"] }),
  },
  {
    client: "aiohttp",
    does: "data= with a file, which is given its type",
    source: "aiohttp 3.8.4 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Encoding: gzip, deflate
      User-Agent: Python/3.11 aiohttp/3.8.4
      Content-Length: ${length}
      Content-Type: image/jpeg

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "aiohttp",
    does: "FormData: the name percent-encoded, a charset on texts",
    source: "aiohttp 3.8.4 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Encoding: gzip, deflate
      User-Agent: Python/3.11 aiohttp/3.8.4
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=8c43d42497b64c7d9a8ebba0e5c113de

      --8c43d42497b64c7d9a8ebba0e5c113de
      Content-Type: image/jpeg
      Content-Disposition: form-data; name="image"; filename="selfi%C3%A9%20%221%22.jpg"

      ${photo}
      --8c43d42497b64c7d9a8ebba0e5c113de
      Content-Type: text/plain; charset=utf-8
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --8c43d42497b64c7d9a8ebba0e5c113de--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "aiohttp",
    does: "FormData with bytes, named after the field",
    source: "aiohttp 3.8.4 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Encoding: gzip, deflate
      User-Agent: Python/3.11 aiohttp/3.8.4
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=1a5fe347999a44ad8d3bd6faf982a111

      --1a5fe347999a44ad8d3bd6faf982a111
      Content-Type: application/octet-stream
      Content-Disposition: form-data; name="image"; filename="image"

      ${photo}
      --1a5fe347999a44ad8d3bd6faf982a111--

    `,
    answer: match(),
  },
  {
    client: "aiohttp",
    does: "FormData(quote_fields=False) with quotes in the name",
    source: "aiohttp 3.8.4 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Encoding: gzip, deflate
      User-Agent: Python/3.11 aiohttp/3.8.4
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=d81044c2b9b448cfa89e2e0c60d5ea4a

      --d81044c2b9b448cfa89e2e0c60d5ea4a
      Content-Type: image/jpeg
      Content-Disposition: form-data; name="image"; filename="selfié \\"1\\".jpg"

      ${photo}
      --d81044c2b9b448cfa89e2e0c60d5ea4a--

    `,
    answer: match(),
  },
  {
    client: "aiohttp",
    does: "data= with bytes: application/octet-stream",
    source: "aiohttp 3.8.4 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Accept: */*
      Accept-Encoding: gzip, deflate
      User-Agent: Python/3.11 aiohttp/3.8.4
      Content-Length: ${length}
      Content-Type: application/octet-stream

      ${photo}
    `,
    answer: match(),
  },
];

/** Browsers: `fetch`, `XMLHttpRequest` and forms. */
import { base64, crlf, key, length, photo } from "../bytes.ts";
import { match, preflight, type Row, refused } from "../row.ts";

export const browserRows: readonly Row[] = [
  {
    client: "Chrome",
    does: "FormData with a file name in quotes, and a rate",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryru4s6z1k4KrjUfu9
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ------WebKitFormBoundaryru4s6z1k4KrjUfu9
      Content-Disposition: form-data; name="image"; filename="a %22b%22 é.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------WebKitFormBoundaryru4s6z1k4KrjUfu9
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------WebKitFormBoundaryru4s6z1k4KrjUfu9--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Chrome",
    does: "FormData with a Blob, which is called blob",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryiEIYv1jLKeJVKBRV
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ------WebKitFormBoundaryiEIYv1jLKeJVKBRV
      Content-Disposition: form-data; name="image"; filename="blob"
      Content-Type: image/jpeg

      ${photo}
      ------WebKitFormBoundaryiEIYv1jLKeJVKBRV
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------WebKitFormBoundaryiEIYv1jLKeJVKBRV--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Chrome",
    does: "FormData with a file of unknown type",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryjtghaoLIUx8vZKJ7
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ------WebKitFormBoundaryjtghaoLIUx8vZKJ7
      Content-Disposition: form-data; name="image"; filename="IMG_0001.HEIC"
      Content-Type: application/octet-stream

      ${photo}
      ------WebKitFormBoundaryjtghaoLIUx8vZKJ7
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------WebKitFormBoundaryjtghaoLIUx8vZKJ7--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Chrome",
    does: "FormData with %22 and a line break in the file name",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundary9vZL8XDRfF0AXzkt
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ------WebKitFormBoundary9vZL8XDRfF0AXzkt
      Content-Disposition: form-data; name="image"; filename="a%22b%0A.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------WebKitFormBoundary9vZL8XDRfF0AXzkt
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------WebKitFormBoundary9vZL8XDRfF0AXzkt--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Chrome",
    does: "fetch with a File as the body",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: image/jpeg
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Chrome",
    does: "fetch with bytes as the body, of no type",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Chrome",
    does: "JSON with a canvas's data URL and a null option",
    source: "Chromium 156 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      sec-ch-ua-platform: "Linux"
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
      Content-Type: application/json
      sec-ch-ua-mobile: ?0
      Accept: */*
      Origin: http://app.example.test
      Sec-Fetch-Site: same-site
      Sec-Fetch-Mode: cors
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9

      {"image":"data:image/jpeg;base64,${base64}","face":null}
    `,
    answer: match(),
  },
  {
    client: "Chrome",
    does: "fetch with JSON.stringify and no Content-Type, which becomes text/plain",
    source: "Chromium 156 wrote such headers",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Content-Length: ${length}
      Authorization: Bearer ${key}
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      Content-Type: text/plain;charset=UTF-8
      Accept: */*
      Origin: http://app.example.test
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd

      {"image":"${base64}"}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["JSON", "text/plain", "application/json"] }),
  },
  {
    client: "Chrome",
    does: "preflight of a request with JSON",
    source: "Chromium 156 wrote it",
    request: crlf`
      OPTIONS /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: keep-alive
      Accept: */*
      Access-Control-Request-Method: POST
      Access-Control-Request-Headers: authorization,content-type
      Origin: http://app.example.test
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
      Sec-Fetch-Mode: cors
      Sec-Fetch-Site: same-site
      Sec-Fetch-Dest: empty
      Referer: http://app.example.test/
      Accept-Encoding: gzip, deflate, br, zstd
      Accept-Language: en-US,en;q=0.9


    `,
    answer: preflight,
  },
  {
    client: "Firefox",
    does: "FormData with a file name in quotes, and a rate",
    source: "Firefox 153 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
      Accept: */*
      Accept-Language: en-US,en;q=0.9
      Accept-Encoding: gzip, deflate, br, zstd
      Referer: http://app.example.test/
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=----geckoformboundary86255a293807d77e7810776154eddf94
      Content-Length: ${length}
      Origin: http://app.example.test
      Connection: keep-alive
      Sec-Fetch-Dest: empty
      Sec-Fetch-Mode: cors
      Sec-Fetch-Site: same-site
      Priority: u=4

      ------geckoformboundary86255a293807d77e7810776154eddf94
      Content-Disposition: form-data; name="image"; filename="a %22b%22 é.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------geckoformboundary86255a293807d77e7810776154eddf94
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------geckoformboundary86255a293807d77e7810776154eddf94--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Firefox",
    does: "FormData with a Chinese file name",
    source: "Firefox 153 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
      Accept: */*
      Accept-Language: en-US,en;q=0.9
      Accept-Encoding: gzip, deflate, br, zstd
      Referer: http://app.example.test/
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=----geckoformboundary3b0af12719db384e2e739a98db359c67
      Content-Length: ${length}
      Origin: http://app.example.test
      Connection: keep-alive
      Sec-Fetch-Dest: empty
      Sec-Fetch-Mode: cors
      Sec-Fetch-Site: same-site
      Priority: u=4

      ------geckoformboundary3b0af12719db384e2e739a98db359c67
      Content-Disposition: form-data; name="image"; filename="自拍.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------geckoformboundary3b0af12719db384e2e739a98db359c67
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------geckoformboundary3b0af12719db384e2e739a98db359c67--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Firefox",
    does: "XMLHttpRequest with FormData",
    source: "Firefox 153 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
      Accept: */*
      Accept-Language: en-US,en;q=0.9
      Accept-Encoding: gzip, deflate, br, zstd
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=----geckoformboundary90d649565a06d2d2b22afd117a7e30d2
      Content-Length: ${length}
      Origin: http://app.example.test
      Connection: keep-alive
      Referer: http://app.example.test/
      Sec-Fetch-Dest: empty
      Sec-Fetch-Mode: cors
      Sec-Fetch-Site: same-site

      ------geckoformboundary90d649565a06d2d2b22afd117a7e30d2
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------geckoformboundary90d649565a06d2d2b22afd117a7e30d2
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------geckoformboundary90d649565a06d2d2b22afd117a7e30d2--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Firefox",
    does: "preflight of a request with a form",
    source: "Firefox 153 wrote it",
    request: crlf`
      OPTIONS /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
      Accept: */*
      Accept-Language: en-US,en;q=0.9
      Accept-Encoding: gzip, deflate, br, zstd
      Access-Control-Request-Method: POST
      Access-Control-Request-Headers: authorization
      Referer: http://app.example.test/
      Origin: http://app.example.test
      Connection: keep-alive
      Sec-Fetch-Dest: empty
      Sec-Fetch-Mode: cors
      Sec-Fetch-Site: same-site
      Priority: u=4


    `,
    answer: preflight,
  },
  {
    client: "Firefox",
    does: "a form with the boundary of older versions: dashes and digits",
    source: "Firefox 122 wrote such a boundary",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:122.0) Gecko/20100101 Firefox/122.0
      Accept: */*
      Accept-Language: en-US,en;q=0.5
      Accept-Encoding: gzip, deflate
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=---------------------------42610826623760248397422450223
      Content-Length: ${length}
      Connection: close

      -----------------------------42610826623760248397422450223
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      -----------------------------42610826623760248397422450223--

    `,
    answer: match(),
  },
  {
    client: "Safari",
    does: "FormData with a File whose name has quotes",
    source: "WebKit, FormDataBuilder.cpp",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryA8gZk1cXwq2LbVnR
      Origin: http://app.example.test
      Authorization: Bearer ${key}
      Accept: */*
      User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1
      Referer: http://app.example.test/
      Content-Length: ${length}
      Accept-Encoding: gzip, deflate
      Connection: keep-alive

      ------WebKitFormBoundaryA8gZk1cXwq2LbVnR
      Content-Disposition: form-data; name="image"; filename="My %22best%22 photo é.jpeg"
      Content-Type: image/jpeg

      ${photo}
      ------WebKitFormBoundaryA8gZk1cXwq2LbVnR
      Content-Disposition: form-data; name="quality"

      refuse
      ------WebKitFormBoundaryA8gZk1cXwq2LbVnR--

    `,
    answer: match(),
  },
  {
    client: "Internet Explorer",
    does: "a form with a path of Windows for a file name, backslashes as they are",
    source: "Internet Explorer's path and boundary, as a public test of uploads has them",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=---------------------------7d32df3a80058
      Content-Length: ${length}

      -----------------------------7d32df3a80058
      Content-Disposition: form-data; name="image"; filename="C:\\Users\\nadia\\photo.jpg"
      Content-Type: image/pjpeg

      ${photo}
      -----------------------------7d32df3a80058--

    `,
    answer: match(),
  },
  {
    client: "HTML form",
    does: "posts without a key, which a form cannot send",
    source: "HTML Standard, form submission; Chromium 156 wrote such a body",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Origin: null
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryRgKC7GlNkLidGTi0
      Content-Length: ${length}

      ------WebKitFormBoundaryRgKC7GlNkLidGTi0
      Content-Disposition: form-data; name="image"; filename="p.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------WebKitFormBoundaryRgKC7GlNkLidGTi0--

    `,
    answer: refused(401, "unauthorized", { says: ["Authorization: Bearer"] }),
  },
  {
    client: "HTML form",
    does: "sends a file field that was left empty",
    source: "HTML Standard, constructing an entry list: an empty file of no name",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryRgKC7GlNkLidGTi1
      Content-Length: ${length}

      ------WebKitFormBoundaryRgKC7GlNkLidGTi1
      Content-Disposition: form-data; name="image"; filename=""
      Content-Type: application/octet-stream


      ------WebKitFormBoundaryRgKC7GlNkLidGTi1--

    `,
    answer: refused(400, "invalid_request", { field: "image", says: ["is empty"] }),
  },
];

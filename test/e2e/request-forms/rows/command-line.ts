/** curl and wget, and tools that build requests by hand: Postman, Insomnia, PowerShell. */
import {
  base64,
  base64Lines,
  chunked,
  crlf,
  enrolledPhoto,
  key,
  length,
  percentEncoded,
  photo,
  strangersPhoto,
} from "../bytes.ts";
import { enrolled, match, type Row, refused, samePerson } from "../row.ts";

export const commandLineRows: readonly Row[] = [
  {
    client: "curl",
    does: "--data-binary @photo.jpg, which it calls URL-encoded",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-F image=@photo.jpg -F max_fmr=",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------c851fdba9b1efaac

      --------------------------c851fdba9b1efaac
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------c851fdba9b1efaac
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --------------------------c851fdba9b1efaac--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "curl",
    does: "-F 'image=<photo.jpg', which names no file",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------e11fbb8e0de1f3ef

      --------------------------e11fbb8e0de1f3ef
      Content-Disposition: form-data; name="image"
      Content-Type: image/jpeg

      ${photo}
      --------------------------e11fbb8e0de1f3ef--

    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-F with quotes and é in filename=",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------23c6494a3fe07259

      --------------------------23c6494a3fe07259
      Content-Disposition: form-data; name="image"; filename="a%22b é.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------23c6494a3fe07259--

    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-F with encoder=base64",
    source: "curl 7.88.1 wrote it; it breaks no lines of so little",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------3159dbe53acdf782

      --------------------------3159dbe53acdf782
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg
      Content-Transfer-Encoding: base64

      ${base64Lines(76, "\r\n").trimEnd()}
      --------------------------3159dbe53acdf782--

    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-F 'image=@-;type=image/jpeg' from standard input",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------265d1fd4624905d9

      --------------------------265d1fd4624905d9
      Content-Disposition: form-data; name="image"; filename="-"
      Content-Type: image/jpeg

      ${photo}
      --------------------------265d1fd4624905d9--

    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-F 'image=@photo.jpg;type=application/pdf', a type that is wrong",
    source: "curl 7.88.1 wrote it, with another type",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------43ee34d7255459b9

      --------------------------43ee34d7255459b9
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: application/pdf

      ${photo}
      --------------------------43ee34d7255459b9--

    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-T photo.jpg -X POST: no type, and it waits for 100 Continue",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Expect: 100-continue

      ${photo}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
  {
    client: "curl",
    does: "-T - -X POST: chunks after 100 Continue",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Transfer-Encoding: chunked
      Authorization: Bearer ${key}
      Expect: 100-continue

      ${chunked(photo)}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
  {
    client: "curl",
    does: "-d with JSON and no type",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      {"image":"${base64}"}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["JSON", "application/json"] }),
  },
  {
    client: "curl",
    does: "--json",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Authorization: Bearer ${key}
      Content-Type: application/json
      Accept: application/json
      Content-Length: ${length}

      {"image":"${base64}"}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "waits for 100 Continue with a large body",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Expect: 100-continue
      Content-Length: ${length}

      ${photo}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
  {
    client: "curl",
    does: "-H 'Content-Type:', which leaves the type out",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-H 'Transfer-Encoding: chunked'",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked
      Content-Type: image/jpeg

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-0: HTTP/1.0",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.0
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "-X GET with a form",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      GET /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------33ba88869b8ec539

      --------------------------33ba88869b8ec539
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------33ba88869b8ec539--

    `,
    answer: {
      ...refused(405, "method_not_allowed", { says: ["POST"] }),
      headers: { Allow: "POST" },
    },
  },
  {
    client: "curl",
    does: "-X POST without a body",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}


    `,
    answer: refused(400, "invalid_request", { says: ["empty", "send a photo"] }),
  },
  {
    client: "curl",
    does: "--data-urlencode image@photo.jpg",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      image=${percentEncoded}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["URL-encoded", "-F image=@photo.jpg"] }),
  },
  {
    client: "curl",
    does: "-d image=@photo.jpg, which sends the words",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      image=@photo.jpg
    `,
    answer: refused(415, "unsupported_media_type", { says: ["URL-encoded", "-F image=@photo.jpg"] }),
  },
  {
    client: "curl",
    does: "--http2 without TLS: offers to upgrade",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Connection: Upgrade, HTTP2-Settings
      Upgrade: h2c
      HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "curl",
    does: "--data-binary under multipart/form-data set by hand",
    source: "curl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data
      Content-Length: ${length}

      ${photo}
    `,
    answer: refused(400, "invalid_request", { says: ["boundary"] }),
  },
  {
    client: "curl",
    does: "-F photo=@photo.jpg: the field misspelt",
    source: "curl 7.88.1 wrote such a form",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------33ba88869b8ec539

      --------------------------33ba88869b8ec539
      Content-Disposition: form-data; name="photo"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------33ba88869b8ec539--

    `,
    answer: refused(400, "invalid_request", { field: "image", says: ["is missing"] }),
  },
  {
    client: "curl",
    does: "-F image= twice",
    source: "curl 7.88.1 wrote such a form",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------43ee34d7255459b9

      --------------------------43ee34d7255459b9
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------43ee34d7255459b9
      Content-Disposition: form-data; name="image"; filename="other.jpg"
      Content-Type: image/jpeg

      ${strangersPhoto}
      --------------------------43ee34d7255459b9--

    `,
    answer: refused(400, "invalid_request", { field: "image", says: ["more than once"] }),
  },
  {
    client: "curl",
    does: "-F image_a= -F image_b= to compare",
    source: "curl 7.88.1 wrote such a form",
    request: crlf`
      POST /v1/compare HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------24bf295ac43cd454

      --------------------------24bf295ac43cd454
      Content-Disposition: form-data; name="image_a"; filename="a.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------24bf295ac43cd454
      Content-Disposition: form-data; name="image_b"; filename="b.jpg"
      Content-Type: image/jpeg

      ${enrolledPhoto}
      --------------------------24bf295ac43cd454--

    `,
    answer: samePerson,
  },
  {
    client: "curl",
    does: "-F image_a= alone to compare",
    source: "curl 7.88.1 wrote such a form",
    request: crlf`
      POST /v1/compare HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------24bf295ac43cd455

      --------------------------24bf295ac43cd455
      Content-Disposition: form-data; name="image_a"; filename="a.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------24bf295ac43cd455--

    `,
    answer: refused(400, "invalid_request", { field: "image_b", says: ["is missing"] }),
  },
  {
    client: "curl",
    does: "--data-binary @photo.jpg to compare",
    source: "curl 7.88.1 wrote such headers",
    request: crlf`
      POST /v1/compare HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      ${photo}
    `,
    answer: refused(415, "unsupported_media_type", {
      says: ['"image_a" and "image_b"', "multipart/form-data", "application/json"],
    }),
  },
  {
    client: "curl",
    does: "-X POST to compare without a body",
    source: "curl 7.88.1 wrote such headers",
    request: crlf`
      POST /v1/compare HTTP/1.1
      Host: faces.example.com
      User-Agent: curl/7.88.1
      Accept: */*
      Authorization: Bearer ${key}


    `,
    answer: refused(400, "invalid_request", { says: ['"image_a" and "image_b"'] }),
  },
  {
    client: "wget",
    does: "--post-file=photo.jpg, which it calls URL-encoded",
    source: "GNU Wget 1.21.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Wget/1.21.3
      Accept: */*
      Accept-Encoding: identity
      Connection: Keep-Alive
      Content-Type: application/x-www-form-urlencoded
      Content-Length: ${length}
      Authorization: Bearer ${key}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "wget",
    does: "--post-file=photo.jpg --header='Content-Type: image/jpeg'",
    source: "GNU Wget 1.21.3 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Wget/1.21.3
      Accept: */*
      Accept-Encoding: identity
      Connection: Keep-Alive
      Content-Type: image/jpeg
      Content-Length: ${length}
      Authorization: Bearer ${key}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Postman",
    does: "form-data with a file and a text",
    source: "PostmanRuntime 7.15 wrote it so (postman-app-support issue 6737)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      User-Agent: PostmanRuntime/7.15.0
      Accept: */*
      Cache-Control: no-cache
      Postman-Token: 12c91250-4daf-464a-b262-e745f6eb4669
      Authorization: Bearer ${key}
      Host: faces.example.com
      accept-encoding: gzip, deflate
      content-type: multipart/form-data; boundary=--------------------------746898700344617467495249
      content-length: ${length}
      Connection: keep-alive

      ----------------------------746898700344617467495249
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ----------------------------746898700344617467495249
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ----------------------------746898700344617467495249--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Postman",
    does: "form-data with notes as a file, to give them a type",
    source: "Postman's way to a part's type (postman-app-support issues 986 and 2490)",
    request: crlf`
      POST /v1/subjects/postman/faces HTTP/1.1
      User-Agent: PostmanRuntime/7.32.2
      Accept: */*
      Postman-Token: 583b325d-1ab3-4067-aab9-a348de061e3f
      Authorization: Bearer ${key}
      Host: faces.example.com
      Accept-Encoding: gzip, deflate, br
      Connection: keep-alive
      Content-Type: multipart/form-data; boundary=--------------------------913555983037172620420628
      Content-Length: ${length}

      ----------------------------913555983037172620420628
      Content-Disposition: form-data; name="metadata"; filename="metadata.json"
      Content-Type: application/json

      {"seat": "4, by the window"}
      ----------------------------913555983037172620420628
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ----------------------------913555983037172620420628--

    `,
    answer: enrolled("postman"),
  },
  {
    client: "Postman",
    does: "form-data with the photo under Text instead of File: its path",
    source: "PostmanRuntime 7.15 wrote such a part (postman-app-support issue 6737)",
    request: crlf`
      POST /v1/detect HTTP/1.1
      User-Agent: PostmanRuntime/7.32.2
      Accept: */*
      Authorization: Bearer ${key}
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=--------------------------827565669435541058886760
      Content-Length: ${length}

      ----------------------------827565669435541058886760
      Content-Disposition: form-data; name="image"

      /C:/Users/a/photo.jpg
      ----------------------------827565669435541058886760--

    `,
    answer: refused(415, "unsupported_media_type", { says: ["This is text"] }),
  },
  {
    client: "Insomnia",
    does: "a form whose boundary is always the same",
    source: "Insomnia, multipart.ts; its issue 8356 has the headers",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=X-INSOMNIA-BOUNDARY
      User-Agent: insomnia/10.3.0
      Authorization: Bearer ${key}
      Accept: */*
      Content-Length: ${length}

      --X-INSOMNIA-BOUNDARY
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --X-INSOMNIA-BOUNDARY
      Content-Disposition: form-data; name="image"; filename="a \\"b\\" é.jpg"
      Content-Type: image/jpeg

      ${photo}
      --X-INSOMNIA-BOUNDARY--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Insomnia",
    does: "notes as a multi-line text with a type of its own",
    source: "Insomnia, multipart.ts; its issue 8356 has the headers",
    request: crlf`
      POST /v1/subjects/insomnia/faces HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=X-INSOMNIA-BOUNDARY
      User-Agent: insomnia/10.3.0
      Authorization: Bearer ${key}
      Accept: */*
      Content-Length: ${length}

      --X-INSOMNIA-BOUNDARY
      Content-Disposition: form-data; name="metadata"
      Content-Type: application/json

      {
        "seat": "4"
      }
      --X-INSOMNIA-BOUNDARY
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --X-INSOMNIA-BOUNDARY--

    `,
    answer: enrolled("insomnia"),
  },
  {
    client: "PowerShell",
    does: "Invoke-RestMethod -Form: .NET's quoted boundary and unquoted names",
    source: "PowerShell pull request 5972; its issues 6780 and 9241 show the bytes",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.2
      Accept-Encoding: gzip, deflate, br
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="a8174dc8-8c8b-4090-a7fb-678422e73e79"
      Content-Length: ${length}

      --a8174dc8-8c8b-4090-a7fb-678422e73e79
      Content-Disposition: form-data; name=image; filename=photo.jpg; filename*=utf-8''photo.jpg
      Content-Type: application/octet-stream

      ${photo}
      --a8174dc8-8c8b-4090-a7fb-678422e73e79--

    `,
    answer: match(),
  },
  {
    client: "PowerShell",
    does: "JSON from a file with a byte order mark",
    source: "Windows PowerShell 5.1 writes one with -Encoding UTF8 (PowerShell issue 8592)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      User-Agent: Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4291
      Authorization: Bearer ${key}
      Content-Type: application/json
      Host: faces.example.com
      Content-Length: ${length}

      \ufeff{"image":"${base64}"}
    `,
    answer: match(),
  },
];

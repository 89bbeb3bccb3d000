/** .NET: HttpClient's MultipartFormDataContent and JsonContent, and the client of .NET Framework. */
import { base64, chunked, crlf, key, length, photo } from "../bytes.ts";
import { match, type Row, refused } from "../row.ts";

export const dotnetRows: readonly Row[] = [
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent: a quoted boundary, names without quotes, filename*",
    source: ".NET, MultipartContent.cs and MultipartFormDataContentTest.cs",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b11"
      Content-Length: ${length}

      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b11
      Content-Type: image/jpeg
      Content-Disposition: form-data; name=image; filename=photo.jpg; filename*=utf-8''photo.jpg

      ${photo}
      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b11
      Content-Type: text/plain; charset=utf-8
      Content-Disposition: form-data; name=max_fmr

      0.00001
      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b11--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent with a file name that is not ASCII",
    source: ".NET, MultipartFormDataContentTest.cs, Serialize_InvalidNamedFileName_Encoded",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b12"
      Content-Length: ${length}

      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b12
      Content-Disposition: form-data; name=image; filename="=?utf-8?B?ZmlsZeOCrw0KIG5hbcOp?="; filename*=utf-8''file%E3%82%AF%0D%0A%20nam%C3%A9

      ${photo}
      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b12--

    `,
    answer: match(),
  },
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent with bytes and a name alone",
    source: ".NET, MultipartContent.cs: ByteArrayContent has no type",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b13"
      Content-Length: ${length}

      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b13
      Content-Disposition: form-data; name=image

      ${photo}
      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b13--

    `,
    answer: match(),
  },
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent with quotes that the caller put around the name",
    source: ".NET, MultipartFormDataContentTest.cs, Serialize_QuotedName_Success",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=----8f4ef3b27f0c4c3c
      Content-Length: ${length}

      ------8f4ef3b27f0c4c3c
      Content-Disposition: form-data; name="image"; filename="photo.jpg"

      ${photo}
      ------8f4ef3b27f0c4c3c--

    `,
    answer: match(),
  },
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent with content and no name",
    source: ".NET, MultipartFormDataContentTest.cs, Serialize_StringContent_Success",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b14"
      Content-Length: ${length}

      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b14
      Content-Disposition: form-data

      ${photo}
      --8f4ef3b2-7f0c-4c3c-8f6a-3c1f0d9c2b14--

    `,
    answer: refused(400, "invalid_request", { says: ["has no name"] }),
  },
  {
    client: ".NET HttpClient",
    does: "MultipartFormDataContent with nothing in it",
    source: ".NET, MultipartFormDataContentTest.cs, Serialize_EmptyList_Success",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary="test_boundary"
      Content-Length: ${length}

      --test_boundary

      --test_boundary--

    `,
    answer: refused(400, "invalid_request", { says: ["Content-Disposition: form-data"] }),
  },
  {
    client: ".NET HttpClient",
    does: "PostAsJsonAsync: chunks, the charset named",
    source: ".NET, JsonContent (dotnet/runtime issues 49357 and 111659)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked
      Content-Type: application/json; charset=utf-8

      ${chunked(Buffer.from(`{"image":"${base64.replaceAll("+", "\\u002B")}","face":null,"quality":null}`))}
    `,
    answer: match(),
  },
  {
    client: ".NET HttpClient",
    does: "StreamContent of a stream without a length: chunks, of no type",
    source: ".NET, StreamContent has no type, and no length where the stream cannot seek",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Transfer-Encoding: chunked

      ${chunked(photo.subarray(0, 4096), photo.subarray(4096))}
    `,
    answer: match(),
  },
  {
    client: ".NET HttpClient",
    does: "StringContent of base64, which is text",
    source: ".NET, StringContent's type is text/plain; charset=utf-8",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      Content-Type: text/plain; charset=utf-8
      Content-Length: ${length}

      ${base64}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["a photo in base64"] }),
  },
  {
    client: ".NET Framework",
    does: "HttpWebRequest, which waits for 100 Continue with every POST",
    source: ".NET Framework 4.8: ServicePointManager.Expect100Continue is true unless it is set",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Host: faces.example.com
      Content-Length: ${length}
      Expect: 100-continue
      Connection: Keep-Alive

      ${photo}
    `,
    sent: "after 100 Continue",
    answer: match(),
  },
];

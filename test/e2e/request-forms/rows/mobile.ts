/** Phones: URLSession and Alamofire, Dart's clients, Android's base64. */
import { base64, base64Lines, crlf, key, length, photo } from "../bytes.ts";
import { enrolled, match, type Row, refused } from "../row.ts";

export const mobileRows: readonly Row[] = [
  {
    client: "URLSession",
    does: "a form by hand: a UUID for the boundary",
    source: "Swift in public code; URLSession's headers as in react-native-fs issue 749",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=Boundary-3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Connection: keep-alive
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Accept-Language: en-GB,en;q=0.9
      Accept-Encoding: gzip, deflate

      --Boundary-3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --Boundary-3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Content-Disposition: form-data; name="image"; filename="space_image.jpg"
      Content-Type: image/jpg

      ${photo}
      --Boundary-3A42CBDB-01A2-4DDE-A9EE-425A344ABA13--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "URLSession",
    does: "a form by hand that starts with a line break, and has none behind",
    source: "Swift in public code: a line break before each delimiter, the first one too",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Connection: keep-alive
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Accept-Encoding: gzip, deflate


      --3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Content-Disposition: form-data; name="face"

      largest
      --3A42CBDB-01A2-4DDE-A9EE-425A344ABA13
      Content-Disposition: form-data; name="image"; filename="photo.png"
      Content-Type: image/png

      ${photo}
      --3A42CBDB-01A2-4DDE-A9EE-425A344ABA13--
    `,
    answer: match(),
  },
  {
    client: "URLSession",
    does: "httpBody without a Content-Type, which it calls URL-encoded",
    source: "swift-corelibs-foundation pull requests 637 and 2753: the type that URLSession adds",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: application/x-www-form-urlencoded
      Connection: keep-alive
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Accept-Language: en-GB,en;q=0.9
      Accept-Encoding: gzip, deflate

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "URLSession",
    does: "JSONSerialization, which escapes the slashes of base64",
    source: "Foundation escapes / unless .withoutEscapingSlashes is given",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: application/json
      Connection: keep-alive
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Accept-Encoding: gzip, deflate

      {"image":"${`data:image/jpeg;base64,${base64}`.replaceAll("/", "\\/")}","face":null}
    `,
    answer: match(),
  },
  {
    client: "URLSession",
    does: "base64EncodedString(options: .lineLength64Characters): CRLF in the text",
    source: "Foundation ends lines with CRLF unless told otherwise",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: application/json
      Connection: keep-alive
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1 CFNetwork/1568.300.101 Darwin/24.2.0
      Content-Length: ${length}
      Accept-Encoding: gzip, deflate

      {"image":"${base64Lines(64, "\\r\\n").replaceAll("/", "\\/")}"}
    `,
    answer: match(),
  },
  {
    client: "Alamofire",
    does: "append(_:withName:fileName:mimeType:) and a text",
    source: "Alamofire 5, MultipartFormData.swift",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=alamofire.boundary.9f3b1c6a0d2e4f58
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1.0 (com.example.faces; build:1; iOS 18.2.0) Alamofire/5.10.2
      Accept-Language: en-GB;q=1.0
      Accept-Encoding: br;q=1.0, gzip;q=0.9, deflate;q=0.8
      Content-Length: ${length}
      Connection: keep-alive

      --alamofire.boundary.9f3b1c6a0d2e4f58
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      --alamofire.boundary.9f3b1c6a0d2e4f58
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --alamofire.boundary.9f3b1c6a0d2e4f58--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Alamofire",
    does: "append(_:withName:) alone: neither file name nor type",
    source: "Alamofire 5, MultipartFormData.swift",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=alamofire.boundary.00c2ffee7b1e55ed
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1.0 (com.example.faces; build:1; iOS 18.2.0) Alamofire/5.10.2
      Accept-Encoding: br;q=1.0, gzip;q=0.9, deflate;q=0.8
      Content-Length: ${length}
      Connection: keep-alive

      --alamofire.boundary.00c2ffee7b1e55ed
      Content-Disposition: form-data; name="image"

      ${photo}
      --alamofire.boundary.00c2ffee7b1e55ed--

    `,
    answer: match(),
  },
  {
    client: "Alamofire",
    does: "upload(Data): octets",
    source: "Alamofire 5; the type is the caller's (Moya issue 1844)",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Content-Type: application/octet-stream
      Accept: */*
      Authorization: Bearer ${key}
      User-Agent: faces/1.0 (com.example.faces; build:1; iOS 18.2.0) Alamofire/5.10.2
      Accept-Encoding: br;q=1.0, gzip;q=0.9, deflate;q=0.8
      Content-Length: ${length}
      Connection: keep-alive

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Alamofire",
    does: "a form under the type that URLSession adds",
    source: "Alamofire in 2015 wrote it (its issue 553)",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Host: faces.example.com
      Accept-Encoding: gzip, deflate
      Content-Type: application/x-www-form-urlencoded
      Content-Length: ${length}
      Accept-Language: en-us
      Accept: */*
      Authorization: Bearer ${key}
      Connection: keep-alive
      User-Agent: app01/1 CFNetwork/711.3.18 Darwin/14.3.0

      --alamofire.boundary.2373462a015381c7
      Content-Disposition: form-data; name="image"; filename="asset.jpg"
      Content-Type: image/jpeg

      ${photo}
      --alamofire.boundary.2373462a015381c7--

    `,
    answer: refused(415, "unsupported_media_type", {
      says: ["a form", "x-www-form-urlencoded", "multipart/form-data", "boundary"],
    }),
  },
  {
    client: "dart http",
    does: "MultipartRequest: small letters, the type first, a boundary of 70 characters",
    source: "dart-lang/http 1.7, multipart_request.dart",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: multipart/form-data; boundary=dart-http-boundary-3Kq.Wz_Vt+R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      --dart-http-boundary-3Kq.Wz_Vt+R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      content-disposition: form-data; name="max_fmr"

      0.00001
      --dart-http-boundary-3Kq.Wz_Vt+R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      content-type: image/jpeg
      content-disposition: form-data; name="image"; filename="scaled_é %22q%22.jpg"

      ${photo}
      --dart-http-boundary-3Kq.Wz_Vt+R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "dart http",
    does: "MultipartRequest with a text that is not ASCII: a transfer encoding",
    source: "dart-lang/http 1.7, multipart_request.dart",
    request: crlf`
      POST /v1/subjects/dart/faces HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: multipart/form-data; boundary=dart-http-boundary-9Kq.Wz_Vt-R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      --dart-http-boundary-9Kq.Wz_Vt-R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      content-disposition: form-data; name="consent_version"

      3
      --dart-http-boundary-9Kq.Wz_Vt-R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      content-disposition: form-data; name="consent_purpose"
      content-type: text/plain; charset=utf-8
      content-transfer-encoding: binary

      Entrée du bâtiment
      --dart-http-boundary-9Kq.Wz_Vt-R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN
      content-type: image/jpeg
      content-disposition: form-data; name="image"; filename="a.jpg"

      ${photo}
      --dart-http-boundary-9Kq.Wz_Vt-R8nXyUo1HbJmC5sLgEdPfA0iTj2kQvYcMxGuZr6hN--

    `,
    answer: enrolled("dart"),
  },
  {
    client: "dart http",
    does: "post with a list of bytes, of no type",
    source: "dart-lang/http 1.7: only a String or a Map is given a type",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "dart http",
    does: "post with a Map of base64, which is URL-encoded",
    source: "dart-lang/http 1.7: a Map becomes application/x-www-form-urlencoded; charset=utf-8",
    request: crlf`
      POST /v1/detect HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: application/x-www-form-urlencoded; charset=utf-8
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      image=${encodeURIComponent(base64)}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["URL-encoded", "multipart/form-data"] }),
  },
  {
    client: "dio",
    does: "FormData.fromMap: a boundary that starts with dashes",
    source: "dio 5.11, form_data.dart",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: multipart/form-data; boundary=--dio-boundary-1839472650
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      ----dio-boundary-1839472650
      content-disposition: form-data; name="max_fmr"

      0.00001
      ----dio-boundary-1839472650
      content-disposition: form-data; name="image"; filename="image_picker_%22A%22.jpg"
      content-type: image/jpeg

      ${photo}
      ----dio-boundary-1839472650--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "dio",
    does: "MultipartFile.fromString for an option: a file of text",
    source: "dio 5.11, form_data.dart",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: multipart/form-data; boundary=--dio-boundary-0000472651
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      ----dio-boundary-0000472651
      content-disposition: form-data; name="max_fmr"; filename="max_fmr.txt"
      content-type: text/plain; charset=utf-8

      0.00001
      ----dio-boundary-0000472651
      content-disposition: form-data; name="image"
      content-type: application/octet-stream

      ${photo}
      ----dio-boundary-0000472651--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "dio",
    does: "a file under an option's name",
    source: "dio 5.11, form_data.dart",
    request: crlf`
      POST /v1/detect HTTP/1.1
      user-agent: Dart/3.9 (dart:io)
      content-type: multipart/form-data; boundary=--dio-boundary-0000472652
      accept-encoding: gzip
      content-length: ${length}
      authorization: Bearer ${key}
      host: faces.example.com

      ----dio-boundary-0000472652
      content-disposition: form-data; name="image"; filename="a.jpg"
      content-type: image/jpeg

      ${photo}
      ----dio-boundary-0000472652
      content-disposition: form-data; name="face"; filename="face.jpg"
      content-type: image/jpeg

      ${photo}
      ----dio-boundary-0000472652--

    `,
    answer: refused(400, "invalid_request", { field: "face", says: ["must be text, not a file"] }),
  },
  {
    client: "Android",
    does: "JSONObject with Base64.DEFAULT: lines of 76, slashes escaped",
    source: "android.util.Base64 (react-native-image-base64 issue 19); org.json escapes /",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Content-Type: application/json; charset=utf-8
      Authorization: Bearer ${key}
      User-Agent: Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A.240105.004)
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      Content-Length: ${length}

      {"image":"${base64Lines(76, "\\n").replaceAll("/", "\\/")}"}
    `,
    answer: match(),
  },
  {
    client: "Android",
    does: "Base64.URL_SAFE or NO_PADDING: - and _, no =",
    source: "android.util.Base64; RFC 4648, section 5",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Content-Type: application/json; charset=utf-8
      Authorization: Bearer ${key}
      User-Agent: Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A.240105.004)
      Host: faces.example.com
      Connection: Keep-Alive
      Accept-Encoding: gzip
      Content-Length: ${length}

      {"image":"${photo.toString("base64url")}"}
    `,
    answer: match(),
  },
  {
    client: "Android",
    does: "Bitmap.toString instead of its bytes",
    source: "Object.toString in JSON",
    request: crlf`
      POST /v1/detect HTTP/1.1
      Content-Type: application/json; charset=utf-8
      Authorization: Bearer ${key}
      User-Agent: Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A.240105.004)
      Host: faces.example.com
      Content-Length: ${length}

      {"image":"android.graphics.Bitmap@5f2b1c7"}
    `,
    answer: refused(400, "invalid_request", { field: "image", says: ["is not base64"] }),
  },
];

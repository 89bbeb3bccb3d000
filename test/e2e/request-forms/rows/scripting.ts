/** Go, Ruby and PHP. */
import { base64, base64Lines, chunked, crlf, key, length, photo } from "../bytes.ts";
import { enrolled, match, type Row, refused } from "../row.ts";

export const scriptingRows: readonly Row[] = [
  {
    client: "Go",
    does: "multipart.Writer.CreateFormFile with quotes in the name",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=6f1304bb2eef780bacebfb4cd8fc81c8f972ef502bb4456331752f3acf53
      Accept-Encoding: gzip

      --6f1304bb2eef780bacebfb4cd8fc81c8f972ef502bb4456331752f3acf53
      Content-Disposition: form-data; name="image"; filename="a \\"b\\"é.jpg"
      Content-Type: application/octet-stream

      ${photo}
      --6f1304bb2eef780bacebfb4cd8fc81c8f972ef502bb4456331752f3acf53
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --6f1304bb2eef780bacebfb4cd8fc81c8f972ef502bb4456331752f3acf53--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Go",
    does: "multipart.Writer.CreateFormField for the photo: no file name",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=e3fa882f2cc431d1ceabf3f86d661ffce615674aa6b475b3fde14b477b24
      Accept-Encoding: gzip

      --e3fa882f2cc431d1ceabf3f86d661ffce615674aa6b475b3fde14b477b24
      Content-Disposition: form-data; name="image"

      ${photo}
      --e3fa882f2cc431d1ceabf3f86d661ffce615674aa6b475b3fde14b477b24--

    `,
    answer: match(),
  },
  {
    client: "Go",
    does: "multipart.Writer into a pipe: chunks",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Transfer-Encoding: chunked
      Authorization: Bearer ${key}
      Content-Type: multipart/form-data; boundary=d8ba6796ae06675b033b933c1e5ce3bb102f25cf77ef3f7643e561874a62
      Accept-Encoding: gzip

      ${chunked(
        crlf`
              --d8ba6796ae06675b033b933c1e5ce3bb102f25cf77ef3f7643e561874a62
              Content-Disposition: form-data; name="image"; filename="p.jpg"
              Content-Type: application/octet-stream


            `,
        photo,
        crlf`

              --d8ba6796ae06675b033b933c1e5ce3bb102f25cf77ef3f7643e561874a62--

            `,
      )}
    `,
    answer: match(),
  },
  {
    client: "Go",
    does: "an os.File as the body: chunks",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Transfer-Encoding: chunked
      Authorization: Bearer ${key}
      Content-Type: image/jpeg
      Accept-Encoding: gzip

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Go",
    does: "a bytes.Reader as the body, of no type",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Accept-Encoding: gzip

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Go",
    does: "json.Marshal of []byte and a nil pointer, HTML escaped",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/go/faces HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Content-Type: application/json
      Accept-Encoding: gzip

      {"face":null,"image":"${base64}","metadata":{"a":"\\u003cé\\u0026\\u003e"}}
    `,
    answer: enrolled("go"),
  },
  {
    client: "Go",
    does: "JSON without a Content-Type",
    source: "Go 1.19.8 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      User-Agent: Go-http-client/1.1
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Accept-Encoding: gzip

      {"face":null,"image":"${base64}","metadata":{"a":"\\u003cé\\u0026\\u003e"}}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["Content-Type is missing", "application/json"] }),
  },
  {
    client: "Net::HTTP",
    does: "set_form with a File",
    source: "Ruby 3.1.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=7_t7-M6zuhaTfJ5FQb90nz8fA02rs6-xgIvDz6wzMyivhGpDXYIoxA
      Content-Length: ${length}

      --7_t7-M6zuhaTfJ5FQb90nz8fA02rs6-xgIvDz6wzMyivhGpDXYIoxA
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: application/octet-stream

      ${photo}
      --7_t7-M6zuhaTfJ5FQb90nz8fA02rs6-xgIvDz6wzMyivhGpDXYIoxA
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --7_t7-M6zuhaTfJ5FQb90nz8fA02rs6-xgIvDz6wzMyivhGpDXYIoxA--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Net::HTTP",
    does: "set_form with quotes in the name",
    source: "Ruby 3.1.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Content-Type: multipart/form-data; boundary=m-pIJfhxOnqrYsUhgQ2WNDJEurfDvsas3eM6XRHaQCB_ePQCNXZUNA
      Content-Length: ${length}

      --m-pIJfhxOnqrYsUhgQ2WNDJEurfDvsas3eM6XRHaQCB_ePQCNXZUNA
      Content-Disposition: form-data; name="image"; filename="é \\"q\\".jpg"
      Content-Type: image/jpeg

      ${photo}
      --m-pIJfhxOnqrYsUhgQ2WNDJEurfDvsas3eM6XRHaQCB_ePQCNXZUNA--

    `,
    answer: match(),
  },
  {
    client: "Net::HTTP",
    does: "body=, which it calls URL-encoded",
    source: "Ruby 3.1.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Net::HTTP",
    does: "body_stream= in chunks, which it calls URL-encoded",
    source: "Ruby 3.1.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Transfer-Encoding: chunked
      Content-Type: application/x-www-form-urlencoded

      ${chunked(photo)}
    `,
    answer: match(),
  },
  {
    client: "Net::HTTP",
    does: "to_json of Base64.encode64: lines of 60",
    source: "Ruby 3.1.2 wrote such a text",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Content-Type: application/json
      Content-Length: ${length}

      {"image":"${base64Lines(60, "\\n")}","face":null}
    `,
    answer: match(),
  },
  {
    client: "Net::HTTP",
    does: "set_form_data with base64",
    source: "Ruby 3.1.2 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      User-Agent: Ruby
      Host: faces.example.com
      Content-Type: application/x-www-form-urlencoded
      Content-Length: ${length}

      image=${encodeURIComponent(base64)}
    `,
    answer: refused(415, "unsupported_media_type", { says: ["URL-encoded", "multipart/form-data"] }),
  },
  {
    client: "rest-client",
    does: "post with a File",
    source: "rest-client 2.1.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: */*
      User-Agent: rest-client/2.1.0 (linux-gnu x86_64) ruby/3.1.2p20
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=----RubyFormBoundary95IX9qJAmjpejkHM
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Host: faces.example.com

      ------RubyFormBoundary95IX9qJAmjpejkHM
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------RubyFormBoundary95IX9qJAmjpejkHM
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      ------RubyFormBoundary95IX9qJAmjpejkHM--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "rest-client",
    does: "post with an option that is nil, which becomes an empty text",
    source: "rest-client 2.1.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: */*
      User-Agent: rest-client/2.1.0 (linux-gnu x86_64) ruby/3.1.2p20
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=----RubyFormBoundaryoPM0iqwNQZ7tgqgR
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Host: faces.example.com

      ------RubyFormBoundaryoPM0iqwNQZ7tgqgR
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: image/jpeg

      ${photo}
      ------RubyFormBoundaryoPM0iqwNQZ7tgqgR
      Content-Disposition: form-data; name="face"


      ------RubyFormBoundaryoPM0iqwNQZ7tgqgR--

    `,
    answer: refused(400, "invalid_request", { field: "face", says: ["largest"] }),
  },
  {
    client: "rest-client",
    does: "post with a String, which it calls URL-encoded",
    source: "rest-client 2.1.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Accept: */*
      User-Agent: rest-client/2.1.0 (linux-gnu x86_64) ruby/3.1.2p20
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Host: faces.example.com
      Content-Type: application/x-www-form-urlencoded

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Faraday",
    does: "FilePart: a boundary of dashes, an empty line behind the form",
    source: "Faraday 1.1.0 with multipart-post 2.0.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      User-Agent: Faraday v1.1.0
      Content-Type: multipart/form-data; boundary=-----------RubyMultipartPost-2f223f43957a6b3cfc254811c24ed272
      Content-Length: ${length}
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      Host: faces.example.com

      -------------RubyMultipartPost-2f223f43957a6b3cfc254811c24ed272
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Length: ${photo.length}
      Content-Type: image/jpeg
      Content-Transfer-Encoding: binary

      ${photo}
      -------------RubyMultipartPost-2f223f43957a6b3cfc254811c24ed272
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      -------------RubyMultipartPost-2f223f43957a6b3cfc254811c24ed272--


    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Faraday",
    does: "post with a String, which it calls URL-encoded",
    source: "Faraday 1.1.0 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Authorization: Bearer ${key}
      User-Agent: Faraday v1.1.0
      Content-Type: application/x-www-form-urlencoded
      Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3
      Accept: */*
      Host: faces.example.com
      Content-Length: ${length}

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "PHP cURL",
    does: "CURLFile without a type",
    source: "PHP 8.2.36 with libcurl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------43ed7f8ed5588686

      --------------------------43ed7f8ed5588686
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Type: application/octet-stream

      ${photo}
      --------------------------43ed7f8ed5588686
      Content-Disposition: form-data; name="max_fmr"

      0.00001
      --------------------------43ed7f8ed5588686--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "PHP cURL",
    does: "CURLFile with quotes in the name",
    source: "PHP 8.2.36 with libcurl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------4304c6c4b7b8be3b

      --------------------------4304c6c4b7b8be3b
      Content-Disposition: form-data; name="image"; filename="é %22q%22.jpg"
      Content-Type: image/jpeg

      ${photo}
      --------------------------4304c6c4b7b8be3b--

    `,
    answer: match(),
  },
  {
    client: "PHP cURL",
    does: "an array with the bytes in it: no file name",
    source: "PHP 8.2.36 with libcurl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: multipart/form-data; boundary=------------------------96ac3183626e64cd

      --------------------------96ac3183626e64cd
      Content-Disposition: form-data; name="image"

      ${photo}
      --------------------------96ac3183626e64cd--

    `,
    answer: match(),
  },
  {
    client: "PHP cURL",
    does: "CURLOPT_POSTFIELDS with bytes, which it calls URL-encoded",
    source: "PHP 8.2.36 with libcurl 7.88.1 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Length: ${length}
      Content-Type: application/x-www-form-urlencoded

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "PHP cURL",
    does: "json_encode: escaped slashes, é as an escape",
    source: "PHP 8.2.36 wrote such a text",
    request: crlf`
      POST /v1/subjects/php/faces HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: application/json
      Content-Length: ${length}

      {"image":"data:image\\/jpeg;base64,${base64.replaceAll("/", "\\/")}","metadata":{"a":"\\u00e9"}}
    `,
    answer: enrolled("php"),
  },
  {
    client: "PHP cURL",
    does: "json_encode of an empty array for notes, which is a list",
    source: "PHP 8.2.36 wrote it",
    request: crlf`
      POST /v1/subjects/php/faces HTTP/1.1
      Host: faces.example.com
      Accept: */*
      Authorization: Bearer ${key}
      Content-Type: application/json
      Content-Length: ${length}

      {"image":"${base64}","metadata":[]}
    `,
    answer: refused(400, "invalid_request", { field: "metadata", says: ["must be an object of texts"] }),
  },
  {
    client: "PHP streams",
    does: "file_get_contents with a context",
    source: "PHP 8.2.36 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Connection: close
      Content-Length: ${length}
      Authorization: Bearer ${key}
      Content-Type: image/jpeg

      ${photo}
    `,
    answer: match(),
  },
  {
    client: "Guzzle",
    does: "multipart: a length in each part",
    source: "Guzzle 7.4.5 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      User-Agent: GuzzleHttp/7
      Content-Type: multipart/form-data; boundary=d058f6d56b95f747f6ef9b1ef2bdb2e5d126565e
      Content-Length: ${length}

      --d058f6d56b95f747f6ef9b1ef2bdb2e5d126565e
      Content-Disposition: form-data; name="image"; filename="photo.jpg"
      Content-Length: ${photo.length}
      Content-Type: image/jpeg

      ${photo}
      --d058f6d56b95f747f6ef9b1ef2bdb2e5d126565e
      Content-Disposition: form-data; name="max_fmr"
      Content-Length: 7

      0.00001
      --d058f6d56b95f747f6ef9b1ef2bdb2e5d126565e--

    `,
    answer: match({ max_fmr: 0.00001 }),
  },
  {
    client: "Guzzle",
    does: "multipart with quotes in the name, as they are",
    source: "Guzzle 7.4.5 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      User-Agent: GuzzleHttp/7
      Content-Type: multipart/form-data; boundary=dc9eaad1de17590bd50536985dd80bc8507335b6
      Content-Length: ${length}

      --dc9eaad1de17590bd50536985dd80bc8507335b6
      Content-Disposition: form-data; name="image"; filename="a "b"é.jpg"
      Content-Length: ${photo.length}
      Content-Type: image/jpeg

      ${photo}
      --dc9eaad1de17590bd50536985dd80bc8507335b6--

    `,
    answer: match(),
  },
  {
    client: "Guzzle",
    does: "multipart with bytes: no file name",
    source: "Guzzle 7.4.5 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      User-Agent: GuzzleHttp/7
      Content-Type: multipart/form-data; boundary=32b1574060573331bd69de51ce6e066c3f8f2284
      Content-Length: ${length}

      --32b1574060573331bd69de51ce6e066c3f8f2284
      Content-Disposition: form-data; name="image"
      Content-Length: ${photo.length}

      ${photo}
      --32b1574060573331bd69de51ce6e066c3f8f2284--

    `,
    answer: match(),
  },
  {
    client: "Guzzle",
    does: "json with null, and escaped slashes",
    source: "Guzzle 7.4.5 wrote such a text",
    request: crlf`
      POST /v1/subjects/franck/verify HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      User-Agent: GuzzleHttp/7
      Content-Type: application/json
      Content-Length: ${length}

      {"image":"${base64.replaceAll("/", "\\/")}","face":null}
    `,
    answer: match(),
  },
  {
    client: "Guzzle",
    does: "query with a rate, bytes of no type",
    source: "Guzzle 7.4.5 wrote it",
    request: crlf`
      POST /v1/subjects/franck/verify?max_fmr=0.00001 HTTP/1.1
      Host: faces.example.com
      Authorization: Bearer ${key}
      User-Agent: GuzzleHttp/7
      Content-Length: ${length}

      ${photo}
    `,
    answer: match({ max_fmr: 0.00001 }),
  },
];

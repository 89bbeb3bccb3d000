/** Bodies of requests as clients write them, and the marks that matter in them. */

export const boundary = "--b0";

const lines = (...text: string[]) => text.join("\r\n");

export const forms: readonly string[] = [
  lines(
    `--${boundary}`,
    'Content-Disposition: form-data; name="image"; filename="a.jpg"',
    "Content-Type: image/jpeg",
    "",
    "\xff\xd8\xff\xe0\r\n--\0jpeg",
    `--${boundary}`,
    'Content-Disposition: form-data; name="face"',
    "",
    "only",
    `--${boundary}--`,
    "",
  ),
  lines(
    "preamble",
    `--${boundary} \t`,
    "content-disposition: form-data; name=image; filename=a.jpg; filename*=utf-8''a%20b.jpg",
    "content-length: 4",
    "",
    "jpeg",
    `--${boundary}--`,
    "epilogue",
  ),
  lines(
    `--${boundary}`,
    'Content-Disposition: form-data; name="image"; filename="a%22\\"b.jpg"',
    "Content-Transfer-Encoding: base64",
    "",
    "aGVs",
    "bG8=",
    `--${boundary}--`,
    "",
  ),
  `--${boundary}--`,
];

export const formPieces: readonly string[] = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "--",
    "-",
    " ",
    "\t",
    "\0",
    "\xff",
    ":",
    ";",
    "=",
    '"',
    "\\",
    "%22",
    "%",
    "\r\n\r\n",
  ],
  ...[boundary, `--${boundary}`, `\r\n--${boundary}`, `\n--${boundary}\r\n`, `\r\n--${boundary}\r\n`],
  ...[`\r\n--${boundary}--`, "name=image", 'name="image"', 'filename="', "filename*=utf-8''%FF", "form-data"],
  ...["Content-Disposition: ", "Content-Transfer-Encoding: base64\r\n", "aGVsbG8=", "x".repeat(300)],
];

export const objects: readonly string[] = [
  '{"image":"aGVsbG8=","face":"only","max_fmr":1e-4}',
  '{ "image" : "data:image\\/jpeg;base64,aGVs\\nbG8\\u003d" , "metadata" : {"a,b":"[{\\"}]", "c" : []} }',
  '\xef\xbb\xbf{"embedding":"_-8","model":"m","nonce":null,"quality":["a",{"b":true}]}',
  `{"metadata":{"note":"${"n".repeat(500)}"},"image":"${"QUJD".repeat(200)}"}`,
  '["image","aGVsbG8="]',
];

export const jsonPieces: readonly string[] = [
  ...[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    " ",
    "\n",
    "\t",
    "\0",
    "\xff",
    "\xc3\xa9",
    "=",
    "==",
    "A",
    "-",
    "_",
  ],
  ...[
    '"image"',
    '"embedding"',
    '"im\\u0061ge"',
    '"image":"AAAA",',
    '"a":1,',
    "null",
    "1e5",
    '""',
    '\\"',
    "\\\\",
  ],
  ...["\\/", "\\n", "\\u0041", "\\u00e9", "\\u003d", "data:", ";base64,", '{"a":', "x".repeat(300)],
];

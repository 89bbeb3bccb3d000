/** A row of the table: the client, its bytes, and the right answer. */
import { pageOrigin, photoImage } from "./bytes.ts";

/** All clients in the table. */
export const clients = [
  ...["Chrome", "Firefox", "Safari", "Internet Explorer", "HTML form"],
  ...["Node fetch", "undici", "axios", "node-fetch", "got", "superagent", "Node http", "React Native"],
  ...["curl", "wget", "Postman", "Insomnia", "PowerShell"],
  ...["requests", "urllib3", "httpx", "aiohttp"],
  ...["OkHttp", "Retrofit", "Ktor", "Gson", "Java HttpClient", "HttpURLConnection", "Apache HttpClient"],
  ...["URLSession", "Alamofire", "dart http", "dio", "Android"],
  ...[".NET HttpClient", ".NET Framework", "Go", "Net::HTTP", "rest-client", "Faraday"],
  ...["PHP cURL", "PHP streams", "Guzzle", "AWS Lambda", "proxy", "any client"],
] as const;
export type Client = (typeof clients)[number];

export interface Row {
  readonly client: Client;
  readonly does: string;
  /** Source of the bytes: a version that wrote them, or the source or standard that defines them. */
  readonly source: string;
  readonly request: Buffer;
  /** Manner of sending, if not all at once: with the body after `100 Continue`, or cut off after its bytes. */
  readonly sent?: "after 100 Continue" | "and hangs up";
  readonly answer: Answer;
}

export interface Answer {
  readonly status: number;
  /** A part of the JSON in the answer. */
  readonly body?: object;
  /** Words of the message that tell the caller what to do. */
  readonly says?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answer for an enrolled person and the photo that was sent. */
export function match(more: object = {}): Answer {
  return { status: 200, body: { match: true, image: photoImage, ...more } };
}

/** Answer for two photos of one person. */
export const samePerson: Answer = { status: 200, body: { match: true, image_a: photoImage } };

export function enrolled(subjectId: string): Answer {
  return { status: 201, body: { subject_id: subjectId, image: photoImage } };
}

export function refused(
  status: number,
  code: string,
  { field, says = [], ...details }: { field?: string; says?: readonly string[]; limit?: number } = {},
): Answer {
  const named = field === undefined ? {} : { field };
  const more =
    Object.keys({ ...named, ...details }).length === 0 ? {} : { details: { ...named, ...details } };
  return { status, body: { error: { code, ...more } }, says: [...says, ...(field ? [`"${field}"`] : [])] };
}

/** Answer that lets the browser send the request. */
export const preflight: Answer = {
  status: 204,
  headers: {
    "Access-Control-Allow-Origin": pageOrigin,
    "Access-Control-Allow-Methods": "GET,POST,PATCH,DELETE",
    "Access-Control-Allow-Headers": "Authorization,Content-Type,Idempotency-Key,X-Request-Id",
  },
};

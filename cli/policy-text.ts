/** The public policy of retention and destruction, as text, from a tenant's settings. */
import type { SettingsAnswer } from "../client/index.ts";

const daySeconds = 24 * 3600;

/** Illinois' Biometric Information Privacy Act, section 15(a): at most three years after the last interaction. */
const threeYearsSeconds = 3 * 365 * daySeconds;

/** Name of the person responsible in the policy, where the settings name nobody. */
const nobody = "the operator of this service";

export interface Policy {
  /** Markdown, with a line's end after the last line. */
  readonly text: string;
  /** Things that the settings leave open, and that a public policy should say. */
  readonly open: readonly string[];
}

/** Writes a number of seconds as people say it: whole days where it is some, else hours, minutes or seconds. */
export function periodOf(seconds: number): string {
  const units = [
    [daySeconds, "day"],
    [3600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, name] = units.find(([size]) => seconds % size === 0) ?? units[3];
  const count = seconds / size;
  return `${count.toLocaleString("en-US")} ${name}${count === 1 ? "" : "s"}`;
}

/** Writes a text of the settings so that Markdown and HTML show it as it is, on one line. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]#!|~]/g, "\\$&");
}

/** Writes an address as a link. An address that is not http(s), which an earlier version allowed, becomes plain text. */
function link(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return plain(address);
  return `<${url.href}>`;
}

const places = {
  eu: "the European Union",
  us: "the United States",
  fedramp: "data centres authorised under FedRAMP",
} as const;

export function writePolicy(settings: SettingsAnswer): Policy {
  const { controller, jurisdiction, retention_seconds, retention_unused_seconds } = settings;
  const { consent_required, audit_retention_seconds, replay, template_drift_fmr } = settings;
  const name = controller === null ? nobody : plain(controller.name);
  const keepsSketches = replay.sessions !== "off" || replay.keys !== "off";
  const ends = [
    retention_seconds !== null &&
      `${periodOf(retention_seconds)} after the enrolment, unless the enrolment names another time`,
    retention_unused_seconds !== null &&
      `${periodOf(retention_unused_seconds)} after the end of the day on which the person was last enrolled or recognised`,
    "when the person, or whoever is responsible for the person's account, asks for it",
  ].filter((end) => end !== false);
  const paragraphs = [
    "# Retention and destruction of face templates",
    `This policy is that of ${name}.${controller === null ? "" : ` Contact: ${plain(controller.contact)}.`}${
      controller?.notice_url ? ` Privacy notice: ${link(controller.notice_url)}.` : ""
    }`,
    "## What is kept",
    "From a photo of a face the service computes a template: numbers by which two photos can be compared. The template, measures of the photo's quality, and the name under which the person was enrolled are kept. The photo is not kept.",
    ...(keepsSketches
      ? [
          `So that a photo cannot be used twice, a sketch of 385 bytes is kept for each photo that was enrolled, and for ${periodOf(replay.kept_seconds)} for each photo that was recognised.`,
        ]
      : []),
    ...(template_drift_fmr === null
      ? []
      : [
          "So that a template ages with its person, the first picture of a check that a living person is there may be kept in the same way, as a further face, where it matches the enrolled photos very closely. At most five such faces of a person are kept, and the oldest gives way. Each ends at the latest with the enrolled photo that it is closest to; all of them are destroyed when any enrolled photo is deleted or ends, and on request.",
        ]),
    `${consent_required ? "Nobody is enrolled without consent" : "A consent that is given at the enrolment is kept with the face"}; the version, the purpose and the time of a consent are kept with the face.`,
    `Templates are used to compare photos, and for nothing else. ${jurisdiction === null ? "" : `They are stored in ${places[jurisdiction]}, and nowhere else. `}They are not sold, leased, traded or disclosed by the service.`,
    "## How long",
    "A face is destroyed at the first of these times:",
    ends.map((end) => `- ${end}${end === ends.at(-1) ? "." : ";"}`).join("\n"),
    `A record of who did what and when, without faces, is kept for ${periodOf(audit_retention_seconds)}.`,
    "## How it is destroyed",
    "Each template is encrypted with a key of its own. Destruction deletes that key together with the template, so that no copy can be read any more. On request a signed certificate says what was destroyed, when, and by whom.",
    "Where the database is hosted by Cloudflare, it can be set back to an earlier state for 30 days. Nobody does so to restore a face that was destroyed.",
  ];
  const open = [
    controller === null && "Nobody is named as responsible: set `controller`.",
    retention_seconds === null &&
      retention_unused_seconds === null &&
      "Faces are kept until they are deleted: set `retention_seconds` or `retention_unused_seconds`.",
    retention_unused_seconds !== null &&
      retention_unused_seconds > threeYearsSeconds &&
      "Unused faces are kept for more than three years, the limit of Illinois' law (BIPA, section 15(a)).",
    !consent_required && "Enrolments without consent are accepted: set `consent_required`.",
  ].filter((each) => each !== false);
  return { text: `${paragraphs.join("\n\n")}\n`, open };
}

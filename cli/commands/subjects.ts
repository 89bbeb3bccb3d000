/** Lists, shows, unlocks and deletes subjects, and reviews their faces. */
import type {
  AgeingPage,
  EnrolledFace,
  Sameface,
  SubjectRecord,
  UnrecognizableFace,
  UnrecognizableFaces,
} from "../../client/index.ts";
import { type Command, serviceFlags } from "../command.ts";
import { connect, neededId } from "../options.ts";
import { type Row, runAll, show } from "../output.ts";
import { shown } from "../shown.ts";

/** Requests in flight at once. */
const concurrency = 4;

const list: Command = {
  maxWords: 0,
  flags: serviceFlags,
  async run(_, options) {
    const client = connect(options);
    const rows: Row[] = [];
    for await (const found of client.subjects.all())
      rows.push({ cells: [found.subject_id], json: found, exitCode: 0 });
    show(["subject"], rows, options.json);
    return 0;
  },
};

/** Faces that one call looks at. */
const facesPerCall = 500;

const review: Command = {
  maxWords: 0,
  flags: serviceFlags,
  async run(_, options) {
    const client = connect(options);
    const rows: Row[] = [];
    let lookedAt = 0;
    let notJudged = 0;
    let cursor: string | null = null;
    do {
      const page: UnrecognizableFaces = await client.faces.unrecognizable({
        limit: facesPerCall,
        ...(cursor === null ? {} : { cursor }),
      });
      for (const face of page.faces) rows.push(reviewedRow(face));
      lookedAt += page.looked_at;
      notJudged += page.not_judged ?? 0;
      cursor = page.next_cursor;
    } while (cursor !== null);
    show(["subject", "face", "enrolled", "recognisability", "judged by"], rows, options.json);
    const others = notJudged === 0 ? "" : `, ${notJudged} of another model or damaged`;
    process.stderr.write(`looked at ${lookedAt} faces: ${rows.length} to enrol again${others}\n`);
    return rows.length > 0 ? 1 : 0;
  },
};

const ageing: Command = {
  maxWords: 0,
  flags: serviceFlags,
  async run(_, options) {
    const client = connect(options);
    const rows: Row[] = [];
    let cursor: string | null = null;
    do {
      const page: AgeingPage = await client.subjects.ageing(cursor === null ? {} : { cursor });
      for (const found of page.subjects) {
        const { subject_id, matches, first, recent } = found;
        rows.push({ cells: [subject_id, matches, first, recent, page.threshold], json: found, exitCode: 1 });
      }
      cursor = page.next_cursor;
    } while (cursor !== null);
    show(["subject", "matches", "first", "recent", "refused at"], rows, options.json);
    return rows.length > 0 ? 1 : 0;
  },
};

function reviewedRow(face: UnrecognizableFace): Row {
  const { subject_id, face_id, created_at, recognisability, judged_by } = face;
  const cells = [subject_id, face_id, created_at, recognisability, `the ${judged_by}`];
  return { cells, json: face, exitCode: 1 };
}

/** Checks the words that name subjects, at least one. A subject that is named twice comes once. */
function subjectsOf([first, ...others]: readonly string[]): string[] {
  return [...new Set([first, ...others].map((word) => neededId(word, "The subject")))];
}

/** Does the same for each subject named; after a failure the others are still done. */
function each(
  heads: readonly string[],
  rowsOf: (client: Sameface, subject: string) => Promise<readonly Row[]>,
): Command {
  return {
    flags: serviceFlags,
    async run(words, options) {
      const items = subjectsOf(words);
      const client = connect(options);
      return runAll({
        heads,
        items,
        concurrency,
        json: options.json,
        nameOf: shown,
        run: (subject) => rowsOf(client, subject),
      });
    },
  };
}

function faceRow(subject: string, face: EnrolledFace): Row {
  const { face_id, created_at, expires_at, model } = face;
  const mark = face.conflicting_face ? "somebody else, left out" : face.joined ? "joined" : "";
  const cells = [subject, face_id, created_at, expires_at, model, mark];
  return { cells, json: { subject_id: subject, ...face }, exitCode: 0 };
}

/** Reads a person's record with the whole of its audit trail. */
async function wholeRecord(client: Sameface, subject: string): Promise<SubjectRecord> {
  const record = await client.subjects.record(subject);
  const { audit } = record;
  for (let cursor = record.next_cursor; cursor !== null; ) {
    const next = await client.subjects.record(subject, { cursor });
    audit.push(...next.audit);
    cursor = next.next_cursor;
  }
  return { ...record, audit, next_cursor: null };
}

const record: Command = {
  flags: serviceFlags,
  async run(words, options) {
    const items = subjectsOf(words);
    const client = connect(options);
    return runAll({
      heads: [],
      items,
      concurrency,
      // A record has no table.
      json: true,
      indent: options.json ? 0 : 2,
      nameOf: shown,
      run: async (subject) => [{ cells: [], json: await wholeRecord(client, subject), exitCode: 0 }],
    });
  },
};

export const subjects: Readonly<Record<string, Command>> = {
  list,
  review,
  ageing,
  show: each(["subject", "face", "enrolled", "expires", "model", ""], async (client, subject) =>
    (await client.subjects.get(subject)).faces.map((face) => faceRow(subject, face)),
  ),
  record,
  delete: each(["subject", "faces", ""], async (client, subject) => {
    const answer = await client.subjects.delete(subject);
    return [{ cells: [subject, answer.deleted_faces.length, "deleted"], json: answer, exitCode: 0 }];
  }),
  revert: each(["subject", "faces", ""], async (client, subject) => {
    const answer = await client.subjects.revert(subject);
    return [{ cells: [subject, answer.deleted_faces.length, "reverted"], json: answer, exitCode: 0 }];
  }),
  unlock: each(["subject", ""], async (client, subject) => {
    const answer = await client.subjects.unlock(subject);
    return [{ cells: [subject, "unlocked"], json: answer, exitCode: 0 }];
  }),
};

/** Lists, shows, unlocks and deletes subjects. */
import type { EnrolledFace, Sameface } from "../../client/index.ts";
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

/** Does the same for each subject named; after a failure the others are still done. */
function each(
  heads: readonly string[],
  rowsOf: (client: Sameface, subject: string) => Promise<readonly Row[]>,
): Command {
  return {
    flags: serviceFlags,
    async run(words, options) {
      const [first, ...others] = words;
      const subjects = [first, ...others].map((word) => neededId(word, "The subject"));
      const client = connect(options);
      return runAll({
        heads,
        items: [...new Set(subjects)],
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
  const cells = [subject, face_id, created_at, expires_at, model, ""];
  return { cells, json: { subject_id: subject, ...face }, exitCode: 0 };
}

export const subjects: Readonly<Record<string, Command>> = {
  list,
  show: each(["subject", "face", "enrolled", "expires", "model", ""], async (client, subject) =>
    (await client.subjects.get(subject)).faces.map((face) => faceRow(subject, face)),
  ),
  delete: each(["subject", "faces", ""], async (client, subject) => {
    const answer = await client.subjects.delete(subject);
    return [{ cells: [subject, answer.deleted_faces.length, "deleted"], json: answer, exitCode: 0 }];
  }),
  unlock: each(["subject", ""], async (client, subject) => {
    const answer = await client.subjects.unlock(subject);
    return [{ cells: [subject, "unlocked"], json: answer, exitCode: 0 }];
  }),
};

/** Who is enrolled. */
import { connect, needed, type Options } from "../options.ts";
import { type ExitCode, type Row, show } from "../output.ts";
import { UsageError } from "../usage.ts";

export async function subjects(
  [action = "list", name]: readonly string[],
  options: Options,
): Promise<ExitCode> {
  const client = connect(options);
  const subject = () => needed(name, "The subject");
  const row = (cells: Row["cells"], json: object): Row => ({ cells, json, exitCode: 0 });
  switch (action) {
    case "list": {
      const rows: Row[] = [];
      for await (const found of client.subjects.all()) rows.push(row([found.subject_id], found));
      show(["subject"], rows, options.json);
      return 0;
    }
    case "show": {
      const { faces } = await client.subjects.get(subject());
      const rows = faces.map((face) =>
        row([face.face_id, face.created_at, face.expires_at, face.model], face),
      );
      show(["face", "enrolled", "expires", "model"], rows, options.json);
      return 0;
    }
    case "delete": {
      const answer = await client.subjects.delete(subject());
      const rows = answer.deleted_faces.map((face) => [face, "deleted"]);
      if (options.json) show([], [row([], answer)], true);
      else
        show(
          ["face", ""],
          rows.map((cells) => row(cells, {})),
          false,
        );
      return 0;
    }
    case "unlock": {
      const answer = await client.subjects.unlock(subject());
      show(["subject", ""], [row([answer.subject_id, "unlocked"], answer)], options.json);
      return 0;
    }
    default:
      throw new UsageError(`There is no "subjects ${action}".`);
  }
}

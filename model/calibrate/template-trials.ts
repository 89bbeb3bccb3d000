/** Trials of strangers against templates of several photos, for the rates of such templates. */
import type { People, Trials } from "../evaluate/comparisons.ts";
import { distanceTo, enrol, type Photos, rowsByPerson, runsOf } from "../evaluate/templates/enrolments.ts";

/**
 * Compares templates of `photos` photos with every photo of other people. Each person has a template of every run of that
 * many photos around the circle of their photos; a template from which the service leaves a photo out is no template of so
 * many photos, and is left out. There are no genuine trials.
 *
 * @param least number of photos without which a person has no template
 */
export function compareTemplates(acquired: Photos, people: People, photos: number, least = photos): Trials {
  const { acquired: has } = acquired.embeddings;
  const images = people.identityOf.length;
  const templates = rowsByPerson(people).flatMap((all, person) => {
    const rows = all.filter((row) => has[row] === 1);
    if (rows.length < least) return [];
    return runsOf(rows, photos)
      .map((run) => enrol(person, run, acquired))
      .filter((template) => template.rows.length === photos);
  });
  const probes = Uint32Array.from({ length: images }, (_, row) => row).filter((row) => has[row] === 1);
  const strangersOf = (person: number) => probes.filter((row) => people.identityOf[row] !== person);
  const count = templates.reduce((sum, { person }) => sum + strangersOf(person).length, 0);
  const impostor = {
    distance: new Float32Array(count),
    left: new Uint32Array(count),
    right: new Uint32Array(count),
  };
  let next = 0;
  templates.forEach((template, index) => {
    for (const row of strangersOf(template.person)) {
      impostor.distance[next] = distanceTo(template, acquired.embeddings, row);
      impostor.left[next] = images + index;
      impostor.right[next++] = row;
    }
  });
  const none = { distance: new Float32Array(0), left: new Uint32Array(0), right: new Uint32Array(0) };
  const identityOf = Uint32Array.from([...people.identityOf, ...templates.map(({ person }) => person)]);
  return { genuine: none, impostor, identityOf, identityCount: people.identityCount };
}

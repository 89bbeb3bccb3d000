/** Operators on the face as a solid with a skin: light from a side, shine, shadows, lines, paint. */
import { mapFace, normalFrom, type Random } from "../kind.ts";
import { between, drawColour, hash, logBetween, type Operator, pick } from "./draw.ts";
import { middle } from "./places.ts";

/** Height of a face that stands for all: a ball with a nose, brows, sockets and a chin. */
function heightAt(u: number, v: number): number {
  const y = v - middle;
  if (Math.abs(u) > 1.25 || Math.abs(y) > 1.75) return 0;
  const ball = Math.sqrt(Math.max(0, 1 - (u / 1.25) ** 2 - (y / 1.75) ** 2));
  const nose = 0.4 * Math.exp(-((u / 0.16) ** 2) - ((v - 0.6) / 0.3) ** 2);
  const bridge = 0.15 * Math.exp(-((u / 0.14) ** 2) - ((v - 0.2) / 0.3) ** 2);
  const sockets = -0.14 * Math.exp(-(((Math.abs(u) - 0.5) / 0.28) ** 2) - (v / 0.16) ** 2);
  const brows = 0.07 * Math.exp(-(((Math.abs(u) - 0.48) / 0.4) ** 2) - ((v + 0.28) / 0.12) ** 2);
  const lips = 0.08 * Math.exp(-((u / 0.36) ** 2) - ((v - 1.1) / 0.14) ** 2);
  const chin = 0.1 * Math.exp(-((u / 0.3) ** 2) - ((v - 1.6) / 0.2) ** 2);
  return ball + nose + bridge + sockets + brows + lips + chin;
}

/** Lit anew from any side: dark on the other, coloured, with shine or a shadow that has an edge. */
export const relight: Operator = (random) => {
  const form = pick(random, ["lambert", "lambert", "ramp", "ramp", "edge", "two", "rim"]);
  const turn = 2 * Math.PI * random();
  const height = between(random, 0.05, 0.8);
  const ambient = pick(random, [0, 0.05, 0.15, 0.3]);
  const power = logBetween(random, 0.6, 2.6);
  const power2 = logBetween(random, 0.5, 2);
  const gain = logBetween(random, 0.8, 2.2);
  const shine = random() < 0.4 ? between(random, 0.3, 1.2) : 0;
  const gloss = logBetween(random, 6, 50);
  const lights = [drawColour(random), drawColour(random)].map((colour) =>
    random() < 0.5 ? [1, 1, 1] : colour.map((value) => 0.35 + 0.8 * (value / 255)),
  );
  const at = 0.9 * (random() - 0.5);
  const wave = pick(random, [0, 0.1, 0.25]);
  const edge = logBetween(random, 0.03, 0.6);
  const [x, y] = [Math.cos(turn), Math.sin(turn)];
  const step = 0.04;
  return (scene) =>
    mapFace(scene, (u, v, red, green, blue) => {
      const here = heightAt(u, v);
      const nx = (here - heightAt(u + step, v)) / step;
      const ny = (here - heightAt(u, v + step)) / step;
      const length = Math.hypot(nx, ny, 1);
      const [side, front] = [(x * nx + y * ny) / length, 1 / length];
      const along = x * u + y * (v - middle);
      const cast = Math.max(0, side * (1 - height) + front * height);
      const one =
        form === "ramp"
          ? Math.max(0, 0.5 + 0.45 * along)
          : form === "edge"
            ? 1 / (1 + Math.exp(-(along - at + wave * Math.sin(5 * (y * u - x * v))) / (0.25 * edge)))
            : form === "rim"
              ? Math.max(0, 1 - front) * (side > 0 ? 1.6 : 0.3)
              : cast;
      const other = form === "two" ? Math.max(0, -side * (1 - height) + front * height * 0.5) : 0;
      const glint =
        255 * shine * Math.max(0, side * (1 - height) * 0.7 + front * (0.3 + height * 0.7)) ** gloss;
      const of = (own: number, k: number) =>
        own * (ambient + gain * (one ** power * lights[0][k] + 0.8 * other ** power2 * lights[1][k])) + glint;
      return [of(red, 0), of(green, 1), of(blue, 2)];
    });
};

const signOf = (random: Random) => (random() < 0.5 ? -1 : 1);

/** Lines drawn on the skin: one to four sets of furrows, rays, strokes or nets, dark or light, alike on both sides or not. */
export const furrows: Operator = (random) => {
  const sets = Array.from({ length: 1 + Math.floor(4 * random()) }, () => ({
    form: pick(random, ["furrows", "furrows", "rays", "curve", "net"]),
    u: random() < 0.4 ? 0 : between(random, 0.2, 1),
    v: between(random, -1, 1.8),
    across: logBetween(random, 0.15, 1),
    down: logBetween(random, 0.1, 0.8),
    turn: pick(random, [0, Math.PI / 2, Math.PI * random()]),
    period: logBetween(random, 0.08, 0.35),
    bend: normalFrom(random),
    thick: between(random, 0.1, 0.4),
    phase: random(),
  }));
  const isAlike = random() < 0.75;
  const opacity = signOf(random) < 0 ? between(random, 0.25, 0.6) : between(random, 0.5, 1);
  const ink = random() < 0.6 ? undefined : drawColour(random);
  const isLight = random() < 0.25;
  const isMoved = random() < 0.4;
  return (scene, detail) => {
    const drawn = sets.map((set) => ({
      ...set,
      cos: Math.cos(set.turn),
      sin: Math.sin(set.turn),
      u: set.u + (isMoved ? 0.15 * (detail() - 0.5) : 0),
      v: set.v + (isMoved ? 0.15 * (detail() - 0.5) : 0),
      phase: set.phase + (isMoved ? detail() : 0),
    }));
    const wave = (phase: number) => Math.abs(2 * (phase - Math.floor(phase)) - 1);
    return mapFace(scene, (u, v, red, green, blue) => {
      let most = 0;
      for (const set of drawn) {
        const [x, y] = [(isAlike ? Math.abs(u) : u) - set.u, v - set.v];
        const far = (x / set.across) ** 2 + (y / set.down) ** 2;
        if (far > 1) continue;
        const along = set.cos * x + set.sin * y;
        const aside = (set.cos * y - set.sin * x + set.bend * along * along) / set.period;
        const line =
          set.form === "furrows"
            ? wave(aside + set.phase)
            : set.form === "rays"
              ? wave((Math.atan2(y, x) * 0.4) / set.period + set.phase)
              : set.form === "curve"
                ? Math.min(1, Math.abs(aside))
                : Math.min(wave(aside + set.phase), wave(along / set.period + set.phase));
        if (line < set.thick)
          most = Math.max(most, Math.min(1, 3 * (1 - line / set.thick)) * Math.min(1, 4 * (1 - far)));
      }
      const by = opacity * most;
      const of = (own: number, k: number) =>
        own + by * ((ink ? ink[k] : isLight ? own + 90 : own * 0.25) - own);
      return [of(red, 0), of(green, 1), of(blue, 2)];
    });
  };
};

/** Paint on the skin: patches on eyes, cheeks, lips, nose and brow, stripes, freckles; thin or thick. */
export const makeup: Operator = (random) => {
  const isAlike = random() < 0.8;
  const patches = Array.from({ length: 1 + Math.floor(5 * random()) }, () => ({
    ...pick(random, [
      { u: 0.5, v: 0, across: 0.35, down: 0.25 },
      { u: 0.5, v: -0.32, across: 0.4, down: 0.12 },
      { u: 0.62, v: 0.65, across: 0.35, down: 0.3 },
      { u: 0, v: 1.1, across: 0.42, down: 0.17 },
      { u: 0, v: 0.65, across: 0.2, down: 0.25 },
      { u: 0, v: 0.3, across: 0.14, down: 0.55 },
      { u: 0, v: -0.75, across: 0.7, down: 0.3 },
      { u: 0, v: 1.6, across: 0.4, down: 0.25 },
      { u: 0.9, v: 0.6, across: 0.25, down: 0.9 },
    ]),
    wide: logBetween(random, 0.6, 1.7),
    tall: logBetween(random, 0.6, 1.7),
    soft: logBetween(random, 0.08, 1),
    colour: drawColour(random),
    opacity: between(random, 0.3, 1),
    isTimes: random() < 0.4,
  }));
  const base =
    random() < 0.3 ? { colour: drawColour(random), opacity: between(random, 0.2, 0.7) } : undefined;
  const freckles = random() < 0.25 ? between(random, 0.05, 0.3) : 0;
  const size = logBetween(random, 0.03, 0.12);
  return (scene, detail) => {
    const salt = Math.floor(1e6 * detail());
    return mapFace(scene, (u, v, red, green, blue) => {
      const own = [red, green, blue];
      const isSkin = Math.hypot(u / 1.1, (v - 0.5) / 1.5) < 1;
      if (base && isSkin) for (let k = 0; k < 3; k++) own[k] += base.opacity * (base.colour[k] - own[k]);
      for (const patch of patches) {
        const [x, y] = [(isAlike ? Math.abs(u) : u) - patch.u, v - patch.v];
        const far = Math.hypot(x / patch.across / patch.wide, y / patch.down / patch.tall);
        const by = patch.opacity * Math.min(1, Math.max(0, (1 - far) / patch.soft + 0.5));
        if (by <= 0) continue;
        for (let k = 0; k < 3; k++) {
          const to = patch.isTimes ? (own[k] * patch.colour[k]) / 200 : patch.colour[k];
          own[k] += by * (to - own[k]);
        }
      }
      const [i, j] = [Math.floor(u / size), Math.floor(v / size)];
      const isFreckle =
        isSkin &&
        hash(i, j, salt) < freckles &&
        Math.hypot(u / size - i - 0.5, v / size - j - 0.5) < 0.15 + 0.3 * hash(i, j, salt + 1);
      return isFreckle ? [0.5 * own[0], 0.4 * own[1], 0.35 * own[2]] : [own[0], own[1], own[2]];
    });
  };
};

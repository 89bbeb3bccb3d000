/** Kinds of things that people wear, hold or paint over a face, and that stand before a lens. */
import type { Picture } from "../degrade.ts";
import { type Kind, type KindGroup, mapFace, type Random } from "./kind.ts";

type Colour = readonly [red: number, green: number, blue: number];
/** A layer's colour and its opacity (0..1) at a point of the face, in eye distances from between the eyes. */
type Layer = (u: number, v: number) => readonly [Colour, number];

export const wear: KindGroup = {
  name: "wear",
  source: import.meta.url,
  kinds: [
    worn("dark glasses", "0 round, 1 square, 2 drops", [0, 1, 2], (shape, random) => {
      const radius = 0.34 + 0.14 * random();
      const shade = 5 + 60 * random();
      const tint: Colour = [shade, shade * (0.7 + 0.3 * random()), shade * (0.7 + 0.4 * random())];
      const opacity = 0.88 + 0.12 * random();
      const power = [2, 6, 2.5][shape];
      return (u, v) => {
        const across = (Math.abs(u) - 0.5) / (radius * (shape === 0 ? 1 : 1.2));
        const down = (v - (shape === 2 ? 0.1 : 0.03)) / (radius * (shape === 1 ? 0.75 : 1));
        const lens = Math.abs(across) ** power + Math.abs(down) ** power < 1;
        const bridge = Math.abs(v + 0.1) < 0.05 && Math.abs(u) < 1.1;
        return [tint, lens ? opacity : bridge ? 1 : 0];
      };
    }),
    worn("rims", "eye distances thick", [0.08, 0.16], (thick, random) => {
      const radius = 0.34 + 0.1 * random();
      const colour = anyColour(random);
      return (u, v) => {
        const r = Math.hypot((Math.abs(u) - 0.5) / 1.15, v - 0.03);
        const rim = Math.abs(r - radius) < thick / 2 || (Math.abs(v + 0.05) < thick / 2 && Math.abs(u) < 0.2);
        return [colour, rim ? 1 : 0];
      };
    }),
    worn("visor", "opacity", [0.75, 0.95], (opacity, random) => {
      const colour: Colour = [30 * random(), 40 * random(), 60 * random()];
      const high = 0.5 + 0.5 * random();
      return (u, v) => [colour, v > -0.6 && v < high && Math.abs(u) < 1.5 ? opacity : 0];
    }),
    worn("fringe", "of the forehead", [0.6, 1], (share, random) => {
      const shade = 20 + 120 * random();
      const colour: Colour = [shade, 0.8 * shade, 0.65 * shade];
      const phase = 6 * random();
      return (u, v) => {
        const end = -0.55 + 0.75 * share + 0.18 * Math.sin(7 * u + phase) + 0.1 * Math.sin(23 * u);
        return [colour, v < end && v > -1.6 && Math.abs(u) < 1.2 ? 0.95 : 0];
      };
    }),
    worn("beard", "", [0], (_, random) => {
      const shade = 15 + 60 * random();
      return (u, v) => {
        const hair = v > 0.6 + 0.25 * Math.abs(u) && Math.hypot(u / 1.1, (v - 1.1) / 0.95) < 1;
        const mouth = Math.hypot(u / 0.42, (v - 1.08) / 0.15) < 1;
        return [[shade, 0.85 * shade, 0.75 * shade], hair && !mouth ? 0.85 + 0.15 * Math.sin(90 * u) : 0];
      };
    }),
    worn("veil", "", [0, 1], (both, random) => {
      const colour = anyColour(random);
      const top = 0.3 + 0.2 * random();
      return (u, v) => {
        const head = Math.hypot(u / 1.6, (v - 0.6) / 2) < 1;
        const open = v < top && v > (both === 1 ? -0.35 : -9) && Math.abs(u) < 1.05;
        return [colour, head && !open ? 1 : 0];
      };
    }),
    worn("cap", "", [0], (_, random) => {
      const colour = anyColour(random);
      const brim = -0.3 + 0.25 * random();
      return (u, v) => [colour, v < brim && v > -1.9 && Math.abs(u) < 1.4 ? 1 : 0];
    }),
    worn("stickers", "pieces", [3, 6], (pieces, random) => {
      const all = Array.from({ length: pieces }, () => ({
        u: 1.8 * (random() - 0.5),
        v: -0.5 + 2.1 * random(),
        across: 0.18 + 0.3 * random(),
        down: 0.18 + 0.3 * random(),
        power: random() < 0.5 ? 2 : 9,
        colour: anyColour(random),
      }));
      return (u, v) => {
        const top = all.findLast(
          (one) =>
            Math.abs((u - one.u) / one.across) ** one.power + Math.abs((v - one.v) / one.down) ** one.power <
            1,
        );
        return [top?.colour ?? [0, 0, 0], top === undefined ? 0 : 1];
      };
    }),
    worn("eye patch", "", [0], (_, random) => {
      const side = random() < 0.5 ? -0.5 : 0.5;
      return (u, v) => {
        const patch = Math.hypot(u - side, v) < 0.45;
        const band = Math.abs(v + 0.5 * (u - side)) < 0.06 && Math.abs(u) < 1.3;
        return [[15, 15, 15], patch || band ? 1 : 0];
      };
    }),
    worn("masquerade", "", [0], (_, random) => {
      const colour = anyColour(random);
      return (u, v) => {
        const mask = Math.hypot(u / 1.25, (v - 0.02) / 0.55) < 1;
        const hole = Math.hypot((Math.abs(u) - 0.5) / 0.26, v / 0.14) < 1;
        return [colour, mask && !hole ? 1 : 0];
      };
    }),
    worn("microphone", "", [0], (_, random) => {
      const u0 = 0.5 * (random() - 0.5);
      const shade = 20 + 60 * random();
      return (u, v) => [
        [shade, shade, shade],
        Math.hypot(u - u0, v - 1.15) < 0.5 || (v > 1.2 && Math.abs(u - u0) < 0.2) ? 1 : 0,
      ];
    }),
    worn("phone", "eye distances wide", [0.9], (wide, random) => {
      const u0 = (random() < 0.5 ? -1 : 1) * (0.2 + 0.4 * random());
      const v0 = 0.2 + 0.6 * random();
      return (u, v) => [[25, 25, 28], Math.abs(u - u0) < wide / 2 && Math.abs(v - v0) < wide ? 1 : 0];
    }),
    worn("letters", "opacity", [0.6, 1], (opacity, random) => {
      const phase = random();
      return (u, v) => {
        const line = (((v + phase) % 0.5) + 0.5) % 0.5 < 0.22;
        const letter = Math.sin(31 * u + 7 * Math.floor((v + phase) / 0.5)) + Math.sin(17 * u) > 0.2;
        return [[255, 255, 255], line && letter && Math.abs(u) < 1.8 ? opacity : 0];
      };
    }),
    worn("fence", "eye distances thick", [0.06, 0.12], (thick, random) => {
      const apart = 0.3 + 0.25 * random();
      const shade = 200 * random();
      const on = (value: number) => ((value % apart) + apart) % apart < thick;
      return (u, v) => [[shade, shade, shade], on(u + v) || on(u - v) ? 1 : 0];
    }),
    worn("face paint", "opacity", [0.45, 0.7], (opacity, random) => {
      const colours = [anyColour(random), anyColour(random), anyColour(random)];
      const lying = random() < 0.5;
      return (u, v) => {
        const at = lying ? (v + 0.7) / 0.8 : (u + 1) / 0.67;
        const inside = Math.hypot(u / 1.05, (v - 0.55) / 1.4) < 1;
        return [colours[Math.max(0, Math.min(2, Math.floor(at)))], inside ? opacity : 0];
      };
    }),
    worn("glare", "eye distances", [0.5, 0.9], (radius, random) => {
      const [u0, v0] = [1.4 * (random() - 0.5), 1.2 * random()];
      return (u, v) => [
        [255, 255, 250],
        Math.min(1, 1.6 * Math.exp(-(((u - u0) ** 2 + (v - v0) ** 2) / radius ** 2))),
      ];
    }),
    worn("haze", "opacity", [0.75, 0.88], (opacity, random) => {
      const grey = 150 + 90 * random();
      return () => [[grey, grey, grey], opacity];
    }),
    worn("rain", "of the face", [0.25, 0.45], (share, random) => {
      const streaks = Array.from({ length: 260 }, () => random());
      const lean = 0.5 * (random() - 0.5);
      return (u, v) => {
        const column = Math.floor((u + lean * v + 4) * 14);
        const phase = streaks[((column % 260) + 260) % 260];
        return [[225, 230, 235], (((v / 1.2 + 7 * phase) % 1) + 1) % 1 < share ? 0.75 : 0];
      };
    }),
    worn("coloured light", "opacity", [0.6, 0.85], (opacity, random) => {
      const [left, right] = [pure(random), pure(random)];
      return (u) => [u < 0 ? left : right, opacity];
    }),
  ],
};

const anyColour = (random: Random): Colour => [255 * random(), 255 * random(), 255 * random()];

function pure(random: Random): Colour {
  const channel = Math.floor(3 * random());
  return [channel === 0 ? 230 : 20, channel === 1 ? 230 : 20, channel === 2 ? 230 : 20];
}

function worn(
  name: string,
  unit: string,
  levels: readonly number[],
  layerOf: (level: number, random: Random) => Layer,
): Kind {
  return {
    name,
    unit,
    levels,
    apply(scene, level, random): Picture {
      const layer = layerOf(level, random);
      return mapFace(scene, (u, v, red, green, blue) => {
        const [colour, opacity] = layer(u, v);
        const mixed = (own: number, over: number) => own + opacity * (over - own);
        return [mixed(red, colour[0]), mixed(green, colour[1]), mixed(blue, colour[2])];
      });
    },
  };
}

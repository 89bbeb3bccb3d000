/** `sameface/browser`: the service's own engine in a page. No photo leaves the page by it. */
export { type Engine, EngineError, type EngineOptions, openEngine } from "./engine/engine.ts";
export type { Encoding, Measures, Point, SeenFace, Sight } from "./sight.ts";

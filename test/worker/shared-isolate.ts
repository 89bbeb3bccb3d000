/** The files share an isolate and its storage: each begins with none, and what a test's services began ends with it. */
import { reset } from "cloudflare:test";
import { afterEach, beforeAll } from "vitest";
import { settleServices } from "./service.ts";

beforeAll(reset);
afterEach(settleServices);

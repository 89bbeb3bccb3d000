/** The files share an isolate and its storage. Each leaves none behind, and what its services began ends with its tests. */
import { afterAll, afterEach } from "vitest";
import { leaveNothing } from "./reset-storage.ts";
import { settleServices } from "./service.ts";

afterEach(settleServices);
afterAll(leaveNothing);

/** The table of request forms, by client. */

import type { Row } from "./row.ts";
import { browserRows } from "./rows/browsers.ts";
import { commandLineRows } from "./rows/command-line.ts";
import { dotnetRows } from "./rows/dotnet.ts";
import { httpRows } from "./rows/http.ts";
import { javascriptRows } from "./rows/javascript.ts";
import { jsonRows } from "./rows/json.ts";
import { jvmRows } from "./rows/jvm.ts";
import { mobileRows } from "./rows/mobile.ts";
import { pathRows } from "./rows/paths.ts";
import { pythonRows } from "./rows/python.ts";
import { scriptingRows } from "./rows/scripting.ts";

export const rows: readonly Row[] = [
  ...browserRows,
  ...javascriptRows,
  ...commandLineRows,
  ...pythonRows,
  ...jvmRows,
  ...mobileRows,
  ...dotnetRows,
  ...scriptingRows,
  ...jsonRows,
  ...httpRows,
  ...pathRows,
];

/** Writes the tenant's public policy of retention and destruction. */
import { type Command, serviceFlags } from "../command.ts";
import { connect } from "../options.ts";
import { writePolicy } from "../policy-text.ts";

export const policy: Command = {
  maxWords: 0,
  flags: serviceFlags,
  async run(_, options) {
    const { text, open } = writePolicy(await connect(options).settings.get());
    process.stdout.write(options.json ? `${JSON.stringify({ policy: text, open })}\n` : text);
    if (!options.json) for (const each of open) process.stderr.write(`Left open: ${each}\n`);
    return open.length > 0 ? 1 : 0;
  },
};

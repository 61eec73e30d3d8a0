// SPDX-License-Identifier: BSL-1.0
// src/site/data/program.js — what `loom --help` says, and each command of it, if the program was built: build.sh asks it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { work } from '../lib/paths.js';

const folder = join(work, 'help');
const said = (file) => readFileSync(join(folder, file), 'utf8').trimEnd();
const help = existsSync(join(folder, 'loom')) ? said('loom') : '';
const commands = help.match(/^Subcommands:\n([\s\S]*?)\n\n/m)?.[1].split('\n').map((l) => l.trim().split(/\s+/)[0]) ?? [];

export default {
  help,
  // The examples are those of the program, and stand once.
  commands: commands.filter((c) => readdirSync(folder).includes(c)).map((name) => ({ name, help: said(name).replace(/\n\nExamples\n[\s\S]*/, '') })),
};

// SPDX-License-Identifier: BSL-1.0
// src/site/data/program.js — what `loom --help` says, if the program was built: build.sh leaves it beside the data of the pages.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { work } from '../lib/paths.js';

const file = join(work, 'help.txt');
export default { help: existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : '' };

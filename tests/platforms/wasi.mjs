// SPDX-License-Identifier: BSL-1.0
// tests/platforms/wasi.mjs — runs a WebAssembly program under node: node wasi.mjs PROGRAM
import { readFile } from 'node:fs/promises';
import { argv, exit } from 'node:process';
import { WASI } from 'node:wasi';

const wasi = new WASI({ version: 'preview1', args: argv.slice(2) });
const program = await WebAssembly.compile(await readFile(argv[2]));
exit(wasi.start(await WebAssembly.instantiate(program, wasi.getImportObject())) ?? 0);

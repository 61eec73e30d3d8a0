// SPDX-License-Identifier: BSL-1.0
// src/site/lib/paths.js — where the site reads from: the tree, and what the programs wrote. build.sh says both.
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

export const root = process.env.LOOM_ROOT;
export const work = process.env.LOOM_SITE_WORK;
export const output = process.env.LOOM_SITE_OUTPUT;

export const read = (...path) => readFileSync(join(root, ...path), 'utf8');
export const exists = (...path) => existsSync(join(root, ...path));
export const data = JSON.parse(readFileSync(join(work, 'pages.json'), 'utf8'));

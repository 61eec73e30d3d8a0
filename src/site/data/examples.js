// SPDX-License-Identifier: BSL-1.0
// src/site/data/examples.js — what the playground begins with: a few short formulas, and the collection and the losses of the notations as their headers spell them.
import losses from './losses.js';
import notations from './notations.js';

const short = [
  ['unstable', 'Cross entropy, spelled out', '-gather(log(exp(x) / sum(exp(x), C)), t).mean()'],
  ['softmax', 'Cross entropy by softmax', '-log(gather(softmax(x, C), t)).mean()'],
  ['logistic', 'Logistic loss', '(log(1 + exp(x)) - x * y).mean()'],
  ['variance', 'Variance in one pass', '(x * x).mean() - square(x.mean())'],
  ['kl', 'Divergence of two softmaxes', 'p = softmax(s, C);\nq = softmax(x, C);\nsum(p * log(p / q), C).mean()'],
  ['poisson', 'Poisson deviance', '(y * log(y / mu) - y + mu).mean()'],
];

export default () => [
  ...short.map(([name, title, formula]) => ({ name, title, formula, by: name === 'poisson' ? 'mu' : 'x', group: 'Short ones' })),
  ...losses().map((l) => ({ name: l.name, title: l.title, formula: l.spellingText, by: l.gradients_by.join(' '), group: 'The collection' })),
  ...notations().map((l) => ({ name: l.name, title: `${l.notation}: ${l.title}`, formula: l.spellingText, by: l.gradients_by.join(' '), group: 'Notations' })),
];

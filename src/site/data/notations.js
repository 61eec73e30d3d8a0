// SPDX-License-Identifier: BSL-1.0
// src/site/data/notations.js — what the language has beside the losses of the collection: what each notation means, and a loss that needs it,
// which src/site/notations.hpp spells.
import { data, read } from '../lib/paths.js';
import { render, slug } from '../lib/markdown.js';
import { callOf, shown, statements } from '../lib/shown.js';

/// By the loss. Texts are those of a page of docs/reference, and link as one; the first of `sections` names the page.
const about = {
  nt_xent: {
    notation: 'A value at a place', words: ['z(N = M)', 'x(C = 2)', 'x(C = last)', 'x(C = t)', 'x(T = T - 1)', 'outside = v'],
    meaning: 'A value is read where its axes say, as by the subscripts of a textbook: `z(N = M)` is z along a second axis of as many entries, `x(C = 2)` and `x(C = t)` are the entries that a number or a label names, `x(T = T - 1)` is the step before. Beyond the ends there is 0, or `outside`. Nothing is copied: a place is other strides.',
    title: 'NT-Xent', source: 'the loss of SimCLR (Chen et al., 2020)',
    because: 'Every row of a batch is compared with every other; the batch is bound once, and its one gradient has both roles of each row.',
    sections: ['A value at a place'],
  },
  siglip: {
    notation: 'Products of matrices', words: ['sum(a * b, D)'],
    meaning: 'Broadcasting is by the names of axes, so `sum(a * b, D)` of `a[N,D]` and `b[M,D]` is the product of matrices. Where a loss reduces it, a call makes it tile by tile, never in memory as a whole, for the value and for the gradients of both factors: [how](calls.md#products-of-matrices).',
    title: 'SigLIP', source: 'the sigmoid loss of pairs of images and texts (Zhai et al., 2023)',
    because: 'Every image with every text is a decision of its own, so all N x M products are needed, and none of them later.',
    sections: ['Inputs'], place: 'products-of-matrices',
  },
  cox: {
    notation: 'Running values', words: ['cumsum', 'cumprod', 'cummax', 'logcumsumexp', 'recurrence', 'reverse', 'exclusive'],
    meaning: 'The sum, the product, the largest or the `logsumexp` of the entries so far along one axis; `recurrence(b, a, T)` is y of y_t = b_t + a_t y_(t-1). With `reverse` they run from the last entry on, with `exclusive` an entry is what was before it.',
    title: 'Cox’s partial likelihood', source: 'of survival times (Cox, 1972)',
    because: 'At each event the risk of one patient is divided by those of all who are still at risk: a sum that runs from the last time to the first.',
    sections: ['Running values'],
  },
  crf: {
    notation: 'Chains of states', words: ['forward(e, a, T, S = R)', 'viterbi', 'S = S - K'],
    meaning: '`forward(e, a, T, S = R)` goes on from step to step along T: each state is its own score and the `logsumexp`, over all states before it, of what they were and of the move. `viterbi` takes the largest instead; with `S = S - K` a chain goes on by K states, as alignments do. Gradients are exact, where a state is out of reach as well.',
    title: 'A conditional random field', source: 'of a linear chain of tags (Lafferty et al., 2001)',
    because: 'The sum over all paths has a term for each, more than there is time for; as a chain it takes T steps.',
    sections: ['Chains of states'],
  },
  list_mle: {
    notation: 'Order', words: ['order(e, C)', 'x(C = order(y, C))', 'rank', 'top_k', 'argmax'],
    meaning: '`order(e, C)` are the positions of the entries from the smallest to the largest, and `x(C = order(y, C))` is x in the order of y; what it receives goes back by the same order. `rank` counts how many are larger, `top_k` is the mask of k entries, `argmax` the first of the largest. All of them are constants for differentiation.',
    title: 'ListMLE', source: 'the likelihood of a ranked list (Xia et al., 2008)',
    because: 'Documents are drawn from the most relevant to the least, each against those that are left.',
    sections: ['Order'],
  },
  next_token: {
    notation: 'An extent that follows', words: ['axis<"K = T - 1">', 'axis<"Q = N + M">', 'x(T = K + 1)'],
    meaning: 'An axis may have an extent that follows from those of others, which the call finds. Then slices, concatenations and interleavings are values at places: `x(T = K)` with `"K = T - 1"` is all but the last step, `x(T = K + 1)` all but the first. Nothing is copied, and gradients go back to where values were read.',
    title: 'The next token', source: 'the cross entropy that language models are trained by (Bengio et al., 2003)',
    because: 'The logits of a step are held against the token after it: the shift is in the formula, and data and gradient are whole.',
    sections: ['An extent that follows'],
  },
  kappa: {
    notation: 'Numbers of labels and positions', words: ['number(t)', 'number(C)', 'N != M', 'K + 2', 't + 1 == K'],
    meaning: 'An axis in a comparison is its positions 0, 1, 2, …; sums, differences and products of labels, positions and whole literals are indices again: `x(C = t - 1)`, `K + 2 >= J`. `number(t)` and `number(C)` are labels and positions as numbers, with which anything is computed.',
    title: 'Weighted kappa', source: 'of grades that disagree by more than one (Cohen, 1968; de la Torre et al., 2018)',
    because: 'A grade that is missed by two costs four times what one costs, so the distance of a label and a class is a number; the loss is one less kappa, and 1 where grades agree as by chance.',
    sections: ['Indexing', 'Elementwise'], place: 'numbers-of-labels-and-positions',
  },
  lsq: {
    notation: 'A derivative of one’s own', words: ['custom(value, slope(u) = s)'],
    meaning: '`custom(e, slope(u) = s)` has the value of e, and its derivative by u is taken to be s; by all else that e is made of it is 0. Straight-through estimators, surrogate and reversed gradients are written so.',
    title: 'A learned step size', source: 'for weights in few bits (Esser et al., 2020)',
    because: 'The derivative of a rounded code is 0 everywhere: the weight and the step have slopes that say what is meant.',
    sections: ['A derivative of one\'s own'],
  },
};

const header = read('src/site/notations.hpp');
const folder = 'notations';
/// The part of the header that a namespace is.
const spellingOf = (name) => {
  const found = header.match(new RegExp(`^namespace ${name} \\{\\n([\\s\\S]*?)^\\}  // namespace ${name}$`, 'm'));
  if (!found) throw new Error(`src/site/notations.hpp has no namespace ${name}`);
  return statements(found[1]).map((s) => s.code).join('\n');
};

export default () => data.notations.map((loss) => {
  const said = about[loss.name];
  if (!said) throw new Error(`src/site/data/notations.js does not say what ${loss.name} shows`);
  const spelling = spellingOf(loss.header), place = `${folder}/${said.place ?? slug(said.sections[0])}.html`;
  const begins = `#include <loom/loom.hpp>\n\nnamespace ${loss.header} {\n${spelling}\n}  // namespace ${loss.header}`;
  return {
    ...shown(loss, { spelling, call: callOf(loss, { begins, inputs: loss.header, name: `${loss.header}::${loss.name}` }) }),
    ...said,
    place,
    file: place.slice(folder.length + 1),
    meaning: render(said.meaning, 'docs/reference/language.md', place).html,
    sections: said.sections.map((text) => ({ text, href: `../docs/reference/language.html#${slug(text)}` })),
  };
});

// SPDX-License-Identifier: BSL-1.0
// src/site/assets/highlight.js — code of the C family with its comments, words and literals marked; for the build and for the playground.
(() => {
  const words = new Set(('alignas auto bool break case class const constexpr continue default do double else enum extern false float for if inline int ' +
    'long namespace nullptr operator public private return short signed sizeof static static_assert struct switch template this true typename ' +
    'unsigned using void volatile while restrict ptrdiff_t size_t __global__ __device__ __shared__ __restrict').split(' '));
  const token = /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(^[ \t]*#[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(\b\d[\w.]*(?:[eE][-+]?\d+\w*)?\b)|([A-Za-z_]\w*)|([&<>])/gm;
  const entity = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  const escape = (text) => text.replace(/[&<>]/g, (c) => entity[c]);
  const mark = (kind, text) => `<span class="${kind}">${escape(text)}</span>`;
  globalThis.loomEscape = escape;
  globalThis.loomHighlight = (code) => code.replace(token, (all, comment, directive, string, number, word) =>
    comment ? mark('comment', comment)
      : directive ? mark('directive', directive)
        : string ? mark('literal', string)
          : number ? mark('literal', number)
            : word ? (words.has(word) ? mark('word', word) : word)
              : escape(all));
})();

/**
 * ESLint rule: a component names no colour itself; it takes one of the tokens of `theme/tokens.css`.
 * Refuses to judge colours in plain CSS files, where the tokens live.
 */
const RAW = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(/gi;

export default {
  meta: { type: 'problem', schema: [], messages: { raw: 'Raw colour "{{colour}}": use a token of theme/tokens.css.' } },
  create(context) {
    return {
      Program() {
        const source = context.sourceCode;
        for (const block of source.text.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)) {
          const start = block.index + block[0].indexOf(block[1]);
          for (const hit of block[1].matchAll(RAW)) {
            context.report({ loc: source.getLocFromIndex(start + hit.index), messageId: 'raw', data: { colour: hit[0] } });
          }
        }
        for (const hit of source.text.matchAll(/(?:fill|stroke|style|color)="[^"]*?(#[0-9a-f]{3,8}\b|rgba?\()/gi)) {
          context.report({ loc: source.getLocFromIndex(hit.index), messageId: 'raw', data: { colour: hit[1] } });
        }
      },
    };
  },
};

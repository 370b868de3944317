/**
 * Words that are asked for once stay in the language of that moment when the language is switched on an open page: at the top of a
 * component or a module they stand in `$derived`, in a function, or in the markup.
 */
const WORDS = new Set(['t', 'said', 'listed', 'moment', 'problemWords', 'fieldName']);
const LATER = new Set(['$derived', '$effect']);
/** Methods that call what they are given at once. */
const AT_ONCE = new Set(['map', 'flatMap', 'filter', 'find', 'forEach', 'reduce', 'some', 'every', 'sort', 'toSorted']);

const isFunction = (node) => /Function/.test(node.type);

function calledAtOnce(node) {
  const { parent } = node;
  return parent.type === 'CallExpression' && parent.arguments.includes(node) && AT_ONCE.has(parent.callee.property?.name);
}

function isLater(node) {
  if (node.type !== 'CallExpression') return false;
  return LATER.has(node.callee.name) || LATER.has(node.callee.object?.name);
}

/** Whether a declaration keeps the answer of this call for as long as its component or module lives. */
function isKept(call) {
  let kept = false;
  for (let node = call; node.parent; node = node.parent) {
    if (isLater(node) || (isFunction(node) && !calledAtOnce(node))) return false;
    kept ||= node.type === 'VariableDeclarator' || node.type === 'PropertyDefinition';
  }
  return kept;
}

export default {
  meta: { type: 'problem', schema: [], messages: { frozen: 'These words stay in one language when it is switched: put them into $derived.' } },
  create: (context) => ({
    CallExpression(node) {
      if (WORDS.has(node.callee.name) && isKept(node)) context.report({ node, messageId: 'frozen' });
    },
  }),
};

/** Parts that know business words and that both faces show. */
export { default as ChangeTable } from './ChangeTable.svelte';
export { default as EstimateTable } from './EstimateTable.svelte';
export { default as OrderPaper } from './OrderPaper.svelte';
export { default as PaperSheet } from './PaperSheet.svelte';
export { default as SealFacts } from './SealFacts.svelte';
export { fieldName, valueText } from './field-name.ts';
export { feeRemark } from './fee-words.ts';
export { findingEvidence, findingWords } from './finding-words.ts';
export { inkOf, signatureOf } from './ink.ts';
export { said } from './said.ts';

/** Names of the business facts both faces show: states, outcomes, kinds. */
export const facts = {
  'fact.step.accept': '接单',
} as const;

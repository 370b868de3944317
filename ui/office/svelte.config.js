// Svelte for every workspace: runes only, so no component falls back to the old reactivity.
export default { compilerOptions: { runes: true } };

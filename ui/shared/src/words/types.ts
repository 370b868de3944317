/** The types that make the catalogue complete: keys come from Chinese, parameters from its sentences. */

/** The same keys as the Chinese module, no more and no fewer. */
export type Translation<Source> = { readonly [Key in keyof Source]: string };

/** Names inside `{…}` of a sentence. */
export type Params<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Params<Rest> : never;

export type Language = 'zh' | 'en';

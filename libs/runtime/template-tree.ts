/** A place in a template's source, line and column counted from 1. */
export type Place = { readonly line: number; readonly column: number };

/** What is wrong with a template: the place and the reason in words. */
export type TemplateFault = { line: number; column: number; reason: string };

/** The name of a variable: `['brand']` or `['params', 'name']`. */
export type VariablePath = readonly [string] | readonly ['params' | 'binding', string];

/** All that a template can say: text, the code's slot, a variable, a choice. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly at: Place }
  | { readonly kind: 'value'; readonly path: VariablePath; readonly at: Place }
  | { readonly kind: 'if'; readonly path: VariablePath; readonly at: Place; readonly yes: Nodes; readonly no: Nodes };

export type Nodes = readonly TemplateNode[];
